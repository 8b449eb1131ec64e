"""The lake: tables appear whole or not at all, and everyone finds the right one."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.contract import REJECTED_SCHEMA
from connectors.errors import StateRefused
from pipelines.lake.lake import Lake, Landing, digest_of

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Give an empty lake."""
    return Lake(tmp_path / "data")


def put(lake: Lake, run: str, table: str, value: int = 1) -> Path:
    """Write a table of one row."""

    def write(path: Path) -> int:
        pq.write_table(pa.table({"value": [value]}), path)
        return 1

    return lake.write(run, table, write)


def land(
    lake: Lake, sequence: int, *, source: str = "inbox", batches: Iterator[pa.RecordBatch] | None = None
) -> Landing:
    """Land one row."""
    batch = pa.record_batch({"Name": pa.array(["Jane"], pa.string())})
    return lake.land(
        source=source,
        object_name="contacts",
        name="people.csv",
        digest=f"{sequence:064x}",
        dated=NOON,
        landed_at=NOON,
        sequence=sequence,
        columns=("Name",),
        facts={"encoding": "utf-8"},
        batches=batches or iter([batch]),
        rejected=lambda: pa.Table.from_pylist([{"line": 3, "reason": "ragged", "text": "x,y"}], REJECTED_SCHEMA),
    )


def files(lake: Lake) -> list[str]:
    """All files that a glob sees."""
    return sorted(str(path.relative_to(lake.root)) for path in lake.root.glob("**/*") if path.is_file())


def test_data_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds personal data. One that was there keeps its rights; what is made in it is closed."""
    (tmp_path / "theirs").mkdir(mode=0o755)
    ours, theirs = Lake(tmp_path / "ours"), Lake(tmp_path / "theirs")
    theirs.run_folder("run")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (ours.root, theirs.root, theirs.root / "runs")]
    assert modes == [0o700, 0o755, 0o700]


def test_write_that_fails_leaves_nothing(lake: Lake) -> None:
    """Neither half a table nor its temporary file; the table that stood there still stands, and it is what is named."""
    put(lake, "run", "people", 1)

    def break_off(path: Path) -> int:
        path.write_bytes(b"PAR1 half")
        raise OSError(errno.ENOSPC, "cannot write", str(path))

    with pytest.raises(OSError, match="No space left") as failure:
        lake.write("run", "people", break_off)
    assert failure.value.filename == str(lake.root / "runs/run/people.parquet")
    assert files(lake) == ["runs/run/people.parquet"]
    assert pq.read_table(lake.root / "runs/run/people.parquet").to_pydict() == {"value": [1]}


def test_an_error_of_what_is_read_keeps_its_name(lake: Lake) -> None:
    """Only what went wrong with the file that is written is called by the table's name."""

    def break_off(_: Path) -> int:
        raise OSError(errno.EIO, "cannot read", "/mnt/source.csv")

    def lose(_: Path) -> int:
        raise ConnectionResetError(errno.ECONNRESET, "gone")

    for put_it, name in ((break_off, "/mnt/source.csv"), (lose, None)):
        with pytest.raises(OSError, match=r"cannot read|gone") as failure:
            lake.write("run", "people", put_it)
        assert failure.value.filename == name


def test_killed_write_leaves_no_table(lake: Lake) -> None:
    """A process that dies between writing and renaming leaves a hidden file at most, and no table."""
    code = (
        "import os, sys; from pathlib import Path; from pipelines.lake.lake import Lake\n"
        "def put(path): path.write_bytes(b'PAR1'); os.kill(os.getpid(), 9)\n"
        "Lake(Path(sys.argv[1])).write('run', 'people', put)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(lake.root)], check=False)
    assert killed.returncode == -9
    assert lake.find("run", "people") is None
    assert list(lake.root.glob("runs/run/[!.]*")) == []


def test_table_with_fewer_rows_on_disk_than_were_written_is_refused(lake: Lake) -> None:
    """The footer's count is checked before the table becomes visible."""

    def write(path: Path) -> int:
        pq.write_table(pa.table({"value": [1, 2]}), path)
        return 3

    with pytest.raises(StateRefused, match=r"2 rows on disk where 3 were written"):
        lake.write("run", "people", write)
    assert files(lake) == []


def test_publish_replaces_all_tables_of_a_stage_at_once(lake: Lake) -> None:
    """One rename moves them together; tables of other stages stay where they are."""
    lake.publish("one", ["plan", "plan_seal", "records"])
    seen = [lake.current()]
    lake.publish("two", ["plan", "plan_seal"])
    seen.append(lake.current())
    assert seen == [
        {"plan": "one", "plan_seal": "one", "records": "one"},
        {"plan": "two", "plan_seal": "two", "records": "one"},
    ]
    assert files(lake) == ["current.json"]


def test_run_finds_its_own_table_first(lake: Lake) -> None:
    """Else the published one; a table that nobody published, or whose run was removed, is not there."""
    published, own = put(lake, "one", "people"), put(lake, "two", "people")
    assert lake.find("three", "people") is None
    lake.publish("one", ["people", "gone"])
    assert lake.find("two", "people") == own
    assert lake.find("three", "people") == published
    assert lake.find(None, "people") == published
    assert lake.find(None, "gone") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "\udcff"])
