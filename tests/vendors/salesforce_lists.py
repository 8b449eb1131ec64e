"""The double's lists: what a query finds by REST, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.vendors.double import Flaw, flawed
from tests.vendors.salesforce_soql import Query, Refused, read
from tests.vendors.salesforce_world import Record, Table, written


class Lists:
    """Lists that were asked for, and what is behind them."""

    def __init__(self, tables: Mapping[str, Table], fields: Mapping[str, list[tuple[str, str, str]]]) -> None:
        self.tables = tables
        self.fields = fields
        self.no_rights: set[str] = set()
        """Objects that the user may not read."""
        self.page = 2_000
        """Records of a page at most; Salesforce often gives fewer."""
        self.root = ""
        self.flaws: dict[str, Flaw] = {}
        self.known: dict[str, tuple[Query, list[int]]] = {}

    def listed(self, soql: str, deleted: bool, batch: str) -> Any:
        """The first page of what a query finds; `batch` is the header that says how long it may be."""
        size = batch.removeprefix("batchSize=")
        if not size.isdecimal() or not 200 <= int(size) <= 2_000:
            raise Refused("INVALID_QUERY_OPTIONS", "batchSize")
        query = self.read(soql)
        numbers = self.found(query, deleted)
        if not query.columns:
            return {"totalSize": len(numbers), "done": True, "records": []}
        locator = f"01g{len(self.known):012d}AAA"
        self.known[locator] = query, numbers
        return self._part(locator, 0, min(int(size), self.page))

    def more(self, place: str) -> Any:
        """A further page."""
        locator, _, start = place.partition("-")
        if locator not in self.known or not start.isdecimal():
            raise Refused("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._part(locator, int(start), self.page)

    def found(self, query: Query, deleted: bool) -> list[int]:
        """The numbers of the records that a query finds, in its order."""
        table = self.tables[query.entity]
        test = query.where(table.fetch) if query.where is not None else None
        numbers = [
            number
            for number in range(len(table.stamps))
            if (test is None or test(number)) and number not in table.gone and (deleted or not table.is_deleted(number))
        ]
        for name, backwards in reversed(query.order):
            numbers.sort(key=table.fetch(name), reverse=backwards)
        return numbers[: query.limit]

    def read(self, soql: str) -> Query:
        """Read a query over what the user may see."""
        return read(soql, {one: self.types(one) for one in self.fields if one not in self.no_rights})

    def types(self, sobject: str) -> dict[str, str]:
        """The types of an object's fields."""
        return {name: kind for name, _, kind in self.fields[sobject]}

    def _part(self, locator: str, start: int, size: int) -> Any:
        """Which records a list has was fixed when it was asked for; what they say is as it is now."""
        query, numbers = self.known[locator]
        table, end, kinds = self.tables[query.entity], start + size, self.types(query.entity)
        records = [self._shown(table.record(number), query, kinds) for number in numbers[start:end]]
        found = {"totalSize": len(numbers), "done": end >= len(numbers), "records": records}
        if not found["done"]:
            found["nextRecordsUrl"] = f"{self.root}/query/{locator}-{end}"
        return found

    def _shown(self, record: Record, query: Query, kinds: Mapping[str, str]) -> Record:
        place = f"{self.root}/sobjects/{query.entity}/{record['Id']}"
        shown: Record = {"attributes": {"type": query.entity, "url": place}}
        for name in query.columns:
            value = record.get(name)
            shown[name] = written(value) if kinds[name] == "datetime" and isinstance(value, int) else value
        return flawed(shown, self.flaws.get(record["Id"]))
