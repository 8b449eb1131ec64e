"""Resources of dlt as sources: rows as text, and what a resource remembers as the cursor."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

pytest.importorskip("dlt", reason="dlt is not installed: make dlt")

from connectors.api import ApiSource
from connectors.errors import ConfigurationError, SourceRefused
from pipelines.intake import extract
from tests.connectors.dlt import resources
from tests.connectors.dlt.reading import PEOPLE, people
from tests.connectors.pulled import checked, pulled, source
from tests.pipelines.workshop import TO_CLEAN, TO_RESOLVE, Workshop


def test_a_resource_is_pulled_on_from_what_it_remembers(rows: list[Any]) -> None:
    """The second pull begins at dlt's own last value, and gives what changed since."""
    of = people()
    first = pulled(of)
    assert [row["id"] for row in first.rows] == ["1", "2", "3"]
    rows.append({"id": 2, "email": "new@acme.example", "updated_at": "2026-01-05"})
    assert [row["email"] for row in pulled(of, first.cursor).rows] == ["new@acme.example"]
    assert resources.SEEN == ["2026-01-01", "2026-01-03"]


def test_moments_are_remembered_as_moments(rows: list[Any]) -> None:
    """What dlt compares is what it remembered: a time with its zone, not its text."""
    rows[:] = [{"id": day, "at": datetime(2026, 1, day, tzinfo=UTC)} for day in (1, 2)]
    of = people("moments")
    first = pulled(of)
    rows.append({"id": 3, "at": datetime(2026, 1, 3, tzinfo=UTC)})
    assert [row["id"] for row in pulled(of, first.cursor).rows] == ["3"]


def test_what_a_resource_keeps_itself_is_part_of_the_cursor(rows: list[Any]) -> None:
    """`dlt.current.resource_state` is remembered, too, and by nobody but the cursor."""
    of = people("remembering")
    first = pulled(of)
    rows.append({"id": 4})
    assert [row["id"] for row in pulled(of, first.cursor).rows] == ["4"]
    assert len(pulled(of).rows) == 4