def test_damaged_current_json_is_refused_in_one_line(lake: Lake, text: str) -> None:
    """It is left as it is, and the message says what to do."""
    path = lake.root / "current.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(StateRefused, match=r"^.*current\.json: damaged\. Remove it; the next run writes it anew\.$"):
        lake.find("run", "people")
    assert path.read_bytes() == text.encode("utf-8", "surrogateescape")


def test_prune_removes_the_oldest_runs_and_spares_those_in_use(lake: Lake) -> None:
    """A run that any table is current in stays, however old it is; what is no run's folder stays too."""
    for age, run in enumerate(["newest", "newer", "older", "oldest"]):
        put(lake, run, "people")
        os.utime(lake.root / "runs" / run, (1_000_000 - age, 1_000_000 - age))
    (lake.root / "runs" / ".DS_Store").touch()
    lake.publish("oldest", ["people"])
    assert lake.prune(keep=2) == 1
    assert sorted(path.name for path in (lake.root / "runs").iterdir()) == [".DS_Store", "newer", "newest", "oldest"]
    assert lake.prune(keep=2) == 0


def test_prune_of_a_lake_without_runs_removes_nothing(lake: Lake) -> None:
    """A fresh folder has no runs."""
    assert lake.prune(keep=1) == 0


def test_landing_keeps_what_is_known_of_it(lake: Lake) -> None:
    """Name, date, columns, facts and both counts come back, and the rejected rows lie beside it."""
    landing = land(lake, 1)
    assert lake.landings() == [landing]
    assert (landing.id, landing.rows, landing.rejected) == ("inbox/contacts/000001-000000000000", 1, 1)
    assert (landing.dated, landing.columns, landing.facts) == (NOON, ("Name",), {"encoding": "utf-8"})
    assert pq.read_table(landing.rejected_path).to_pylist() == [{"line": 3, "reason": "ragged", "text": "x,y"}]


def test_landings_come_in_their_order_within_each_source(lake: Lake) -> None:
    """By sequence as a number: the millionth comes after the second."""
    for sequence in (1_000_000, 10, 2):
        land(lake, sequence)
    land(lake, 1, source="crm")
    assert [(found.source, found.sequence) for found in lake.landings()] == [
        ("crm", 1),
        ("inbox", 2),
        ("inbox", 10),
        ("inbox", 1_000_000),
    ]


def test_landing_that_breaks_off_is_not_there(lake: Lake) -> None:
    """A source that fails midway leaves no file, visible or hidden."""

    def batches() -> Iterator[pa.RecordBatch]:
        yield pa.record_batch({"Name": pa.array(["Jane"], pa.string())})
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        land(lake, 1, batches=batches())
    assert lake.landings() == []
    assert files(lake) == []


@pytest.mark.parametrize("content", [b"", b"PAR1 half a file"])
def test_damaged_landing_is_refused_in_one_line(lake: Lake, content: bytes) -> None:
    """It is named, not skipped: its rows would be missing in silence."""
    path = land(lake, 1).path
    path.write_bytes(content)
    with pytest.raises(StateRefused, match=r"^.*000001-000000000000\.parquet: damaged\. Restore"):
        lake.landings()


def test_parquet_file_that_is_no_landing_is_refused(lake: Lake) -> None:
    """Someone's own file among the landings is not read as one."""
    path = lake.root / "raw/inbox/contacts/mine.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table({"x": [1]}), path)
    with pytest.raises(StateRefused, match=r"mine\.parquet: not a landing"):
        lake.landings()


def test_a_digest_stays_what_it_was(tmp_path: Path) -> None:
    """A file's digest is the SHA-256 of its bytes: plans that were sealed before are held against it."""
    (tmp_path / "file.txt").write_text("new")
    assert digest_of(tmp_path / "file.txt") == "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"
