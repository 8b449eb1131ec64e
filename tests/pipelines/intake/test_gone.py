"""Records that their source deleted, archived, merged or converted: which are gone, and what each leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake import gone
from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake

START = datetime(2026, 1, 1, tzinfo=UTC)
PREFIX = "toy/contacts/toy:"
SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("record_key", "source", "source_id", "series", "file", "landing")),
        *((name, pa.int64()) for name in ("row", "sequence")),
        *((name, pa.timestamp("us", "UTC")) for name in ("modified_at", "dated")),
        *((name, pa.string()) for name in ("tombstone", "merged_into", "email")),
        *((name, pa.list_(pa.string())) for name in ("merged_ids", "emails", "role_emails", "phones")),
    ]
)


@dataclass(frozen=True)
class Said:
    """A version of a record, as a pull or a window brought it."""

    record: str
    changed: int | None
    tombstone: str = ""
    into: str | None = None
    names: tuple[str, ...] = ()


ids = st.sampled_from("abcd")
versions = st.builds(
    Said,
    ids,
    st.integers(1, 4) | st.none(),
    st.sampled_from(["", "false", "deleted", "yes", "merged", "converted"]),
    st.none() | ids,
    st.lists(ids, max_size=2, unique=True).map(tuple),
)
landings = st.lists(st.lists(versions, min_size=1, max_size=4), min_size=1, max_size=5)


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="1GB", threads=1) as opened:
        opened.macros("keys/macros")
        opened.macros("intake/macros")
        yield opened


def landed(step: Engine, brought: Sequence[Sequence[Said]]) -> None:
    """Make the tables of a world in which these landings came, one after the other, and what `gone` makes of them."""
    rows = []
    for number, landing in enumerate(brought, 1):
        for row, one in enumerate(landing):
            rows.append(
                {
                    "record_key": PREFIX + one.record,
                    "source": "toy",
                    "source_id": one.record,
                    **dict.fromkeys(("series", "file"), "contacts"),
                    "landing": f"l{number}",
                    "row": row,
                    "sequence": number,
                    "modified_at": one.changed and START + timedelta(days=one.changed),
                    "dated": START + timedelta(days=100 + number),
                    "tombstone": one.tombstone or None,
                    "merged_into": one.into,
                    "merged_ids": list(one.names),
                    **{name: [] for name in ("emails", "role_emails", "phones")},
                }
            )
    step.put("contact_versions", pa.Table.from_pylist(rows, SCHEMA))
    step.put("company_versions", SCHEMA.empty_table())
    step.make("intake/replaced")
    gone.find(step)


def current(step: Engine) -> dict[str, tuple[str, int]]:
    """The landing and row of each record's current version."""
    found = step.rows(
        "SELECT source_id, landing, row FROM contact_versions v "
        "ANTI JOIN replaced r ON r.landing = v.landing AND r.row = v.row"
    )
    return {record: (landing, row) for record, landing, row in found}


def leads(step: Engine) -> dict[str, str | None]:
    """Each record that is gone, and the last one that it leads to."""
    found = step.rows("SELECT source_id, merged_into FROM gone_records")
    return {record: into and into.removeprefix(PREFIX) for record, into in found}


def model(brought: Sequence[Sequence[Said]]) -> dict[str, str | None]:
    """The same in plain Python, for versions that all say when they changed."""
    came = [(one, place) for place, one in enumerate(one for landing in brought for one in landing)]
    now: dict[str, tuple[Said, tuple[int, int]]] = {}
    for one, place in came:
        order = (one.changed or 0, place)
        if one.record not in now or order > now[one.record][1]:
            now[one.record] = (one, order)
    dead = {name: one for name, (one, _) in now.items() if one.tombstone not in ("", "false")}
    after: dict[str, str | None] = {name: one.into if one.into != name else None for name, one in dead.items()}
    for name in {named for one, _ in came for named in one.names}:
        by: list[tuple[bool, int, str]] = []
        for other in {one.record for one, _ in came} - {name}:
            said = [one for one, _ in came if one.record == other and name in one.names]
            if said and (other in dead or name in now[other][0].names):
                by.append((other in dead, -min(one.changed or 0 for one in said), other))
        if not by:
            continue
        _, _, other = min(by)
        fitting = [
            one for one in sorted(by) if name in dead or name not in now or (now[name][0].changed or 0) <= -one[1]
        ]
        if name in dead:
            after[name] = after[name] or other
        elif fitting:
            after[name] = fitting[0][2]
    return _ends(after, now)


