"""What a record's columns say: what came as it came, and beside it what clean can read."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from connectors.errors import SourceRefused
from connectors.pipedrive import Source
from connectors.pipedrive.fields import Fields
from connectors.pipedrive.shape import Shape
from connectors.pipedrive.streams import ACTIVITIES, CONTACTS, KINDS
from connectors.records import LANDED
from tests.connectors.pipedrive.reading import ids_of, pages_of, rows_of, source_of, taken, window_of, with_source
from tests.vendors.double import BEGINNING
from tests.vendors.pipedrive import Vendor
from tests.vendors.pipedrive_world import BUDGET, PROFILE, SOURCE, TIER, TOPICS

STREAMS = {"companies": "companies", "contacts": "contacts", "activities": "activities", "notes": "activities"}


def person(**values: Any) -> dict[str, Any]:
    """The row of a person with these values."""
    double = Vendor(contacts=1, companies=1)
    double.touch("contacts", ["1"], **values)
    return rows_of(pages_of(double, "contacts"))[0]


def test_emails_come_as_they_are_and_once_more_with_the_primary_one_first() -> None:
    """The list stays as JSON; clean's column names each address once, the primary one first."""
    emails = [
        {"value": "two@x.example", "primary": False, "label": "work"},
        {"value": "one@x.example", "primary": True, "label": "home"},
        {"value": "two@x.example", "primary": False, "label": "other"},
    ]
    row = person(emails=emails)
    assert json.loads(row["emails"]) == emails
    assert row["emails_text"] == "one@x.example | two@x.example"


def test_fax_numbers_are_no_phones() -> None:
    """A number whose label says fax stays in the list alone."""
    phones = [
        {"value": "+49 30 1", "primary": False, "label": "work"},
        {"value": "+49 30 2", "primary": True, "label": "Telefax"},
        {"value": " ", "primary": False, "label": "home"},
    ]
    row = person(phones=phones)
    assert json.loads(row["phones"]) == phones
    assert row["phones_text"] == "+49 30 1"


@pytest.mark.parametrize("broken", [None, "a@x.example", 5, [None, 3, {"value": None}, {}]])
def test_lists_that_are_none_break_nothing(broken: Any) -> None:
    """A value of another form lands as it came, and says nothing to clean."""
    row = person(emails=broken, phones=broken, postal_address=broken, label_ids=broken, custom_fields={TOPICS: broken})
    assert row["emails_text"] is None
    assert row["phones_text"] is None
    assert row["city"] is None


def test_custom_fields_have_columns_and_labels() -> None:
    """Each is a column by its key; where the value is an option or an object a second one says what people read."""
    double = Vendor(contacts=3)

    async def use(source: Source) -> tuple[list[dict[str, Any]], dict[str, str]]:
        return rows_of(await taken(source.pull("contacts", None))), dict(source.labels("contacts"))

    rows, labels = with_source(double, use)
    row = rows[1]
    assert (row[SOURCE], row[f"{SOURCE}_text"]) == ("12", "Referral | friend")
    assert (row[TOPICS], row[f"{TOPICS}_text"]) == ("[21,23]", "Pricing | Çevre")
    assert (row[BUDGET], row[f"{BUDGET}_text"]) == ('{"value":1001,"currency":"EUR"}', "1001 EUR")
    assert row[PROFILE] == "https://people.example/1"
    assert row["label_ids_text"] == "Customer | Hot lead"
    assert labels[f"{SOURCE}_text"] == "Lead source"
    assert labels[SOURCE] == "Lead source (as stored)"
    assert labels[PROFILE] == "Profile page"
    assert rows_of(pages_of(Vendor(companies=1), "companies"))[0][f"{TIER}_text"] == "Gold"


def test_a_separator_within_an_option_parts_nothing() -> None:
    """An option whose words hold the separator stays one value."""
    double = Vendor(contacts=1)
    double.touch("contacts", ["1"], custom_fields={TOPICS: [12]})
    from connectors.pipedrive.fields import Fields

    fields = Fields.of([{"field_code": "x", "field_name": "X", "options": [{"id": 1, "label": "a | b"}]}])
    assert fields.words("x", [1, 1, 9]) == "a / b | a / b"


def test_what_has_no_column_is_kept() -> None:
    """A field that is newer than this connector, or than the list of fields, lands in one column as JSON."""
    row = person(brand_new={"a": 1}, custom_fields={"f" * 40: "x"})
    assert json.loads(row["further_fields"]) == {"brand_new": {"a": 1}, "custom_fields": {"f" * 40: "x"}}


@pytest.mark.parametrize(
    ("status", "cell"),
    [("unsubscribed", "unsubscribed"), ("no_consent", "no consent"), ("subscribed", "subscribed"), (None, None)],
)
def test_the_marketing_status_says_who_wants_no_email(status: str | None, cell: str | None) -> None:
    """It is handed on in words that clean knows; that nobody was asked is no opt-out."""
    assert person(marketing_status=status)["email_opt_out"] == cell


