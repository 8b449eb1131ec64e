"""What the CRM shows of operations that were cut off: whether their effect is there, surely is not, or cannot be told.

An update is looked at where it was sent to. What was created or logged is looked for by its mark or key, else by what
identifies it. A few are searched for one by one, many in the lists' newest pages first: what was sent lately stands
there, and only what is missing then costs more. Absence counts only after two complete looks.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from enum import Enum
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from connectors.errors import CallError, Forbidden, NotFound, Rejected
from connectors.giant_context.client import GiantContext
from connectors.giant_context.walk import Walk, WalkReport, over, searched, tells_of_content
from connectors.giant_context.wire import MAX_PAGE_SIZE, Activity, Company, Contact, Page
from pipelines.crm.echo import all_stand, digits, folded, recovered
from pipelines.crm.seen import was_put_back
from pipelines.ledger.effects import MARK, UPDATES, Effect, Operation, found_again

FEW: Final = 20
"""So many are searched for one by one; for more the lists are read."""

LOOKS: Final = 2
"""Complete looks that must find nothing before something counts as absent: one alone may have come too early."""


class Trace(Enum):
    """What a look at the CRM tells of an operation whose effect it does not show."""

    ABSENT = "cut off, and not found in the CRM afterwards"
    UNSURE = "cut off, and the list kept changing while it was looked for"
    UNSEEN = "cut off, and the CRM finds the contact in one place and not in another"
    OVERRULED = "cut off, and put back in the CRM since: that counts as a human's"
    LIKENESS = "cut off, and one that is like it stands there: no mark, e-mail or phone says whether it is the one"
    HIDDEN = "cut off, and the CRM cannot show what was to be looked at"


Finding: TypeAlias = Effect | Trace | Rejected
"""What became of an operation; Rejected: the CRM does not let us look for it."""

Fetch: TypeAlias = Callable[..., Awaitable[Page[Any]]]
Item: TypeAlias = Contact | Company | Activity


async def find(
    crm: GiantContext, operations: Sequence[Operation], *, at_once: int
) -> AsyncIterator[tuple[Operation, Finding]]:
    """Look for operations; yields each with what was found, `at_once` being how many are looked for side by side.

    Raises:
        CallError: the CRM cannot be asked; those that were not yielded are undecided.
    """
    lists: dict[str, list[Operation]] = defaultdict(list)
    rest: list[Operation] = []
    for operation in operations:
        (rest if operation.kind in UPDATES else lists[operation.object]).append(operation)
    for name, sought in lists.items():
        hunt = _Hunt(sought)
        if len(sought) > FEW:
            absent = await _read_lists(_list(crm, name), hunt)
            for operation in sought:
                if (finding := hunt.finding(operation) or (Trace.ABSENT if absent else None)) is not None:
                    yield operation, finding
            if absent:
                continue
        rest += hunt.missing()
    for start in range(0, len(rest), at_once):
        group = rest[start : start + at_once]
        answers = await asyncio.gather(*(_search(crm, operation) for operation in group), return_exceptions=True)
        for operation, answer in zip(group, answers, strict=True):
            # No such list at all, or none that the key may read: that is no matter of one operation, and tells nothing.
            if isinstance(answer, BaseException) and (
                isinstance(answer, (NotFound, Forbidden)) or not isinstance(answer, Rejected)
            ):
                raise answer
            yield operation, answer


class Clue(NamedTuple):
    """What tells that an item of a list is the effect of an operation. A tuple: every item of a long list has some."""

    kind: Literal["entry", "mark", "company", "email", "person"]
    value: str | tuple[str, ...]
    sure: bool = True
    """False of a name with neither mark nor e-mail nor phone: somebody of that name may be anyone."""


class _Hunt:
    """Operations that are looked for in a list, and what was met of each."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = {operation.op_key: operation for operation in operations}
        self._by_clue: dict[Clue, list[Operation]] = defaultdict(list)
        for operation in operations:
            self._by_clue[_clue(operation)].append(operation)
        self._met: dict[str, dict[str, Item]] = defaultdict(dict)

    def take(self, items: Iterable[Item]) -> None:
        """Look through items of the list."""
        for item in items:
            for clue in _clues(item):
                for operation in self._by_clue.get(clue, ()):
                    if operation.kind == "log" or _marked(operation) or _all_stand(item, operation):
                        self._met[operation.op_key][item.id] = item

    def missing(self) -> list[Operation]:
        """Those of which nothing was met."""
        return [operation for key, operation in self._operations.items() if key not in self._met]

    def finding(self, operation: Operation) -> Effect | Trace | None:
        """What was met of an operation: of several, the oldest is kept and the others are told of."""
        met = sorted(self._met.get(operation.op_key, {}).values(), key=lambda item: (item.created_at, item.id))
        if not met:
            return None
        if not _clue(operation).sure:
            return Trace.LIKENESS
        first = met[0]
        values = {} if isinstance(first, Activity) else recovered(first, operation) or operation.values
        return Effect(operation, first.id, values, note=found_again([item.id for item in met]))


