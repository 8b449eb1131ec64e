"""A list of contacts that others change while it is walked."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from connectors.giant_context.walk import Walk, WalkReport
from connectors.giant_context.wire import Contact, Page, PageMeta

EPOCH = datetime(2025, 1, 1, tzinfo=UTC)


class List:
    """A list of contacts, newest first; `events` happen one before each call from the second on."""

    def __init__(
        self, length: int, events: list[str] | None = None, *, largest: int = 1000, moves: bool = False
    ) -> None:
        self.rows = [self._contact(number) for number in range(length)]
        self.original = {row.id for row in self.rows}
        self.events = list(events or [])
        self.largest = largest
        self.moves = moves
        self.count = length
        self.calls: list[tuple[int, int]] = []

    def _contact(self, number: int, version: int = 0) -> Contact:
        moment = EPOCH + timedelta(seconds=version)
        return Contact(id=f"c{number}", created_at=EPOCH, updated_at=moment)

    def happen(self, event: str) -> None:
        """Insert at the head, or update or remove the row in the middle or near the head."""
        self.count += 1
        if event == "insert":
            self.rows.insert(0, self._contact(self.count))
        elif event in {"update", "remove"} and self.rows:
            place = self.count * 7 % len(self.rows)
            row = self.rows[place]
            if event == "remove":
                del self.rows[place]
                self.original.discard(row.id)
                return
            changed = row.model_copy(update={"updated_at": EPOCH + timedelta(seconds=self.count)})
            self.rows[place] = changed
            if self.moves:
                self.rows.insert(0, self.rows.pop(place))

    async def fetch(self, page: int, page_size: int) -> Page[Contact]:
        """Answer one page."""
        if self.calls and self.events:
            self.happen(self.events.pop(0))
        self.calls.append((page, page_size))
        size = min(page_size, self.largest)
        answer = self.rows[(page - 1) * size : page * size]
        total = len(self.rows)
        await asyncio.sleep(0)
        return Page[Contact](data=answer, meta=PageMeta(total=total, page=page, page_size=size))


def run(source: List, *, page_size: int = 4, concurrency: int = 4) -> tuple[dict[str, Contact], WalkReport, int]:
    """Return the last state of each contact, the report, and how many items were yielded."""

    async def walked() -> tuple[dict[str, Contact], WalkReport, int]:
        walk: Walk[Contact] = Walk(source.fetch, page_size=page_size, concurrency=concurrency)
        found: dict[str, Contact] = {}
        yielded = 0
        async for batch in walk:
            assert batch
            yielded += len(batch)
            found |= {item.id: item for item in batch}
        return found, walk.report, yielded

    return asyncio.run(walked())
