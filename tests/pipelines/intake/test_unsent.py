"""What is read and not sent is listed: columns that no field takes, and fields that are sent on request alone."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from pipelines.intake import series, unsent
from pipelines.report import summary
from pipelines.settings import sources
from tests.pipelines.workshop import TO_CLEAN, Workshop

HEADER = "ID,First name,Last name,Email,City,Birthday,Country,Website,Shoe size,Notes,Empty"
ROW = "1,Ada,Lovelace,ada@acme.com,London,1815-12-10,GB,acme.com,38,likes [/bold] numbers,"


def listed(shop: Workshop) -> dict[str, str | None]:
    """Each column that is not sent, with the field that it is."""
    return {row["column"]: row["field"] for row in shop.rows("not_sent")}


def test_columns_that_reach_nobody_are_listed(tmp_path: Path) -> None:
    """Unmapped ones and fields that are not asked for; a column without a value, a key or a name is not among them."""
    shop = Workshop(tmp_path)
    shop.file("people.csv", f"{HEADER}\n{ROW}")
    work = shop.run(*TO_CLEAN)
    fields = {"City": "city", "Birthday": "birthday", "Country": "country", "Website": "company_website"}
    assert listed(shop) == {**fields, "Shoe size": None, "Notes": None}
    assert work.reports["clean"].counts["columns_not_sent"] == 6
    assert {row["reason"] for row in shop.rows("not_sent") if row["field"]} == {"crm.properties sends it"}


def test_what_the_settings_send_or_map_is_not_listed(tmp_path: Path) -> None:
    """`crm.properties` and `columns` take columns off the list."""
    source = {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"external_ids": "Shoe size"}}
    shop = Workshop(tmp_path, crm={"properties": ["city", "birthday"]}, sources={"inbox": source})
    shop.file("people.csv", f"{HEADER}\n{ROW}")
    shop.run(*TO_CLEAN)
    assert set(listed(shop)) == {"Country", "Website", "Notes"}


def test_only_what_a_file_holds_now_is_listed(tmp_path: Path) -> None:
    """A newer landing without the column ends its listing; labels of phones are used, and a long text is a value."""
    shop = Workshop(tmp_path)
    shop.file("people.csv", f"{HEADER}\n{ROW}")
    shop.run(*TO_CLEAN)
    columns = "First Name,Last Name,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Notes"
    cells = f"Ada,Lovelace,ada@acme.com,Work,+1 312-555-0101,{'x' * 9000}"
    shop.file("people.csv", f"{columns}\n{cells}", day=2)
    shop.run(*TO_CLEAN)
    assert set(listed(shop)) == {"Notes"}


def test_a_run_names_them_once(tmp_path: Path) -> None:
    """The summary counts them and names them by source and reason, as they are written."""
    shop = Workshop(tmp_path)
    shop.file("people.csv", f"{HEADER},{','.join(f'x{n}' for n in range(40))}\n{ROW},{','.join(['y'] * 40)}")
    shop.file("more.csv", f"{HEADER}\n{ROW}")
    work = shop.run(*TO_CLEAN)
    text = io.StringIO()
    summary.show(work, Console(file=text, width=2000))
    said = text.getvalue()
    assert "46  columns read and not sent, listed below" in said
    assert "not sent: inbox, contacts: Birthday, City, Country, Website (crm.properties sends it)" in said
    assert said.count("Shoe size") == 1
    assert " and 12 more (no field takes it)" in said


def test_headers_are_printed_as_they_are(tmp_path: Path) -> None:
    """A header is no markup."""
    shop = Workshop(tmp_path)
    shop.file("people.csv", "First name,Last name,Email,[bold]Likes\nAda,Lovelace,ada@acme.com,x")
    work = shop.run(*TO_CLEAN)
    text = io.StringIO()
    summary.show(work, Console(file=text, width=200))
    assert "[bold]Likes (no field takes it)" in text.getvalue()


def test_only_the_newest_landings_are_looked_at(tmp_path: Path) -> None:
    """What a file held before tells nothing of what is not sent now: its statistics are not read."""
    shop = Workshop(tmp_path)
    for day in (1, 2, 3):
        shop.file("people.csv", f"{HEADER}\n{ROW}{day}", day=day)
        shop.run(*TO_CLEAN)
    work = shop.work()
    landings = work.lake.landings()
    layouts = [sources.layout_of(one.source, work.settings, one.object, one.columns, one.name) for one in landings]
    with work.engine() as engine:
        engine.put("landing_places", series.table(series.places(landings, work.settings.sources)))
        engine.make("intake/newest_landings")
        unsent.find(engine, landings, layouts, ())
        read = engine.rows("SELECT DISTINCT file_name FROM landed_columns")
    assert read == [(str(landings[-1].path),)]
    assert len(landings) == 3
