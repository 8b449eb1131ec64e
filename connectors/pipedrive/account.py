"""A Pipedrive account while it is open: its calls, its lists, its fields, what was deleted in it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from connectors import errors
from connectors.api import Means
from connectors.errors import RateLimited
from connectors.http import Answer, Clock, Http
from connectors.pipedrive.answers import answer_of, page_of
from connectors.pipedrive.deletions import KEPT, deleted_since
from connectors.pipedrive.dialect import Pipedrive
from connectors.pipedrive.fields import Fields
from connectors.pipedrive.options import Options, SignIn
from connectors.pipedrive.shape import is_deleted
from connectors.pipedrive.streams import Kind
from connectors.pipedrive.walking import LIMIT, Answered, Walked, by_cursor, by_number

T = TypeVar("T")

RECENTS: Final = "/v1/recents"

IDS: Final = 100
"""So many records may be asked for by their ids in one call."""

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"

_BLOCKED: Final = "Pipedrive blocks who calls too often: let other programs with this token rest, and run again later."
_USED_UP: Final = "The calls of the moment or of the day are used up; the day's are given anew at midnight UTC."

logger = logging.getLogger(__name__)


class Account:
    """Calls to one account."""

    def __init__(self, address: str, options: Options, means: Means) -> None:
        """Prepare the calls; nothing is sent yet.

        Raises:
            ConfigurationError: the secret is missing or of the wrong form.
        """
        self.clock = means.clock or Clock()
        self.unseen: dict[str, str] = {}
        """Which deletions are not told, and why, by the streams where that is so."""
        self.fields: dict[str, Fields] = {}
        """The fields of each stream's records that were asked for."""
        self._name = means.name
        self._means = means
        self._sign_in = SignIn(options, means, self.clock)
        self._http = Http(
            address,
            transport=means.transport,
            auth=self._sign_in.auth,
            limits=means.limits,
            clock=self.clock,
            dialect=Pipedrive(),
            quick=True,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()
        await self._sign_in.aclose()

    def walk(
        self, kind: Kind, since: datetime | None, until: datetime | None, after: int | None, hint: str | None
    ) -> AsyncIterator[Walked]:
        """Walk the records that changed in [since, until), behind the id `after`; whose fields were asked for."""
        params: dict[str, str | int] = {"limit": LIMIT}
        if since is not None:
            params["updated_since"] = since.strftime(_TIME)
        if kind.v1:
            return self._notes(kind, params, until, after, hint)
        if until is not None:
            params["updated_until"] = until.strftime(_TIME)
        if wanted := self.optional(kind):
            params["include_fields"] = ",".join(wanted)
        params |= {"sort_by": "id", "sort_direction": "asc"}
        return by_cursor(self._fetching(kind.path, params), kind.path, after, hint)

    def optional(self, kind: Kind) -> tuple[str, ...]:
        """The optional fields that are asked for, since the account has them; whose fields were asked for."""
        known = self.fields[kind.stream.name].known
        return tuple(name for name in kind.optional if name in known)

    def _fetching(self, path: str, params: Mapping[str, str | int]) -> Callable[[str | None], Awaitable[Answered]]:
        async def fetch(cursor: str | None) -> Answered:
            asked = {**params, "cursor": cursor} if cursor is not None else params
            answer = await self.call(path, asked, page_of)
            records, more, _ = answer.value
            return Answered(records, more, answer.headers)

        return fetch

    async def _notes(
        self, kind: Kind, params: dict[str, str | int], until: datetime | None, after: int | None, hint: str | None
    ) -> AsyncIterator[Walked]:
        """Notes, which v1 lists by numbers and without an end of the window: later ones are left out here."""

        async def fetch(start: int) -> Answered:
            answer = await self.call(kind.path, {**params, "start": start, "sort": "id ASC"}, page_of)
            records, _, more = answer.value
            return Answered(records, "more" if more else None, answer.headers)

        form = kind.date_format or _TIME
        async for found in by_number(fetch, kind.path, after, hint):
            if until is not None:
                # The text sorts as the time does; one that is none is of no window.
                end = until.strftime(form)
                timed = [(record, _dated(record.get("update_time"), form)) for record in found.records]
                found.records = [record for record, time in timed if time is not None and time < end]
                found.unusable += [(record, "its update_time is no time") for record, time in timed if time is None]
            yield found

    def told_since(self, kind: Kind, since: datetime | None, now: datetime) -> None:
        """Say so where deletions since then cannot all be told any more; None: none can be missed."""
        self.unseen.pop(kind.stream.name, None)
        if since is not None and since < now - KEPT:
            span = " to ".join(f"{one.astimezone(UTC):%Y-%m-%d %H:%M}" for one in (since, now - KEPT))
            self._not_told(kind, f"those from {span} UTC may be missing: Pipedrive tells them for {KEPT.days} days")

    def _not_told(self, kind: Kind, why: str) -> None:
        self.unseen[kind.stream.name] = why
        logger.warning("%s: deletions of %s are not told: %s", self._name, kind.stream.name, why)

    async def deleted(self, kind: Kind, since: datetime | None, seen: datetime) -> AsyncIterator[list[dict[str, Any]]]:
        """What was deleted since, or as far back as is told, as records that say so; seen at `seen`.

        A change that says nothing of its record is a deletion where the record is not shown, or says so itself.
        Nothing comes where recent changes are kept from us.

        Raises:
            ProtocolError: the changes lead nowhere, or records come that were not asked for.
        """
        only: dict[str, str | int] = {"items": kind.item, "limit": LIMIT}

        async def fetch(moment: str, start: int) -> Any:
            params = {**only, "since_timestamp": moment, "start": start}
            return (await self.call(RECENTS, params, answer_of)).value

        flag = {"active_flag": False} if kind.v1 else {"is_deleted": True}
        try:
            async for page in deleted_since(fetch, since or seen - KEPT, seen):
                there = await self._shown(kind, list(dict.fromkeys(one.number for one in page if not one.sure)))
                if gone := [one for one in page if one.number not in there]:
                    yield [
                        {"id": one.number, "update_time": one.moment.strftime(kind.date_format or _TIME), **flag}
                        for one in gone
                    ]
        except errors.Rejected as error:
            self._not_told(kind, f"only those that lists show: {error.reason}")

    async def _shown(self, kind: Kind, numbers: Sequence[int]) -> set[int]:
        """Those of some ids whose records are shown, and do not say that they are deleted."""
        found: list[Any] = []
        if kind.v1:
            found = [await self._single(kind, number) for number in numbers]
        else:
            for first in range(0, len(numbers), IDS):
                asked = numbers[first : first + IDS]
                params: dict[str, str | int] = {"ids": ",".join(map(str, asked)), "limit": LIMIT, "sort_by": "id"}
                async for page in by_cursor(self._fetching(kind.path, params), kind.path):
                    if not {one["id"] for one in page.records} <= set(asked):
                        raise errors.ProtocolError(
                            "records came that were not asked for", method="GET", route=kind.path
                        )
                    found += page.records
        return {one["id"] for one in found if isinstance(one, dict) and "id" in one and not is_deleted(one)}

    async def _single(self, kind: Kind, number: int) -> Any:
        """One record of v1, which takes no lists of ids; None where it is not there."""
        try:
            answer = await self.call(f"{kind.path}/{number}", {}, answer_of, route=f"{kind.path}/{{id}}")
        except errors.NotFound:
            return None
        return answer.value.get("data")

    async def fields_of(self, kind: Kind) -> Fields:
        """The fields of a kind's records, asked for once."""
        name = kind.stream.name
        if kind.fields is None:
            return self.fields.setdefault(name, Fields())
        if name not in self.fields:
            fetch, cursor, definitions = self._fetching(kind.fields, {"limit": LIMIT}), None, list[Any]()
            used = set[str]()
            while True:
                page = await fetch(cursor)
                definitions += page.records
                if page.more is None:
                    break
                if page.more in used:
                    raise errors.ProtocolError("the cursors lead round in a circle", method="GET", route=kind.fields)
                cursor = page.more
                used.add(cursor)
            try:
                self.fields[name] = Fields.of(definitions)
            except (ValueError, TypeError, LookupError, AttributeError):
                raise errors.ProtocolError(
                    "the list of fields cannot be used", method="GET", route=kind.fields
                ) from None
        return self.fields[name]

    async def call(
        self, path: str, params: Mapping[str, str | int], read: Callable[[Any], T], *, route: str | None = None
    ) -> Answer[T]:
        """Ask for something; errors are those of `Http.call`."""
        try:
            with self._means.named():
                return await self._http.call("GET", path, route=route or path, params=params, read=read)
        except RateLimited as error:
            error.guidance = _BLOCKED if error.status == 403 else _USED_UP
            raise


def _dated(text: Any, form: str) -> str | None:
    try:
        return datetime.strptime(str(text), form).replace(tzinfo=UTC).strftime(form)
    except ValueError:
        return None