def _ends(after: dict[str, str | None], now: Mapping[str, tuple[Said, tuple[int, int]]]) -> dict[str, str | None]:
    for start in sorted(after):
        way = [start]
        while (ahead := after.get(way[-1])) is not None and ahead not in way:
            way.append(ahead)
        if ahead is not None:  # a circle: its newest record stands
            circle = way[way.index(ahead) :]
            newest = min(circle, key=lambda name: (tuple(-n for n in now[name][1]) if name in now else (0, 0), name))
            del after[newest]
            return _ends(after, now)
    ends: dict[str, str | None] = {}
    for start in after:
        end = start
        while (ahead := after.get(end)) is not None:
            end = ahead
        ends[start] = None if end == start else end
    return ends


@settings(max_examples=100, deadline=None)
@given(landings)
def test_gone_is_what_the_rules_say(step: Engine, brought: list[list[Said]]) -> None:
    """Chains, circles, merges told by either side, restored records: as the rule in plain words, and nobody is lost."""
    dated = [[Said(one.record, one.changed or 1, *_rest(one)) for one in landing] for landing in brought]
    landed(step, dated)
    found = leads(step)
    assert found == model(dated)
    assert step.count("gone_records") == len(found)
    ((rows, standing),) = step.rows(
        "SELECT (SELECT count(*) FROM gone_records WHERE landed), "
        "(SELECT count(DISTINCT record_key) FROM contact_versions ANTI JOIN gone_records USING (record_key))"
    )
    assert rows + standing == len({one.record for landing in dated for one in landing})


def _rest(one: Said) -> tuple[str, str | None, tuple[str, ...]]:
    return one.tombstone, one.into, one.names


@settings(max_examples=40, deadline=None)
@given(landings, st.randoms(use_true_random=False))
def test_late_windows_undo_nothing(step: Engine, brought: list[list[Said]], chance: Any) -> None:
    """Whatever the order in which landings came, the same versions count, and the same records are gone."""
    moment = 0
    dated: list[list[Said]] = []
    for landing in brought:  # all change times differ
        dated.append([])
        for one in landing:
            moment += 1
            dated[-1].append(Said(one.record, (one.changed or 0) * 100 + moment, *_rest(one)))
    results = []
    for _ in range(2):
        landed(step, dated)
        texts = {(f"l{number}", row): one for number, landing in enumerate(dated, 1) for row, one in enumerate(landing)}
        results.append(({name: texts[place] for name, place in current(step).items()}, leads(step)))
        chance.shuffle(dated)
    assert results[0] == results[1]


def test_of_equal_change_times_what_landed_last_counts(step: Engine) -> None:
    """A change of an association alone keeps the change time: what the source said last is right."""
    landed(step, [[Said("a", 3)], [Said("a", 3, "deleted")], [Said("a", 2)]])
    assert current(step) == {"a": ("l2", 0)}
    assert leads(step) == {"a": None}
    landed(step, [[Said("a", 3, "deleted")], [Said("a", 3)], [Said("a", 2, "deleted")]])
    assert leads(step) == {}


def test_a_long_chain_leads_to_its_end_and_a_long_circle_to_its_newest(step: Engine) -> None:
    """A thousand records, each merged into the next; then the last one into the first."""
    chain = [Said(str(n), n + 1, "merged", str(n + 1)) for n in range(1000)]
    landed(step, [chain])
    assert set(leads(step).values()) == {"1000"}
    landed(step, [[*chain, Said("1000", 2000, "merged", "0")]])
    found = leads(step)
    assert len(found) == 1000
    assert set(found.values()) == {"1000"}


@pytest.mark.parametrize(
    ("word", "is_gone"),
    [("Deleted", True), ("true", True), ("1", True), ("recycled", True), ("FALSE", False), ("0", False), ("no", False)],
)
def test_words_of_a_tombstone(step: Engine, word: str, is_gone: bool) -> None:
    """Any word says that a record is gone, but for those that say no."""
    landed(step, [[Said("a", 1, word)]])
    assert (step.count("gone_records") == 1) is is_gone