def test_only_the_last_page_moves_the_cursor(rows: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages before it bear the cursor that the pull began with: whoever stops there begins again."""
    monkeypatch.setattr("connectors.dlt.paging.ROWS", 2)
    of = people()
    start, *_, end = pulled(of).cursors
    assert start != end
    assert [row["id"] for row in pulled(of, start).rows] == ["1", "2", "3"]
    rows.extend({"id": number, "updated_at": "2026-01-09"} for number in range(10, 14))
    assert pulled(of, end).cursors[:-1] == [end, end]


def test_a_change_time_of_the_future_does_not_move_the_cursor(rows: list[Any]) -> None:
    """It would hide all that comes before it; the run says why everything is asked for again."""
    rows.append({"id": 9, "updated_at": "2999-01-01"})
    of = people()
    first = pulled(of)
    assert "change time lies in the future" in of.facts["note"]
    assert len(pulled(of, first.cursor).rows) == 4


def test_a_pull_that_fails_lands_what_came_and_moves_no_cursor(
    rows: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a resource remembers counts only once all that it gave has landed; a dry run keeps none of it."""
    monkeypatch.setattr("connectors.dlt.paging.ROWS", 1)
    monkeypatch.setattr("pipelines.intake.segment.ROWS", 1)
    options = {"resource": f"{resources.__name__}:changed", "object": "contacts"}
    shop = Workshop(tmp_path, sources={"wh": {"kind": "dlt", "options": options}})

    def began() -> list[Any]:
        resources.SEEN.clear()
        shop.run(*TO_CLEAN)
        return resources.SEEN

    rows[2:] = [ConnectionError("down")]
    assert began() == ["2026-01-01"]
    assert {row["source_id"] for row in shop.rows("records")} < {"1", "2"}
    rows[2:] = PEOPLE[2:]
    work = shop.work()
    work.dry = True
    try:
        extract.run(work)
    finally:
        work.lock.free()
    assert began() == ["2026-01-01"]
    assert {row["source_id"] for row in shop.rows("records")} == {"1", "2", "3"}
    assert began() == ["2026-01-03"]


def test_replace_is_dlts_word_for_everything() -> None:
    """Only a resource that replaces gives everything each time."""

    async def whole(of: ApiSource) -> bool:
        async with of:
            return of.whole("contacts")

    assert asyncio.run(whole(people("everything")))
    assert not asyncio.run(whole(people("changed")))


def test_rows_come_as_text_without_loss(rows: list[Any]) -> None:
    """Times with their zone, exact decimals, true and false, JSON of what is nested; NaN says nothing."""
    row = {
        "id": 1,
        "at": datetime(2026, 1, 1, 12, tzinfo=UTC),
        "day": date(2026, 1, 2),
        "money": Decimal("1.10"),
        "yes": True,
        "list": ["a", "ü"],
        "nested": {"k": [{"d": date(2026, 1, 2)}]},
        "nothing": float("nan"),
        "null": None,
        "tenth": 0.1,
        "bytes": b"\x00\xff",
        "empty": "",
    }
    told = {
        "id": "1",
        "at": "2026-01-01T12:00:00Z",
        "day": "2026-01-02",
        "money": "1.10",
        "yes": "true",
        "list": '["a","ü"]',
        "nested": '{"k":[{"d":"2026-01-02"}]}',
        "nothing": None,
        "null": None,
        "tenth": "0.1",
        "bytes": "AP8=",
        "empty": "",
    }
    rows[:] = [row]
    assert pulled(people("everything")).rows == [told]
    rows[:] = [pa.Table.from_pylist([row])]
    told["at"] = "2026-01-01T12:00:00.000000Z"
    assert pulled(people("everything")).rows == [told]
    rows[:] = [pa.Table.from_pylist([{"id": 1, "name": "Ada"}]).to_pandas()]
    assert pulled(people("everything")).rows == [{"id": "1", "name": "Ada"}]


def test_rows_may_have_columns_of_their_own(rows: list[Any]) -> None:
    """A row says nothing of the columns that others have; what is no row, or means two columns by one, is set aside."""
    rows[:] = [{"id": 1, "Email": "a@x.example"}, {"id": 2, "phone": "1"}, {"id": 3, "email": "b@x.example"}, 7]
    read = pulled(people("everything"))
    assert read.rows == [{"id": "1", "Email": "a@x.example", "phone": None}, {"id": "2", "Email": None, "phone": "1"}]
    assert [(row["line"], row["text"]) for row in read.aside] == [(3, '{"id": 3, "email": "b@x.example"}'), (4, "7")]


def test_no_rows_at_all_are_a_pull(rows: list[Any]) -> None:
    """A resource that has nothing to say gives one page of nothing, with a cursor."""
    rows.clear()
    read = pulled(people())
    assert (read.rows, len(read.cursors)) == ([], 1)
    assert read.cursor is not None


def test_a_source_of_several_resources_has_several_streams() -> None:
    """Companies come before contacts, whatever their order in the settings."""
    of = people("several", object=None, streams={"changed": "contacts", "firms": "companies"})
    assert [(one.name, one.object) for one in of.streams] == [("firms", "companies"), ("changed", "contacts")]
    assert pulled(of, stream="firms").rows == [{"id": "c1", "company_name": "Acme"}]
    assert len(pulled(of, stream="changed").rows) == 3
    assert "windows and tombstones depend on that resource" in checked(of).notes[-1]


def test_the_secret_goes_to_the_argument_that_is_named() -> None:
    """Arguments stand in the settings, the secret comes from the environment, and neither changes the other."""
    of = people("everything", "sesame", arguments={"page": 2}, secret_argument="token")
    pulled(of)
    assert resources.SEEN == [("sesame", 2)]
    assert "sesame" not in of.origin + str(of.facts)
    with pytest.raises(ConfigurationError, match=r"CRM_BRIDGE_SECRET_WH is not set\. It is for `token`"):
        pulled(people("everything", secret_argument="token"))


def test_streams_of_one_object_have_ids_of_their_own(tmp_path: Path) -> None:
    """Members and guests are both numbered from 1: six people, and each one's firm is found by its id."""
    streams = {"members": "contacts", "guests": "contacts", "firms": "companies"}
    options = {"resource": f"{resources.__name__}:house", "streams": streams}
    shop = Workshop(tmp_path, sources={"wh": {"kind": "dlt", "options": options}})
    shop.run(*TO_RESOLVE)
    keys = sorted(row["record_key"] for row in shop.rows("records"))
    assert keys == [f"wh/contacts/named.{name}:{number}" for name in ("guests", "members") for number in (1, 2, 3)]
    [firm] = shop.rows("company_records")
    assert firm["record_key"] == "wh/companies/named:c1"
    [company] = shop.rows("golden_companies")
    assert [row["company"] for row in shop.rows("golden")] == [company["company_id"]] * 6


def test_a_stream_that_is_alone_with_its_object_keeps_its_keys() -> None:
    """The key of a record changes only where two streams would share it."""
    one = people("several", object=None, streams={"changed": "contacts", "firms": "companies"})
    two = people("several", object=None, streams={"changed": "contacts", "firms": "contacts"})
    assert not any(map(one.ids_by_stream, ("contacts", "companies")))
    assert (two.ids_by_stream("contacts"), two.ids_by_stream("companies")) == (True, False)
    assert not people().ids_by_stream("contacts")


def test_an_origin_tells_configurations_apart_and_shows_none_of_them() -> None:
    """Another path, filter or argument is another origin, in which a cursor of the first would hide records."""

    def api(path: str, **params: Any) -> str:
        resource = {"name": "people", "endpoint": {"path": path, "params": params}}
        client = {"base_url": "https://api.example/v1?key=sesame"}
        return source("dlt", object="contacts", rest_api={"client": client, "resources": [resource]}).origin

    of = [api("people"), api("guests"), api("people", kind="vip"), people().origin]
    of += [people("everything", arguments={"page": page, "dsn": "sesame"}).origin for page in (1, 2)]
    assert len(set(of)) == len(of)
    assert of[0] == api("people")
    assert not any(word in "".join(of) for word in ("sesame", "vip", "guests", "dsn"))


@pytest.mark.parametrize("cursor", ["garbage", "[]", "3", '"x"', '{"sources": []}', '{"sources": {"a": 1}}'])
def test_a_cursor_that_cannot_be_read_begins_anew(cursor: str) -> None:
    """Everything comes again, since a stream that is refused at each run would never come at all."""
    read = pulled(people(), cursor)
    assert len(read.rows) == 3
    assert pulled(people(), read.cursor).rows == []


def test_an_error_of_a_resource_shows_no_value() -> None:
    """Its own text may hold a row: the kind of error and its line are told instead."""
    with pytest.raises(
        SourceRefused, match=r"wh: its resource ended with KeyError at resources.py, line \d+"
    ) as caught:
        pulled(people("failing"))
    assert "acme" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_dlt_leaves_no_trace(tmp_path: Path) -> None:
    """A pull in a process of its own, of a module beside the settings: no file, no telemetry, nothing printed."""
    modules, home = tmp_path / "modules", tmp_path / "home"
    modules.mkdir()
    home.mkdir()
    (modules / "beside.py").write_text("import dlt\n\n\n@dlt.resource\ndef three():\n    yield [{'id': 1}] * 3\n")
    code = (
        "from tests.connectors.pulled import pulled, source\n"
        f"of = source('dlt', resource='beside:three', object='contacts', folder={str(modules)!r})\n"
        "assert len(pulled(of).rows) == 3\n"
        "from dlt.common.runtime import anon_tracker\n"
        "assert anon_tracker._ANON_TRACKER_ENDPOINT is None\n"
    )
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("RUNTIME__DLTHUB_TELEMETRY", None)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), done.stderr
    assert not list(home.iterdir())


def test_without_dlt_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is missing until somebody asks for it; then one line says how to get it."""
    monkeypatch.setitem(sys.modules, "dlt", None)
    of = people()
    assert of.streams
    with pytest.raises(ConfigurationError, match=r"sources.wh.kind: .* pip install 'crm-bridge\[dlt\]'"):
        pulled(of)
