"""Looking up names: nobody waits for a name server that does not answer."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time

import pytest

from connectors.errors import NotApplied
from connectors.http import Http, Limits
from connectors.http.names import Names

STUCK = """
import asyncio, socket, time
socket.getaddrinfo = lambda *_, **__: time.sleep(60)
from connectors.errors import NotApplied
from connectors.http import Http, Limits
async def go():
    async with Http("https://crm.example", limits=Limits(attempt=0.2, attempts=1)) as http:
        await http.call("GET", "/a", route="/a", read=lambda value: value)
try:
    asyncio.run(go())
except NotApplied as error:
    print(error)
"""


def test_a_name_server_that_does_not_answer_holds_up_neither_the_call_nor_the_end() -> None:
    """The process is at its end long before the system's resolver gives up."""
    began = time.monotonic()
    said = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, check=True, timeout=30)
    assert said.stdout.strip() == "GET /a: no answer in time"
    assert time.monotonic() - began < 15


def test_a_name_that_is_none_is_a_failed_connection() -> None:
    """Nothing was sent, and it is said that the address may be wrong."""

    async def go() -> None:
        async with Http("https://no-such-name.invalid", limits=Limits(attempts=1)) as http:
            await http.call("POST", "/a", route="/a", read=lambda value: value)

    with pytest.raises(NotApplied, match=r"the connection to no-such-name.invalid failed \(ConnectError\)"):
        asyncio.run(go())


def test_names_are_found_as_the_system_finds_them() -> None:
    """The same addresses, with the port."""
    found = asyncio.run(Names().resolve("localhost", 80))
    wanted = socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    assert [(one["host"], one["port"]) for one in found] == [address[:2] for *_, address in wanted]
