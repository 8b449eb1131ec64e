"""Places for calls: how many may be in flight at once, and who is next."""

from __future__ import annotations

import asyncio
from collections import deque

from connectors.http.window import Window


class Places:
    """Places for calls, as many as the limit says at the moment; who waits is served in turn."""

    def __init__(self, ceiling: int) -> None:
        self.window = Window(ceiling)
        self.taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self) -> None:
        """Wait for a place and take it."""
        if self.taken < self.window.limit and not self._waiting:
            self.taken += 1
        else:
            await self._wait()

    def free(self) -> None:
        """Give a place back: the next in turn has it, if the limit still allows."""
        self.taken -= 1
        self._serve()

    async def _wait(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # served and given up at the same moment
                self.free()
            raise

    def _serve(self) -> None:
        while self._waiting and self.taken < self.window.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self.taken += 1
                turn.set_result(None)
