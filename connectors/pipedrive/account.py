"""A Pipedrive account while it is open: its calls, its lists, its fields, what was deleted in it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from connectors import errors
from connectors.api import Means
from connectors.errors import RateLimited
from connectors.http import Answer, Clock, Http, Unreadable
from connectors.pipedrive.deletions import deleted_since
from connectors.pipedrive.dialect import Pipedrive
from connectors.pipedrive.fields import Fields
from connectors.pipedrive.options import Options, SignIn
from connectors.pipedrive.streams import Kind
from connectors.pipedrive.walking import LIMIT, Answered, Walked, by_cursor, by_number

T = TypeVar("T")

RECENTS: Final = "/v1/recents"

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
        self.unseen = ""
        """Why deletions are not told, where they are not."""
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
        known = self.fields[kind.stream.name].known if kind.fields else frozenset()
        if wanted := [name for name in kind.optional if name in known]:
            params["include_fields"] = ",".join(wanted)
        params |= {"sort_by": "id", "sort_direction": "asc"}
        return by_cursor(self._fetching(kind.path, params), kind.path, after, hint)

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

    async def deleted(self, kind: Kind, since: datetime, seen: datetime) -> AsyncIterator[list[dict[str, Any]]]:
        """What was deleted since, as records that say so; nothing where recent changes are kept from us."""
        only: dict[str, str | int] = {"items": kind.item, "limit": LIMIT}

        async def fetch(moment: str, start: int) -> Any:
            params = {**only, "since_timestamp": moment, "start": start}
            return (await self.call(RECENTS, params, answer_of)).value

        flag = {"active_flag": False} if kind.v1 else {"is_deleted": True}
        try:
            async for page in deleted_since(fetch, since, seen):
                if page:
                    yield [
                        {"id": number, "update_time": moment.strftime(kind.date_format or _TIME), **flag}
                        for number, moment in page
                    ]
        except errors.Rejected as error:
            self.unseen = f"only those that lists show: {error.reason}"
            logger.warning("%s: deletions of %s are not told: %s", self._name, kind.stream.name, error)

    async def fields_of(self, kind: Kind) -> Fields:
        """The fields of a kind's records, asked for once."""
        name = kind.stream.name
        if kind.fields is None:
            return self.fields.setdefault(name, Fields())
        if name not in self.fields:
            fetch, cursor, definitions = self._fetching(kind.fields, {"limit": LIMIT}), None, list[Any]()
            while True:
                page = await fetch(cursor)
                definitions += page.records
                if page.more is None or page.more == cursor:
                    break
                cursor = page.more
            try:
                self.fields[name] = Fields.of(definitions)
            except (ValueError, TypeError, LookupError, AttributeError):
                raise errors.ProtocolError(
                    "the list of fields cannot be used", method="GET", route=kind.fields
                ) from None
        return self.fields[name]

    async def call(self, path: str, params: Mapping[str, str | int], read: Callable[[Any], T]) -> Answer[T]:
        """Ask for something; errors are those of `Http.call`."""
        try:
            with self._means.named():
                return await self._http.call("GET", path, route=path, params=params, read=read)
        except RateLimited as error:
            error.guidance = _BLOCKED if error.status == 403 else _USED_UP
            raise


def answer_of(body: Any) -> Any:
    """An answer that says that it is a success; Unreadable of another."""
    if not isinstance(body, dict) or body.get("success") is not True:
        raise Unreadable("it does not say that it is a success")
    return body


def page_of(body: Any) -> tuple[list[Any], str | None, bool]:
    """A list's records, v2's cursor of what follows, and whether v1 says that there is more."""
    data, told = answer_of(body).get("data"), body.get("additional_data") or {}
    if not isinstance(data or [], list):
        raise Unreadable("its data are no list")
    more = told.get("next_cursor")
    if more is not None and (not isinstance(more, str) or not more):
        raise Unreadable("its cursor is no text")
    return data or [], more, bool((told.get("pagination") or {}).get("more_items_in_collection"))


def _dated(text: Any, form: str) -> str | None:
    try:
        return datetime.strptime(str(text), form).replace(tzinfo=UTC).strftime(form)
    except ValueError:
        return None
