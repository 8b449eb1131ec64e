"""Connections that can be broken from inside a call, which ASGI by itself does not offer.

Whoever carries the calls, a server or a test's transport, puts a `Connection` into the scope's extensions under `NAME`.
"""

from __future__ import annotations

import socket
import struct
from typing import Final, Protocol

from starlette.types import Scope

from connectors.giant_context.server.bounds import BoundedConnection

NAME: Final = "crm_bridge.connection"


class Connection(Protocol):
    """The connection that a call came by."""

    def reset(self) -> None:
        """Break it at once: what was not delivered is lost, and the other side sees a reset."""

    def end(self) -> None:
        """End it after what was sent, whether that was all of the answer or not."""


class Unbreakable(RuntimeError):
    """The calls are carried by something that cannot break connections, such as httpx.ASGITransport."""


def connection_of(scope: Scope) -> Connection:
    """Return the connection of a call.

    Raises:
        Unbreakable: There is none that can be broken.
    """
    try:
        found: Connection = scope["extensions"][NAME]["connection"]
    except KeyError:
        raise Unbreakable("this fault needs a socket, or a transport that does as a socket does") from None
    return found


class BreakableConnection(BoundedConnection):
    """The server's own protocol, which also lets a call break its connection."""

    def on_message_begin(self) -> None:
        """Put the connection into the scope of each call."""
        super().on_message_begin()
        self.scope["extensions"] = {NAME: {"connection": self}}

    def reset(self) -> None:
        """Break the connection at once."""
        # No lingering: the kernel drops what waits and sends RST instead of FIN.
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def end(self) -> None:
        """End the connection once what was sent is delivered."""
        self.transport.close()