def test_marketing_states_are_asked_for_where_the_account_has_them() -> None:
    """An account without campaigns refuses the question, so it is not put."""
    for has in (True, False):
        double = Vendor(contacts=1)
        double.has_campaigns = has
        assert rows_of(pages_of(double, "contacts"))[0]["email_opt_out"] == ("no consent" if has else None)
        assert {seen.status for seen in double.log} == {200}


def test_an_address_is_parted_and_its_number_stands_where_the_address_has_it() -> None:
    """Street and number are one cell, in the order of the country."""
    double = Vendor(companies=2)
    value = {"value": "12 Main St, Springfield", "route": "Main St", "street_number": "12", "locality": "Springfield"}
    double.touch("companies", ["2"], address=value)
    first, second = rows_of(pages_of(double, "companies"))
    assert (first["address_street"], first["address_locality"]) == ("Prenzlauer Allee 1", "Berlin")
    assert second["address_street"] == "12 Main St"
    assert first["industry_text"] == "Bakery"


def test_an_activity_says_when_and_with_whom() -> None:
    """Day and time are one moment, the duration gives its end, the primary participant comes first."""
    double = Vendor(contacts=5, activities=4)
    people = [{"person_id": 4, "primary": False}, {"person_id": 2, "primary": True}]
    double.touch("activities", ["2"], person_id=2, participants=people)
    double.touch("activities", ["3"], due_time="99:00", duration="x")
    first, second, third = rows_of(pages_of(double, "activities"))
    assert (first["occurred_at"], first["ended_at"]) == ("2026-03-01", None)
    assert (second["occurred_at"], second["ended_at"]) == ("2026-03-02T15:00:00Z", "2026-03-02T15:45:00Z")
    assert second["person_ids"] == "2 | 4"
    assert (third["occurred_at"], third["ended_at"]) == ("2026-03-03", None)


@pytest.mark.parametrize("duration", ["01:00:00", "99999999:00", "9" * 30 + ":00"])
def test_an_activity_without_end_costs_its_end_alone(duration: str) -> None:
    """Where the end lies behind the last day that there is, the activity comes without one."""
    double = Vendor(activities=4)
    double.touch("activities", ["2"], due_date="9999-12-31", due_time="23:30:00", duration=duration)
    pages = pages_of(double, "activities")
    assert [page.rejected for page in pages if page.rejected] == []
    assert [(row["id"], row["occurred_at"], row["ended_at"]) for row in rows_of(pages) if row["id"] == "2"] == [
        ("2", "9999-12-31T23:30:00Z", None)
    ]


def test_a_record_that_cannot_be_shaped_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is set aside with its text and a reason that shows nothing of it; a window and a pull give the others."""

    def make(record: Mapping[str, Any]) -> tuple[str | None, ...]:
        if record["id"] == 2:
            raise ZeroDivisionError(record["subject"])
        return ACTIVITIES.make(record)

    monkeypatch.setitem(KINDS, "activities", replace(ACTIVITIES, make=make))
    double = Vendor(activities=8)
    for pages in (pages_of(double, "activities"), window_of(double, "activities", BEGINNING, double.now)):
        assert ids_of(pages) == ["1", "3", "4", "5", "6"]
        (aside,) = (row for page in pages if page.rejected for row in page.rejected.to_pylist())
        assert json.loads(aside["text"])["id"] == 2
        assert (aside["line"], aside["reason"]) == (6, "it cannot be made into a row: ZeroDivisionError")


def test_a_text_that_is_none_costs_its_record_alone() -> None:
    """Half a character cannot be stored: its record is set aside, and its text can be."""
    shape = Shape(CONTACTS, Fields())
    page = shape.page([{"id": 1, "name": "Ada"}, {"id": 2, "name": "half a \ud83d"}, {"id": 3}], [({}, "it has no id")])
    assert page.rows["id"].to_pylist() == ["1", "3"]
    assert page.rejected is not None
    assert [(row["line"], row["reason"]) for row in page.rejected.to_pylist()] == [
        (3, "it has no id"),
        (4, "it cannot be made into a row: UnicodeEncodeError"),
    ]
    assert shape.counted == 4


@pytest.mark.parametrize("stream", STREAMS)
def test_the_layout_maps_known_fields_to_columns_that_are_there(stream: str) -> None:
    """What the layout of a landing names stands in it, and is a field of its object."""
    double = Vendor(activities=8)
    columns = pages_of(double, stream)[0].rows.schema.names
    layout = source_of(double).layout(STREAMS[stream], columns)
    assert layout.name == f"pipedrive_{stream}"
    assert set(layout.columns) <= set(LANDED[STREAMS[stream]].names)
    assert {column for given in layout.columns.values() for column in given} <= set(columns)
    assert len(columns) == len({column.casefold() for column in columns})


def test_columns_of_something_else_are_refused() -> None:
    """A landing that is none of Pipedrive's has no layout."""
    with pytest.raises(SourceRefused, match="none of Pipedrive's contacts"):
        source_of(Vendor()).layout("contacts", ["id", "name"])
