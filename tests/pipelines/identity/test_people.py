"""Rules that who is who keeps, whatever the records are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identity import nicknames, people
from pipelines.identity.resolve import NAMESPACE
from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake
from pipelines.report.chains import Join, chain

HUB_LIMIT = 2

Row = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""First name, last name, e-mails, phones, shared mailboxes."""

TEXTS = pa.list_(pa.string())
RECORDS = pa.schema(
    [
        *((name, pa.string()) for name in ("record_key", "first_fold", "last_fold", "linkedin_url")),
        *((name, pa.string()) for name in ("source", "file", "layout", "source_id")),
        *((name, TEXTS) for name in ("emails", "phones", "role_emails", "external_ids")),
    ]
)
CONTACTS = pa.schema(
    [
        *((name, pa.string()) for name in ("crm_id", "first_name", "last_name", "status", "bridge_id", "properties")),
        *((name, TEXTS) for name in ("emails", "phones")),
        ("created_at", pa.timestamp("us")),
    ]
)
KNOWN = pa.schema([("record_key", pa.string()), ("entity_id", pa.string()), ("sequence", pa.int64())])
GONE = pa.schema([*((name, pa.string()) for name in ("object", "record_key", "merged_into")), ("emails", TEXTS)])
LINKS = pa.schema([("entity_id", pa.string()), ("crm_id", pa.string())])


@dataclass
class Found:
    """What people.resolve made: each record's person, the joins, what was held back."""

    clusters: dict[str, str]
    joins: list[Join]
    held_back: list[tuple[str, str, str]]
    hubs: set[str]


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database for all examples: the tables are replaced each time."""
    root = tmp_path_factory.mktemp("data")
    with engine(Lake(root), "run", memory="2GB", threads=1) as opened:
        limits = {"hub_limit": HUB_LIMIT, "namespace": NAMESPACE.hex, "gmail_variants": False, "keys": ["external_ids"]}
        opened.one_row("setting", limits)
        opened.put("nicknames", nicknames.table())
        opened.put("contact_links", LINKS.empty_table())
        opened.put("gone_records", GONE.empty_table())
        opened.macros("keys/macros")
        opened.macros("identity/people/macros")
        pq.write_table(CONTACTS.empty_table(), root / "contacts.parquet")
        opened.view("current_contacts", root / "contacts.parquet", numbered=True)
        yield opened


def found(step: Engine, rows: Sequence[Row], known: dict[str, str] | None = None) -> Found:
    """Resolve rows; a row's key is what it says, so that the same row has the same key wherever it stands."""
    records = [
        {
            **dict(zip(("first_fold", "last_fold"), (row[0] or None, row[1] or None), strict=True)),
            **dict(zip(("emails", "phones", "role_emails"), map(list, row[2:]), strict=True)),
            "record_key": repr(row),
            "external_ids": [],
        }
        for row in dict.fromkeys(rows)
    ]
    path = step.lake.root / "records.parquet"
    pq.write_table(pa.Table.from_pylist(records, RECORDS), path)
    step.view("records", path, numbered=True)
    before = [
        {"record_key": key, "entity_id": person, "sequence": place}
        for place, (key, person) in enumerate(sorted((known or {}).items()))
    ]
    step.put("known_contacts", pa.Table.from_pylist(before, KNOWN))
    people.resolve(step)
    return Found(
        dict(step.rows("SELECT record_key, person_id FROM clusters")),
        [Join(*row) for row in step.rows("SELECT record_a, record_b, kind, key, how FROM joins")],
        step.rows("SELECT record_a, record_b, reason FROM held_back"),
        {key for (key,) in step.rows("SELECT key FROM hub_keys")},
    )


