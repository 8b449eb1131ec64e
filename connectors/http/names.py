"""Looking up a server's addresses by its name, so that nobody has to wait for it.

The system's resolver cannot be stopped: where no name server answers it takes half a minute and more. asyncio looks
names up in threads that it waits for when its loop ends, and Python once more at the end of the process. Here it is a
thread of its own that nobody waits for.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult


class Names(AbstractResolver):
    """aiohttp's resolver for one session."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The addresses of a name.

        Raises:
            OSError: it has none, or no name server tells.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[Any]] = loop.create_future()

        def end(addresses: list[Any] | None, error: OSError | None) -> None:
            if found.done():  # given up
                return
            if error is not None:
                found.set_exception(error)
            else:
                found.set_result(addresses or [])

        def look() -> None:
            addresses, error = None, None
            try:
                kind, flags = socket.SOCK_STREAM, socket.AI_ADDRCONFIG
                addresses = socket.getaddrinfo(host, port, type=kind, family=family, flags=flags)
            except OSError as failure:
                error = failure
            except UnicodeError:  # a name that cannot be one
                error = socket.gaierror(socket.EAI_NONAME, "no name of a host")
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(end, addresses, error)

        threading.Thread(target=look, name=f"looking up {host}", daemon=True).start()
        return [_result(host, address) for address in await found]

    async def close(self) -> None:
        """Nothing is kept."""


def _result(host: str, found: Any) -> ResolveResult:
    family, _, proto, _, address = found
    numbers = socket.getnameinfo(address, socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)  # with the scope, where one is
    flags = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    return ResolveResult(hostname=host, host=numbers[0], port=int(numbers[1]), family=family, proto=proto, flags=flags)
