"""A CRM whose lists never hold still."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.giant_context.wire import Activity, Contact, Page, PageMeta


class Restless:
    """Each page of a list tells of fewer items than the one before, or of many more; a timeline is read whole."""

    def __init__(self) -> None:
        self.total = 200
        self.entries: dict[str, list[Activity]] = {}
        """The timelines, by their contact's id."""

    async def list_contacts(self, page: int, page_size: int, **_: str) -> Page[Contact]:
        """Answer with a page that is not what the last one promised."""
        now = datetime.now(UTC)
        rows = [Contact(id=f"c{page}-{n}", created_at=now, updated_at=now) for n in range(min(page_size, 50))]
        return Page[Contact](data=rows, meta=self._meta(page))

    async def list_activities(self, page: int, page_size: int) -> Page[Activity]:
        """Answer with a page that is not what the last one promised."""
        rows = [Activity(id=f"a{page}-{n}", created_at=datetime.now(UTC)) for n in range(min(page_size, 50))]
        return Page[Activity](data=rows, meta=self._meta(page))

    async def contact_activities(self, contact_id: str) -> list[Activity]:
        """Answer with a timeline."""
        return self.entries.get(contact_id, [])

    def _meta(self, page: int) -> PageMeta:
        self.total = self.total - 1 if self.total > 120 else 200
        return PageMeta(total=self.total, page=page, page_size=50)