def keys(*names: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Up to two of some keys."""
    return st.lists(st.sampled_from(names), max_size=2, unique=True).map(tuple)


row_lists = st.lists(
    st.tuples(
        st.sampled_from(["jane", "j", "john", "", "jane ann", "doe", "bob", "robert"]),
        st.sampled_from(["doe", "roe", "", "jane"]),
        keys("a@x", "b@x", "c@x", "d@x"),
        keys("+1", "+2", "+3"),
        keys("info@x"),
    ).filter(lambda row: bool(row[2] or row[3])),
    min_size=2,
    max_size=9,
)


@settings(max_examples=5, deadline=None)
@given(row_lists, st.randoms(use_true_random=False))
def test_order_and_repeats_make_no_difference(step: Engine, rows: list[Row], random: Any) -> None:
    """Shuffled and in part repeated, the same rows are the same people, with the same ids."""
    first = found(step, rows)
    again = rows + rows[: len(rows) // 2]
    random.shuffle(again)
    assert found(step, again).clusters == first.clusters


@settings(max_examples=5, deadline=None)
@given(row_lists, st.data())
def test_known_people_keep_their_ids(step: Engine, rows: list[Row], data: st.DataObject) -> None:
    """Resolved again with what was found, nothing changes; without some rows, only strangers get an id that is new.

    Strangers are rows of one person whom no key joins any more, and of whose names nothing fits: they are severed.
    """
    first = found(step, rows).clusters
    assert found(step, rows, first).clusters == first
    left = data.draw(st.lists(st.sampled_from(rows), min_size=1, unique=True))
    rest = found(step, left, first).clusters
    severed = {name for (name,) in step.rows("SELECT name FROM severed JOIN nodes USING (node)")}
    assert {key for key, person in rest.items() if person not in first.values()} <= severed


@settings(max_examples=5, deadline=None)
@given(row_lists)
def test_keys_that_joined_are_told_once_links_do_the_same(step: Engine, rows: list[Row]) -> None:
    """Resolved again with what was found, the keys that led from a record to another still do, beside the links."""
    first = found(step, rows)
    again = [join for join in found(step, rows, first.clusters).joins if join.kind != "link"]
    for one, person in first.clusters.items():
        for other in [name for name, theirs in first.clusters.items() if theirs == person]:
            assert chain(again, {one}, {other}) is not None


@settings(max_examples=5, deadline=None)
@given(row_lists)
def test_every_join_is_explained_and_none_is_by_a_guarded_key(step: Engine, rows: list[Row]) -> None:
    """Within a person a chain of keys that both ends hold leads everywhere; hubs and shared mailboxes join nobody."""
    result = found(step, rows)
    held = {repr(row): {*row[2], *row[3]} for row in rows}
    for join in result.joins:
        assert join.a != join.b
        assert join.key in held[join.a] & held[join.b]
        assert join.key not in result.hubs
        assert result.clusters[join.a] == result.clusters[join.b]
    for person in set(result.clusters.values()):
        members = [key for key in result.clusters if result.clusters[key] == person]
        assert all(chain(result.joins, members[:1], [member]) is not None for member in members)


@settings(max_examples=5, deadline=None)
@given(row_lists)
def test_a_shared_key_joins_or_is_listed(step: Engine, rows: list[Row]) -> None:
    """Whoever shares a key with somebody else is in the chain of that key's joins, or in held_back."""
    result = found(step, rows)
    listed = {name for one, other, _ in result.held_back for name in (one, other)}
    holders: dict[str, set[str]] = {}
    for row in rows:
        for key in (*row[2], *row[3], *row[4]):
            holders.setdefault(key, set()).add(repr(row))
    for names in holders.values():
        if len({result.clusters[name] for name in names}) > 1:
            assert names & listed


@settings(max_examples=5, deadline=None)
@given(row_lists)
def test_a_phone_alone_never_joins_names_that_say_nothing_of_the_kind(step: Engine, rows: list[Row]) -> None:
    """Two e-mails that differ are one person only with a chain of e-mails between them, or a whole name in common."""
    result = found(step, rows)
    by_email = [join for join in result.joins if join.kind == "email"]
    units: dict[str, set[str]] = {}
    for row in rows:
        reached = {repr(other) for other in rows if chain(by_email, [repr(row)], [repr(other)]) is not None}
        units[repr(row)] = reached
    names = {repr(row): (row[0], row[1]) for row in rows}
    anchored = [repr(row) for row in rows if set(row[2]) - result.hubs]
    for one in anchored:
        for other in anchored:
            if result.clusters[one] == result.clusters[other] and other not in units[one]:
                assert any(agree(names[x], names[y]) for x in units[one] for y in units[other])


def agree(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whole names that say the same: equal, swapped, or with a middle name more."""
    if min(map(len, (*one, *other))) < 2:
        return False
    first = {one[0], other[0]}
    return one == other[::-1] or (one[1] == other[1] and (len(first) == 1 or first == {"jane", "jane ann"}))
