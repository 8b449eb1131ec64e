"""One call that a fault befalls, and what can be done with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.giant_context.server.faults.answers import Answer
from connectors.giant_context.server.faults.connection import Connection, connection_of


@dataclass
class Visit:
    """A call on its way to the CRM."""

    crm: ASGIApp
    scope: Scope
    receive: Receive
    send: Send
    _leaving: asyncio.Task[None] | None = field(default=None, init=False)

    async def go_on(self) -> None:
        """Let the CRM work and answer as always."""
        await self.crm(self.scope, self.receive, self.send)

    async def answer(self) -> Answer:
        """Let the CRM work, and hold its answer back."""
        messages: list[Message] = []

        async def keep(message: Message) -> None:
            messages.append(message)

        await self.crm(self.scope, self.receive, keep)
        start, *rest = messages
        return Answer(start["status"], tuple(start["headers"]), b"".join(part.get("body", b"") for part in rest))

    async def read(self) -> None:
        """Take the whole request in; the CRM then gets it from here."""
        body, more = bytearray(), True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                break
            body += message.get("body", b"")
            more = message.get("more_body", False)
        waiting: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]
        outside = self.receive

        async def replay() -> Message:
            return waiting.pop() if waiting else await outside()

        self.receive = replay

    async def left_within(self, seconds: float | None) -> bool:
        """Wait so long (None: as long as it takes), and say whether the caller has left meanwhile.

        Call it when the request was taken in.
        """
        self._leaving = self._leaving or asyncio.create_task(self._left())
        done, _ = await asyncio.wait({self._leaving}, timeout=seconds)
        return bool(done)

    async def reset(self) -> None:
        """Break the connection."""
        self.connection.reset()
        await self._left()

    async def cut_off(self) -> None:
        """End the connection where the answer stands."""
        self.connection.end()
        await self._left()

    @property
    def connection(self) -> Connection:
        """What carries the call. Raises Unbreakable."""
        return connection_of(self.scope)

    async def close(self) -> None:
        """Stop watching whether the caller leaves."""
        if self._leaving is not None:
            self._leaving.cancel()
            await asyncio.gather(self._leaving, return_exceptions=True)

    async def _left(self) -> None:
        message: Message = {}
        while message.get("type") != "http.disconnect":
            message = await self.receive()
