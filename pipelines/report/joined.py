"""What joins the rows of a person: by which key, how many of them, and which keys did it before and are gone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from pipelines.lake.engine import Engine
from pipelines.report.chains import Join, chain

LINK: Final = "link"
"""The kind of a join that rests on earlier runs, not on a key."""

CRM: Final = "crm:"


@dataclass(frozen=True, slots=True)
class Joined:
    """A key that joins rows of a person."""

    how: str
    """The rule."""
    kind: str
    key: str
    rows: int
    """How many of the person's rows it joins."""
    contacts: tuple[str, ...] = ()
    """The CRM's contacts that it joins them with, by id."""


def joins(engine: Engine, person: str) -> list[Join]:
    """The joins between a person's records and contacts, those that rest on earlier runs last."""
    rows = engine.rows(
        "WITH own AS (SELECT record_key FROM clusters WHERE person_id = $1) "
        "SELECT record_a, record_b, kind, key, how FROM joins "
        "WHERE record_a IN (FROM own) OR record_b IN (FROM own) ORDER BY kind = $2, kind, key, how, record_a, record_b",
        [person, LINK],
    )
    return [Join(*row) for row in rows]


def shortest(found: list[Join], starts: Collection[str], ends: Collection[str]) -> list[Join] | None:
    """The shortest chain of keys; one over what was known before only where no keys lead there."""
    by_keys = chain([join for join in found if join.kind != LINK], starts, ends)
    return chain(found, starts, ends) if by_keys is None else by_keys


def joined(engine: Engine, person: str, records: Collection[str]) -> list[Joined]:
    """What joins a person's records: first the keys, then what is known of before, and the keys that it rested on."""
    holders: dict[tuple[str, str, str], set[str]] = {}
    for join in joins(engine, person):
        holders.setdefault((join.how, join.kind, join.key), set()).update((join.a, join.b))
    answer = [
        Joined(*what, len(names & {*records}), tuple(sorted(n.removeprefix(CRM) for n in names if n.startswith(CRM))))
        for what, names in holders.items()
    ]
    if any(one.kind == LINK for one in answer):
        standing = {(one.kind, one.key) for one in answer}
        engine.put("asked", pa.table({"person_id": [person]}))
        engine.make("report/shared_before")
        answer += [
            Joined(f"the same {'e-mail' if kind == 'email' else kind} before, which is gone", kind, key, count)
            for kind, key, count in engine.rows("SELECT kind, key, records FROM shared_before ORDER BY ALL")
            if (kind, key) not in standing
        ]
    return answer