async def _read_lists(fetch: Fetch, hunt: _Hunt) -> bool:
    """Look through the newest pages, and through all where that is cheaper than to search for each one missing.

    Returns whether those that were not met are absent; if not, they are to be searched for: a list that keeps changing
    or cannot be read to its end says nothing of them, and a search or a timeline may.
    """
    try:
        total = await _read_newest(fetch, hunt)
        calls = LOOKS * -(-total // MAX_PAGE_SIZE)
        if len(hunt.missing()) <= FEW or calls > LOOKS * len(hunt.missing()):
            return False
        for _ in range(LOOKS):
            walk: Walk[Any] = over(fetch, page_size=MAX_PAGE_SIZE)
            async for items in walk:
                hunt.take(items)
            if not walk.report.complete:
                return False
    except NotFound:
        raise
    except Rejected:
        return False
    return True


async def _read_newest(fetch: Fetch, hunt: _Hunt) -> int:
    """Look through as many of the list's newest pages as could hold them all, twice over; returns the list's length."""
    pages, total = 2 + 2 * -(-len(hunt.missing()) // MAX_PAGE_SIZE), 0
    newest: Walk[Any] = over(fetch, page_size=MAX_PAGE_SIZE)
    for number in range(1, pages + 1):
        page = await newest.page(number)
        hunt.take(page.items)
        total = page.total
        if not hunt.missing() or number >= page.last_number:
            break
    return total


async def _search(crm: GiantContext, operation: Operation) -> Effect | Trace:
    if operation.kind in UPDATES:
        try:
            return await _look_at(crm, operation, operation.crm_id or "")
        except CallError as error:
            return await _hidden(crm, operation, error)
    for _ in range(LOOKS):
        hunt = _Hunt([operation])
        blind = await (_read_timeline if operation.kind == "log" else _search_lists)(crm, operation, hunt)
        if (finding := hunt.finding(operation)) is not None:
            return finding
        if blind is not None:
            return blind
    return Trace.ABSENT


def _blind(report: WalkReport) -> Trace | None:
    """What is true of what a walk did not meet, unless it has met all that is there."""
    if report.complete:
        return None
    return Trace.HIDDEN if report.settled else Trace.UNSURE


async def _hidden(crm: GiantContext, operation: Operation, error: CallError) -> Trace:
    """What an error tells that may be about the one object asked for; of a server in trouble it is raised."""
    if not tells_of_content(error):
        raise error
    await over(_list(crm, operation.object), page_size=MAX_PAGE_SIZE).page(1)
    return Trace.HIDDEN


async def _read_timeline(crm: GiantContext, operation: Operation, hunt: _Hunt) -> Trace | None:
    contact_id = str(operation.crm_id)
    try:
        hunt.take(await crm.contact_activities(contact_id))
    except NotFound:
        # A timeline goes with its contact: while that is there, one that is not found proves nothing.
        with suppress(NotFound):
            await crm.get_contact(contact_id)
            return Trace.UNSEEN
    except CallError as error:
        return await _hidden(crm, operation, error)
    return None


async def _search_lists(crm: GiantContext, operation: Operation, hunt: _Hunt) -> Trace | None:
    """Search the list of an operation for it; returns what is true of what was not met, unless it is not there."""
    body = operation.body
    blind: Trace | None = None
    # A human may have corrected the address meanwhile; then the name leads to it.
    terms = [body["name"]] if operation.object == "companies" else [body.get("email"), body["lastName"]]
    for term in filter(None, terms):
        walk: Walk[Any] = searched(_list(crm, operation.object), term)
        async for items in walk:
            hunt.take(items)
        blind = blind or _blind(walk.report)
        if not hunt.missing():
            break
    return blind


async def _look_at(crm: GiantContext, operation: Operation, crm_id: str) -> Effect | Trace:
    try:
        item = await (crm.get_company(crm_id) if operation.object == "companies" else crm.get_contact(crm_id))
    except NotFound:
        # A contact goes with its timeline: while that is there, one that is not found proves nothing.
        if operation.object == "contacts":
            with suppress(NotFound):
                await crm.contact_activities(crm_id)
                return Trace.UNSEEN
        return Trace.ABSENT
    if operation.kind in ("tag", "untag"):
        there = folded(operation.body["tag"]) in map(folded, item.tags)
        values = dict(operation.values) if there == (operation.kind == "tag") else None
    else:
        values = recovered(item, operation)
    if values is not None:
        return Effect(operation, crm_id, values)
    return Trace.OVERRULED if was_put_back(item, operation.seen) else Trace.ABSENT


def _clue(operation: Operation) -> Clue:
    """What an operation's effect is known by."""
    values = operation.values
    if operation.kind == "log":
        return Clue("entry", operation.op_key)
    if _marked(operation):
        return Clue("mark", operation.entity_id)
    if operation.object == "companies":
        return Clue("company", folded(values.get("name")))
    if email := folded(values.get("email")):
        return Clue("email", email)
    return _person(values.get("first_name"), values.get("last_name"), values.get("phone"))


def _clues(item: Item) -> list[Clue]:
    """Everything that an item may be known by."""
    if isinstance(item, Activity):
        return [Clue("entry", str(item.data.get("externalId")))]
    mark = Clue("mark", str(item.properties.get(MARK)))
    if isinstance(item, Company):
        return [mark, Clue("company", folded(item.name))]
    return [mark, Clue("email", folded(item.email)), _person(item.first_name, item.last_name, item.phone)]


def _person(first: str | None, last: str | None, phone: str | None) -> Clue:
    number = digits(phone or "")
    return Clue("person", (folded(first), folded(last), number), sure=bool(number))


def _marked(operation: Operation) -> bool:
    return MARK in (operation.body.get("properties") or {})


def _all_stand(item: Item, operation: Operation) -> bool:
    return not isinstance(item, Activity) and all_stand(item, operation.values)


def _list(crm: GiantContext, name: str) -> Fetch:
    if name == "contacts":
        return crm.list_contacts
    return crm.list_companies if name == "companies" else crm.list_activities
