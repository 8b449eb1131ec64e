"""What else could join records, in an environment of its own, made when first needed from `requirements.lock`.

Each peer is a module here that is run there; it prints one JSON object of figures. This file and `benchmarks.memory`
are all they share with us, so both stand on the standard library alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
LOCK: Final = HERE / "requirements.lock"
FOLDER: Final = HERE.parents[1] / ".peers"


def python() -> Path:
    """The interpreter of the peers' environment; the environment is made anew when the lock has changed.

    Raises:
        subprocess.CalledProcessError: it could not be installed.
    """
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    done, interpreter = FOLDER / "installed", FOLDER / "bin" / "python"
    if done.exists() and done.read_text() == digest:
        return interpreter
    print("Installing the peers (once; a minute)…", file=sys.stderr)
    shutil.rmtree(FOLDER, ignore_errors=True)
    venv.create(FOLDER, with_pip=True)
    command: list[str | Path] = [
        interpreter,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "-r",
        LOCK,
    ]
    subprocess.run(command, check=True, stdout=sys.stderr)
    done.write_text(digest)
    return interpreter


def run(peer: str, *arguments: str | Path) -> dict[str, float]:
    """Run a peer in a process of its own and return its figures.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [python(), "-m", f"benchmarks.peers.{peer}", *arguments]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    figures: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return figures
