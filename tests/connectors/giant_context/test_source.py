"""Another app of the CRM's API as a source: what its records mean, and what its lists cannot tell."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.errors import NotApplied
from connectors.giant_context import source as giant_context
from connectors.testing.bench import Bench, rows_of, taken
from connectors.testing.double import Fault
from pipelines.intake import clean, extract
from pipelines.workspace import Workspace
from tests.pipelines.workshop import Workshop
from tests.vendors.giant_context import Vendor


def bench(**world: int) -> Bench:
    """The connector beside an app with this world."""
    return Bench(giant_context, Vendor, **world)


def double(made: Bench) -> Vendor:
    """The app."""
    assert isinstance(made.double, Vendor)
    return made.double


def records(shop: Workshop, app: Vendor, monkeypatch: pytest.MonkeyPatch, **options: Any) -> Workspace:
    """What a run makes of the app as its only source."""
    monkeypatch.setenv("CRM_BRIDGE_SECRET_OTHER", Vendor.secret)
    given = {**app.options("https://other.test"), **options}
    shop.sections["sources"] = {"other": {"kind": "giant_context", "options": given}}
    work = shop.work()
    work.transport = httpx.ASGITransport(app.asgi)
    try:
        for stage in (extract, clean):
            stage.run(work)
    finally:
        work.lock.free()
    return work


def test_a_contact_says_in_fields_what_it_says_in_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, keys, company, tags, properties and opt-outs arrive."""
    app, shop = Vendor(contacts=12, companies=3), Workshop(tmp_path)
    records(shop, app, monkeypatch)
    people = {row["last_name"]: row for row in shop.rows("records") if row["last_name"]}
    assert len(people) == 12
    said = people["Person5"]
    assert (said["first_name"], said["tags"]) == ("Pat", ["customer", "tag; 2"])
    assert said["linkedin_url"] == "https://linkedin.example/in/person5"
    assert said["company_name"] == "Company 3"
    out = {row["record_key"] for row in shop.rows("consents") if row["says"] == "out"}
    # Unsubscribed in the app, or marked there as somebody who opted out.
    assert out == {people[f"Person{number}"]["record_key"] for number in (5, 7, 10)}


def test_keys_of_properties_that_are_named_become_columns() -> None:
    """The others stand in `properties`; to name another key is to ask for everything again."""
    made = bench(contacts=3)
    (page,) = [one for one in made.pull("contacts") if one.rows.num_rows]
    assert json.loads(page.rows.column("properties")[0].as_py())["linkedin_url"]
    options = giant_context.Options.model_validate({**made.double.options("https://a.test"), "properties": ["tier"]})
    plain, named = (
        giant_context.Source(one, made.source()._means)  # type: ignore[attr-defined]
        for one in (options.model_copy(update={"properties": ()}), options)
    )
    assert plain.origin != named.origin
    made.double.touch("contacts", made.double.ids("contacts"), properties='{"tier": "gold", "age": 4}')
    pages = made.opened(lambda source: taken(source.pull("contacts", None)), named)
    assert {row["properties.tier"] for row in rows_of(pages)} == {"gold"}
    assert {row["properties"] for row in rows_of(pages)} == {'{"tier":"gold","age":4}'}


def test_new_activities_cost_one_call() -> None:
    """Their list is newest first: it is read down to the mark, however long it is."""
    made = bench(activities=1_000)
    cursor = made.pull("activities")[-1].cursor
    made.double.advance(hours=1)
    new = double(made).add("activities", 3)
    made.double.log.clear()
    assert sorted(made.ids("activities", made.pull("activities", cursor))) == sorted(new)
    assert len(made.double.asked("/activities")) == 1


def test_contacts_that_come_while_a_pull_was_cut_are_given_too() -> None:
    """They stand at the head of the list, where a pull that is taken up does not look; the next one does."""
    made = bench(contacts=900)
    before = made.pull("contacts", pages=2)
    made.double.advance(minutes=1)
    new = double(made).add("contacts", 250, email="", email_key=None)  # type: ignore[arg-type]
    after = made.pull("contacts", before[-1].cursor)
    later = made.pull("contacts", after[-1].cursor)
    came = [*made.ids("contacts", before), *made.ids("contacts", after)]
    assert {*came, *made.ids("contacts", later)} == set(made.double.ids("contacts"))
    assert set(new) == set(made.ids("contacts", later))


def test_a_contact_removed_while_a_pull_was_cut_hides_no_other() -> None:
    """The contacts behind it move up by one, past the page at which the pull is taken up."""
    made = bench(contacts=900)
    before = made.pull("contacts", pages=2)
    double(made).remove(made.ids("contacts", before)[5])
    after = made.pull("contacts", before[-1].cursor)
    assert set(made.double.ids("contacts")) <= {*made.ids("contacts", before), *made.ids("contacts", after)}


def test_what_is_removed_is_not_told() -> None:
    """Absence from a list proves nothing: no tombstone is made up."""
    made = bench()
    cursor = made.pull("contacts")[-1].cursor
    double(made).remove(made.double.ids("contacts")[3])
    made.double.advance(hours=1)
    assert rows_of(made.pull("contacts", cursor)) == []


def test_a_contact_that_cannot_be_shown_is_set_aside_and_holds_the_mark() -> None:
    """The others are given; the next pull asks for all again, since nobody knows when that one changed."""
    made = bench(contacts=30)
    spoilt = made.double.ids("contacts")[9]
    made.double.touch("contacts", [spoilt], properties="[1]")  # an answer that is no contact
    pages = made.pull("contacts")
    assert len(made.ids("contacts", pages)) == 29
    (aside,) = [row for page in pages if page.rejected is not None for row in page.rejected.to_pylist()]
    assert (aside["line"], aside["text"]) == (21, "")
    made.double.touch("contacts", [spoilt], properties="{}", updated_at="2026-01-05T00:00:00.000Z")
    made.double.advance(hours=1)
    assert spoilt in made.ids("contacts", made.pull("contacts", pages[-1].cursor))


def test_a_cursor_that_makes_no_sense_says_nothing() -> None:
    """Then everything is pulled: nothing is lost."""
    made = bench(contacts=5)
    for cursor in ("", "x", "[]", '{"since": 4}', '{"place": {"page": 1}}'):
        assert len(made.ids("contacts", made.pull("contacts", cursor))) == 5


def test_check_names_the_lists_that_may_not_be_read() -> None:
    """One list that is refused is told with its mend; the numbers of the others are told."""
    made = bench()
    made.double.faults.append(Fault(403, path="/companies"))
    access = made.opened(lambda source: source.check())
    assert access.notes == ("50 contacts", "20 activities")
    (wrong,) = access.wrong
    assert wrong.startswith("companies: 403")
    made.fail(Fault(500))
    with pytest.raises(NotApplied):
        made.opened(lambda source: source.check())


def test_changes_are_pulled_into_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second run lands what changed since the first one."""
    app, shop = Vendor(contacts=4, companies=1, activities=2), Workshop(tmp_path)
    records(shop, app, monkeypatch)
    app.now += timedelta(days=2)
    app.touch("contacts", app.ids("contacts")[:1], title="CFO")
    work = records(shop, app, monkeypatch)
    assert sorted(str(row["title"]) for row in shop.rows("records") if row["last_name"]) == [
        "CFO",
        "None",
        "None",
        "None",
    ]
    assert sum(one.rows for one in work.lake.landings() if one.name == "contacts") == 5
