"""Whether a person has opted out, whatever records say in whatever order: the SQL against the rule in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake

START = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = {"out": "yes", "in": "opted in", "no": "no", None: ""}


@dataclass(frozen=True)
class Said:
    """What a version of a record says: in which file of which day, when it changed and since when by its own word."""

    source: str
    record: str
    file: str
    day: int
    changed: int | None
    says: str | None
    own: int | None


versions = st.lists(
    st.builds(
        Said,
        st.sampled_from(["a", "b"]),
        st.sampled_from(["1", "2"]),
        st.sampled_from(["f", "g"]),
        st.integers(1, 5),
        st.none() | st.integers(1, 5),
        st.sampled_from(["out", "out", "in", "no", None]),
        st.none() | st.integers(1, 9),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One database."""
    with engine(Lake(tmp_path_factory.mktemp("data")), "run", memory="1GB", threads=1) as opened:
        opened.macros("keys/macros")
        opened.macros("intake/macros")
        yield opened


def moment(day: int) -> datetime:
    """The beginning of a day, 1 the first."""
    return START + timedelta(days=day - 1)


def text(day: int | None) -> str | None:
    """A day as a source writes it."""
    return None if day is None else moment(day).isoformat()


def takes_back(later: Said, out: Said, rows: Sequence[Said]) -> bool:
    """Whether one version of a record answers another's opt-out; `rows` are all of its versions, as they came."""
    n, of = (next(place for place, row in enumerate(rows) if row is one) for one in (later, out))
    if later.changed and out.changed:
        return (later.changed, later.day, n) > (out.changed, out.day, of)
    if not later.changed and not out.changed:
        return (later.day, n) > (out.day, of)
    if later.file == out.file:
        return n > of
    replaced = [row.changed for row in rows[:of] if row.file == out.file and row.changed]
    return later.changed is not None and later.changed > max(out.day, *replaced, 0)


def by_the_rule(said: Sequence[Said]) -> int | None:
    """Since which day the person has opted out; None where nobody says so, or says so no more."""
    outs: list[tuple[str, int]] = []
    ins: list[tuple[str, int]] = []
    for record in {(one.source, one.record) for one in said}:
        rows = [one for one in said if (one.source, one.record) == record and one.says]

        def chronicle(one: Said, rows: Sequence[Said] = rows) -> tuple[int, int]:
            n = next(place for place, row in enumerate(rows) if row is one)
            replaced = [row.changed for row in rows[:n] if row.file == one.file and row.changed]
            return one.changed or max(one.day, *replaced, 0), n

        ordered = sorted(rows, key=chronicle)
        others = [one for one in ordered if one.says != "out"]
        standing = [
            one for one in ordered if one.says == "out" and not any(takes_back(other, one, rows) for other in others)
        ]
        if standing:
            own = [one.own for one in standing if one.own]
            outs.append((record[0], own[-1] if own else min(one.changed or one.day for one in standing)))
        elif others and others[-1].says == "in":
            given = [one.own for one in others if one.says == "in" and one.own]
            ins += [(record[0], day) for day in given[-1:]]
    left = [day for source, day in outs if not any(of == source and when > day for of, when in ins)]
    return min(left, default=None)


@given(said=versions)
@settings(deadline=None, max_examples=150)
def test_one_word_is_enough_until_its_own_source_takes_it_back(step: Engine, said: list[Said]) -> None:
    """A record's opt-out counts, from the first version that says so, unless a later word answers it, dated or not."""
    columns = {
        "record_key": [f"{one.source}/contacts/plain:{one.record}" for one in said],
        "source": [one.source for one in said],
        "series": [one.file for one in said],
        "file": [one.file for one in said],
        "landing": ["l" for _ in said],
        "email_opt_out_at": [text(one.own) if one.says == "out" else None for one in said],
        "email_opt_in_at": [text(one.own) if one.says == "in" else None for one in said],
        **{name: [None for _ in said] for name in ("phone_opt_out_at", "phone_opt_in_at")},
    }
    times = pa.timestamp("us", "UTC")
    versions = pa.table(
        {name: pa.array(values, pa.string()) for name, values in columns.items()}
        | {
            "row": pa.array(range(len(said)), pa.int64()),
            "sequence": pa.array(range(len(said)), pa.int64()),
            "modified_at": pa.array([one.changed and moment(one.changed) for one in said], times),
            "dated": pa.array([moment(one.day) for one in said], times),
            "email_opt_out": pa.array([[WORDS[one.says]] for one in said], pa.list_(pa.string())),
            "phone_opt_out": pa.array([[] for _ in said], pa.list_(pa.string())),
        }
    )
    step.put("contact_versions", versions)
    step.make("intake/consents")
    keys = sorted({f"{one.source}/contacts/plain:{one.record}" for one in said})
    step.put("records", pa.table({"record_key": pa.array(keys, pa.string()), "file_row_number": range(len(keys))}))
    step.put("people", pa.table({"node": pa.array(range(len(keys)), pa.int64()), "person": [7 for _ in keys]}))
    step.put("gone_people", pa.schema([("record_key", pa.string()), ("person_id", pa.string())]).empty_table())
    step.put("person_ids", pa.schema([("person", pa.int64()), ("person_id", pa.string())]).empty_table())
    step.make("identity/golden/opt_outs")
    rows = step.rows("SELECT email_opt_out, email_opt_out_at, withdrawn FROM opt_outs")
    since = by_the_rule(said)
    if since is not None:
        ((out, when, withdrawn),) = rows
        assert (out, when, withdrawn) == (True, moment(since).strftime("%Y-%m-%dT%H:%M:%SZ"), None)
    elif any(one.says == "out" for one in said):
        ((out, when, withdrawn),) = rows
        assert (out, when) == (None, None)
        assert withdrawn[0] == "email_opt_out"
    else:
        assert rows == []


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        *(
            (cell, "out")
            for cell in ("TRUE", " 1 ", "Yes", "ja", "Oui", "sí", "x", "Opted out", "2025-03-01", "cleaned")
        ),
        *((cell, "no") for cell in ("false", "0", "No", "nein", "NON", "falso")),
        *((cell, "in") for cell in ("Subscribed", "opt-in")),
        *((cell, "") for cell in ("", "-", "n/a")),
        *((cell, None) for cell in ("perhaps", "yes, from the newsletter", "infinity", "2")),
    ],
)
def test_words_of_consent(step: Engine, cell: str, says: str | None) -> None:
    """What people and programs write for yes and no; what is neither is not guessed."""
    assert step.rows("SELECT consent(cell) FROM (SELECT $1 AS cell)", [cell]) == [(says,)]
