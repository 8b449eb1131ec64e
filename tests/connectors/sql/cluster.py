"""A PostgreSQL server of the tests' own: a cluster in a folder, on a free port, gone at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

PASSWORD = "hunter2-of-the-tests"


def programs() -> Path | None:
    """Where `initdb` and `postgres` are, Debian's place included; None: nowhere."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "postgres").exists()), None)


@contextmanager
def cluster() -> Iterator[str]:
    """Start a server; gives the URL of its role `crm`, who may do everything."""
    place = programs()
    assert place is not None
    # Not in the test's own folder: the path of a socket may not be long.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    # PostgreSQL does not run as root.
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    words = folder / "password"
    words.write_text(PASSWORD)
    if user is not None:
        for path in (folder, words):
            os.chown(path, user, -1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = [place / "initdb", "-D", folder / "data", "-U", "crm", "-A", "scram-sha-256", "--pwfile", words, "-N"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder, "user": user}
    subprocess.run([*made, "-E", "UTF8", "--locale=C"], check=True, **quiet)  # type: ignore[call-overload]
    started = [place / "postgres", "-D", folder / "data", "-p", str(port), "-k", folder, "-h", "127.0.0.1", "-F"]
    server = subprocess.Popen(started, **quiet)  # type: ignore[call-overload]
    url = f"postgresql://crm:{PASSWORD}@127.0.0.1:{port}/postgres"
    try:
        _wait(url, server)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.05)
        else:
            return
