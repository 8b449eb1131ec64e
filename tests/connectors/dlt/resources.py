"""Resources of dlt that tests read: what they yield is set from outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dlt

ROWS: list[Any] = []
"""What all of them yield."""

SEEN: list[Any] = []
"""What they were called with, and where their pull began."""


def given() -> Iterator[Any]:
    """What they yield, up to an error, which is raised."""
    for row in ROWS:
        if isinstance(row, Exception):
            raise row
        yield row


@dlt.resource(primary_key="id")
def changed(
    updated: dlt.sources.incremental[str] = dlt.sources.incremental("updated_at", initial_value="2026-01-01"),  # noqa: B008 - dlt's way
) -> Iterator[Any]:
    """Those that changed; dlt leaves out what lies before."""
    SEEN.append(updated.start_value)
    yield from given()


@dlt.resource(primary_key="id")
def moments(at: dlt.sources.incremental[datetime] = dlt.sources.incremental("at")) -> Iterator[Any]:  # noqa: B008 - dlt's way
    """Those that changed, by moments."""
    SEEN.append(at.start_value)
    yield from given()


@dlt.resource(write_disposition="replace")
def everything(token: str = "", page: int = 0) -> Iterator[Any]:
    """All of them each time."""
    SEEN.append((token, page))
    yield from given()


@dlt.resource
def remembering() -> Iterator[Any]:
    """Only those after the last one, of which it keeps the number itself."""
    state = dlt.current.resource_state()
    SEEN.append(state.get("given", 0))
    yield from ROWS[state.get("given", 0) :]
    state["given"] = len(ROWS)


@dlt.resource
def failing() -> Iterator[Any]:
    """Stumble over a row, and say so with its values."""
    yield from given()
    raise KeyError(f"no phone for {ROWS[0]}")


@dlt.source
def several() -> Any:
    """Two resources."""
    return changed, dlt.resource([{"id": "c1", "company_name": "Acme"}], name="firms")


def no_resource() -> int:
    """Something else."""
    return 1


@dlt.resource
def stumbling(page: int = 0) -> Iterator[Any]:
    """Take what it is given, and make a TypeError of its own of it."""
    yield {"id": page + "1"}  # type: ignore[operator]


@dlt.source
def clubs(page: int = 0) -> Any:
    """Make a TypeError before there is any resource."""
    return dlt.resource([{"id": page + "1"}], name="clubs")  # type: ignore[operator]


@dlt.source
def house() -> Any:
    """Two kinds of people whose ids have nothing to do with each other, and the firms that they work for."""
    people = [{"id": number, "email": f"{{}}{number}@mail.example", "company_id": "c1"} for number in (1, 2, 3)]
    return [
        dlt.resource([{**one, "email": str(one["email"]).format(name)} for one in people], name=name)
        for name in ("members", "guests")
    ] + [dlt.resource([{"id": "c1", "company_name": "Acme"}], name="firms")]


FIXED = dlt.resource([{"id": 1, "email": "a@x.example"}], name="fixed")
"""A resource that takes no arguments and is none's result."""


def calls() -> Any:
    """Leave a trace: nobody is to call it, since dlt knows nothing of it."""
    SEEN.append("called")
    return FIXED


@dlt.transformer(data_from=FIXED)
def detailed(row: Any, page: int = 0) -> Iterator[Any]:
    """What is known of each row of another resource."""
    yield {**row, "page": page}
