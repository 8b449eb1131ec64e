"""The shortest chain of joins between two records: why they are one person."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Join:
    """A key that joined two records (`crm:…` stands for a contact of the CRM), and by which rule."""

    a: str
    b: str
    kind: str
    key: str
    how: str


def chain(joins: Iterable[Join], starts: Collection[str], ends: Collection[str]) -> list[Join] | None:
    """Return the shortest chain of joins from one of `starts` to one of `ends`, each turned to lead on.

    Breadth first. Empty when a record is both; None when nothing leads there. A key is listed as a star around one of
    its holders, so two steps of one rule and key in a row are told as one.
    """
    neighbours: dict[str, list[Join]] = {}
    for join in joins:
        neighbours.setdefault(join.a, []).append(join)
        neighbours.setdefault(join.b, []).append(Join(join.b, join.a, join.kind, join.key, join.how))
    came: dict[str, Join | None] = dict.fromkeys(sorted(starts))
    waiting = deque(came)
    while waiting:
        name = waiting.popleft()
        if name in ends:
            return _straight(came, name)
        for join in neighbours.get(name, ()):
            if join.b not in came:
                came[join.b] = join
                waiting.append(join.b)
    return None


def _straight(came: dict[str, Join | None], end: str) -> list[Join]:
    steps: list[Join] = []
    join = came[end]
    while join is not None:
        if steps and (steps[-1].kind, steps[-1].key, steps[-1].how) == (join.kind, join.key, join.how):
            steps[-1] = Join(join.a, steps[-1].b, join.kind, join.key, join.how)
        else:
            steps.append(join)
        join = came[join.a]
    return steps[::-1]
