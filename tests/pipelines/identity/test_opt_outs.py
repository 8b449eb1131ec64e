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
    """What a version of a record says: on which day, and since when by its own word."""

    source: str
    record: str
    day: int
    says: str | None
    own: int | None


versions = st.lists(
    st.builds(
        Said,
        st.sampled_from(["a", "b"]),
        st.sampled_from(["1", "2"]),
        st.integers(1, 5),
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


def by_the_rule(said: Sequence[Said]) -> int | None:
    """Since which day the person has opted out; None where nobody says so, or says so no more."""
    outs: list[tuple[str, int]] = []
    ins: list[tuple[str, int]] = []
    for record in {(one.source, one.record) for one in said}:
        mine = [(one.day, n, one) for n, one in enumerate(said) if (one.source, one.record) == record and one.says]
        ordered = [one for *_, one in sorted(mine, key=lambda row: row[:2])]
        run: list[Said] = []
        for one in ordered:
            run = [*run, one] if one.says == "out" else []
        if run:
            own = [one.own for one in run if one.own]
            outs.append((record[0], own[-1] if own else run[0].day))
        elif ordered and ordered[-1].says == "in" and ordered[-1].own:
            ins.append((record[0], ordered[-1].own))
    standing = [day for source, day in outs if not any(of == source and when > day for of, when in ins)]
    return min(standing, default=None)


@given(said=versions)
@settings(deadline=None, max_examples=60)
def test_one_word_is_enough_until_its_own_source_takes_it_back(step: Engine, said: list[Said]) -> None:
    """Any record's opt-out counts, from the first of its versions that says so, unless a later opt-in answers it."""
    columns = {
        "record_key": [f"{one.source}/{one.record}" for one in said],
        "source": [one.source for one in said],
        "file": ["f" for _ in said],
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
            "modified_at": pa.array([None for _ in said], times),
            "dated": pa.array([moment(one.day) for one in said], times),
            "email_opt_out": pa.array([[WORDS[one.says]] for one in said], pa.list_(pa.string())),
            "phone_opt_out": pa.array([[] for _ in said], pa.list_(pa.string())),
        }
    )
    step.put("contact_versions", versions)
    step.make("intake/consents")
    keys = sorted({f"{one.source}/{one.record}" for one in said})
    step.put("records", pa.table({"record_key": pa.array(keys, pa.string()), "file_row_number": range(len(keys))}))
    step.put("people", pa.table({"node": pa.array(range(len(keys)), pa.int64()), "person": [7 for _ in keys]}))
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
