"""Query jobs of Bulk API 2.0: made, waited for, read page by page, aborted, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from connectors.errors import CallError, NotApplied, ProtocolError
from connectors.http import Unreadable
from connectors.http.redaction import redacted
from connectors.salesforce.account import Account
from connectors.salesforce.position import ID

FIRST_WAIT: Final = 0.05
LONGEST_WAIT: Final = 30.0
"""Seconds between two looks at a job: twice as many each time, up to the longest."""

_GOING: Final = frozenset({"UploadComplete", "InProgress"})
_JOBS: Final = "/jobs/query"
_ROUTE: Final = "/jobs/query/{job}"
_RESULTS: Final = "/jobs/query/{job}/results"


@dataclass(frozen=True, slots=True)
class Results:
    """A part of a job's results."""

    body: bytes
    """CSV: a header and rows."""
    count: int
    """How many records the server says that it holds."""
    locator: str | None
    """What comes next; None at the end."""


class Jobs:
    """The jobs of one organisation."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def make(self, soql: str) -> str:
        """Start a job over records that stand and that are deleted; returns its id."""
        asked = {"operation": "queryAll", "query": soql, "contentType": "CSV", "columnDelimiter": "COMMA"}
        answer = await self._account.call("POST", _JOBS, json={**asked, "lineEnding": "LF"}, read=_id_of)
        return answer.value

    async def done(self, job: str) -> None:
        """Wait until a job is complete.

        A job that is not waited for to its end is aborted.

        Raises:
            NotApplied: it failed, was aborted by somebody, or took longer than the options allow.
        """
        try:
            await self._wait(job)
        except BaseException:
            await self._abort(job)
            raise

    async def results(self, job: str, locator: str | None, most: int) -> Results:
        """A part of a complete job's results.

        Raises:
            Rejected: there is no such job any more, or no such place in it.
            ProtocolError: the answer does not say how much it holds, or where it goes on.
        """
        params: dict[str, str | int] = {"maxRecords": most}
        if locator is not None:
            params["locator"] = locator
        answer = await self._account.call(
            "GET",
            f"{_JOBS}/{job}/results",
            route=_RESULTS,
            params=params,
            read=_bytes,
            raw=True,
            headers={"Accept": "text/csv"},
        )
        count, behind = (answer.headers.get(f"sforce-{name}", "").strip() for name in ("numberofrecords", "locator"))
        if not count.isdecimal() or not behind:
            raise ProtocolError("it does not say how much it holds", method="GET", route=_RESULTS, status=200)
        return Results(answer.value, int(count), None if behind == "null" else behind)

    async def delete(self, job: str) -> None:
        """Delete a job with its results, where it is still there: Salesforce does so itself after seven days."""
        with suppress(CallError, TimeoutError):
            async with asyncio.timeout(5):  # who was stopped waits for it, too
                await self._account.call(
                    *("DELETE", f"{_JOBS}/{job}"),
                    route=_ROUTE,
                    read=_nothing,
                    expect=(200, 204),
                    attempts=1,
                    sparing=False,
                )

    async def _wait(self, job: str) -> None:
        clock, minutes = self._account.clock, self._account.options.bulk_minutes
        latest, pause = clock.monotonic() + 60 * minutes, FIRST_WAIT
        while True:
            answer = await self._account.call("GET", f"{_JOBS}/{job}", route=_ROUTE, read=_state_of)
            state, said = answer.value
            if state == "JobComplete":
                return
            if state not in _GOING:
                raise self._failed(f"the bulk job ended as {redacted(state)}: {redacted(said)}")
            if clock.monotonic() + pause > latest:
                guidance = "Raise the option `bulk_minutes`, or run again when Salesforce has less to do."
                raise self._failed(f"the bulk job was not complete after {minutes:g} minutes", guidance)
            await clock.sleep(pause)
            pause = min(2 * pause, LONGEST_WAIT)

    async def _abort(self, job: str) -> None:
        with suppress(CallError, TimeoutError):
            async with asyncio.timeout(5):
                await self._account.call(
                    *("PATCH", f"{_JOBS}/{job}"),
                    route=_ROUTE,
                    json={"state": "Aborted"},
                    read=_nothing,
                    attempts=1,
                    sparing=False,
                )

    def _failed(self, reason: str, guidance: str | None = None) -> NotApplied:
        return NotApplied(reason, method="GET", route=_ROUTE, guidance=guidance)


def _id_of(body: Mapping[str, Any]) -> str:
    if not ID.fullmatch(body["id"]):
        raise Unreadable("it names no job")
    return str(body["id"])


def _state_of(body: Mapping[str, Any]) -> tuple[str, str]:
    if not isinstance(body["state"], str):
        raise Unreadable("it has no state")
    return body["state"], str(body.get("errorMessage") or "no reason given")


def _bytes(body: bytes) -> bytes:
    return body


def _nothing(_: object) -> None:
    return None
