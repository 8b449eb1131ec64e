"""Walking what a query finds: by REST in the order of (SystemModstamp, Id), or by a bulk job where it is much."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pyarrow as pa

from connectors.errors import ProtocolError, Rejected
from connectors.http import Answer
from connectors.marks import server_time
from connectors.salesforce.account import Account, Found
from connectors.salesforce.csv_rows import columns_of, rows_of
from connectors.salesforce.jobs import Jobs, Results
from connectors.salesforce.position import ID, Position
from connectors.salesforce.shape import Shape
from connectors.salesforce.soql import ORDER

SETTLED: Final = timedelta(minutes=1)
"""How long before a query a record must have changed to be sure where it stood when the query was made."""

FIRST: Final = 2_000
MOST: Final = 10_000
BYTES: Final = 8 * 1024 * 1024
"""Records of a bulk page: the first one shows how long they are, the others have about so many bytes."""

READINGS: Final = 3
"""How often a bulk page is asked for that is not whole."""

RESTARTS: Final = 3
"""How often a list is asked for anew whose next page the server has forgotten, without having come further."""

Ask = Callable[[Position], str]
"""Writes the query of what lies behind a position, without an order."""


@dataclass(frozen=True, slots=True)
class Walked:
    """Rows, and where the walk stands behind them."""

    rows: pa.RecordBatch
    unusable: Sequence[tuple[str, str]]
    at: Position
    last: bool


class Gone(Exception):
    """A bulk job is no longer there, or is none that fits what is asked for now."""


async def walk(account: Account, shape: Shape, ask: Ask, at: Position) -> AsyncGenerator[Walked]:
    """Yield what lies behind `at`, and go on in the bulk job that it names, while that is there.

    How many records there are, the first page of the list says; what would be above the options' `bulk_above` is left
    to a job as a whole.
    """
    jobs = Jobs(account)
    if at.job is not None:
        try:
            async for found in _results(jobs, shape, at):
                yield found
        except Gone:
            at = replace(at, job=None, locator=None)
        else:
            return
    first = await account.query(ask(at) + ORDER)
    if first.value.total <= account.options.bulk_above:
        async for found in _pages(account, shape, ask, at, first):
            yield found
        return
    job = await jobs.make(ask(at))
    await jobs.done(job)
    named = False
    try:
        async for found in _results(jobs, shape, replace(at, job=job)):
            named = True  # whoever has the page knows of the job
            yield found
    except Gone as gone:
        raise gone.__cause__ or ProtocolError(
            "the bulk job's results are not what was asked for", method="GET", route="/jobs/query/{job}/results"
        ) from None
    finally:
        if not named:
            await jobs.delete(job)


async def _pages(
    account: Account, shape: Shape, ask: Ask, at: Position, answer: Answer[Found]
) -> AsyncGenerator[Walked]:
    """The pages of a list. The next one is asked for while one is worked on."""
    settled = server_time(answer.headers, account.clock) - SETTLED
    restarts = 0
    while True:
        found = answer.value
        under_way = asyncio.ensure_future(account.more(found.more)) if found.more is not None else None
        try:
            rows, unusable = await asyncio.to_thread(shape.batch, found.records)
            before, at = at, behind(at, found.records, settled)
            restarts = restarts if at == before else 0
            yield Walked(rows, unusable, at, under_way is None)
            if under_way is None:
                return
            answer = await under_way
        except Rejected as error:
            if error.status not in (400, 404) or restarts == RESTARTS:
                raise
            restarts += 1
            answer = await account.query(ask(at) + ORDER)
            settled = server_time(answer.headers, account.clock) - SETTLED
        finally:
            if under_way is not None:
                under_way.cancel()
                await asyncio.gather(under_way, return_exceptions=True)


def behind(at: Position, records: Sequence[Any], settled: datetime) -> Position:
    """The position behind a page: behind its last record whose place in the order is sure.

    Which records a list has, and in which order, is fixed when it is asked for; a record that is edited afterwards
    comes with its new change time in its old place. Going on behind that time would skip all that lie between, and
    behind one from the future all others. So only change times that lie before the list was asked for count.

    Raises:
        ProtocolError: the records are not in the order that was asked for.
    """
    latest = at.stamp
    for record in records:
        stamp = _moment(record.get("SystemModstamp")) if isinstance(record, dict) else None
        if stamp is None or stamp > settled:
            continue
        if latest is not None and stamp < latest:
            raise ProtocolError("the records are not in the order asked for", method="GET", route="/queryAll")
        latest = stamp
        if ID.fullmatch(str(record.get("Id"))):  # it goes into the next query
            at = replace(at, stamp=stamp, id=record["Id"])
    return at


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def _results(jobs: Jobs, shape: Shape, at: Position) -> AsyncGenerator[Walked]:
    """What a complete job holds from `at.locator` on. The next page is asked for while one is read.

    Raises:
        Gone: the job, or that place in it, is no longer there, or its columns are others than those asked for now.
    """
    assert at.job is not None  # noqa: S101 - the caller's
    header: tuple[str, ...] | None = None
    most, locator = FIRST, at.locator
    under_way = asyncio.ensure_future(jobs.results(at.job, locator, most))
    try:
        while True:
            try:
                results = await under_way
            except Rejected as error:
                if header is None:
                    raise Gone from error
                raise
            again = partial(jobs.results, at.job, locator, most)
            if results.count:
                most = max(500, min(MOST, BYTES * results.count // max(1, len(results.body))))
            locator = results.locator
            if locator is not None:
                under_way = asyncio.ensure_future(jobs.results(at.job, locator, most))
            header, rows, unusable = await _whole(shape, results, again, header)
            yield Walked(rows, unusable, replace(at, locator=locator), locator is None)
            if locator is None:
                return
    finally:
        under_way.cancel()
        await asyncio.gather(under_way, return_exceptions=True)


async def _whole(
    shape: Shape, results: Results, again: Callable[[], Awaitable[Results]], header: tuple[str, ...] | None
) -> tuple[tuple[str, ...], pa.RecordBatch, list[tuple[str, str]]]:
    """The rows of a page of results: it holds as many records as the server says, else it is asked for again."""
    for reading in range(READINGS):
        if reading:
            results = await again()
        named = columns_of(results.body, shape.fields.names)
        columns = named or header or (shape.fields.names if not results.body.strip() else None)
        if columns is None:
            raise Gone
        try:
            rows, unusable = await asyncio.to_thread(_read, shape, results.body, columns, skip=named is not None)
        except pa.ArrowInvalid:
            continue
        if rows.num_rows + len(unusable) == results.count:
            return columns, rows, unusable
    raise ProtocolError(
        "it does not hold as many records as it says", method="GET", route="/jobs/query/{job}/results", status=200
    )


def _read(
    shape: Shape, body: bytes, columns: Sequence[str], *, skip: bool
) -> tuple[pa.RecordBatch, list[tuple[str, str]]]:
    return shape.of_table(*rows_of(body, columns, skip=skip))
