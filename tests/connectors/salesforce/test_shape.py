"""What a record's columns say, the same by REST and by Bulk; what cannot be used; layouts, labels, places."""

from __future__ import annotations

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Rejected, SourceRefused
from connectors.records import LANDED
from connectors.salesforce import Source
from connectors.salesforce.csv_rows import columns_of
from connectors.salesforce.csv_rows import rows_of as csv_rows
from connectors.salesforce.objects import KINDS
from connectors.testing.bench import rows_of, taken
from connectors.testing.double import Fault
from tests.connectors.salesforce.reading import (
    BULK,
    REST,
    SINCE,
    STREAMS,
    ids_of,
    pages_of,
    row_of,
    source_of,
    with_source,
)
from tests.vendors.salesforce import Vendor

ZONES = ("+0000", "Z")
"""How REST and Bulk end a time."""


@pytest.mark.parametrize("stream", STREAMS)
def test_both_ways_say_the_same(stream: str) -> None:
    """Each record's cells are equal by REST and by Bulk, but for how the two write UTC."""
    double = Vendor(contacts=60, companies=20, activities=40)
    double.delete(stream, double.ids(stream)[1])
    found = []
    for way, zone in zip((REST, BULK), ZONES, strict=True):
        rows = sorted(rows_of(pages_of(double, stream, **way)), key=lambda row: str(row["Id"]))
        assert {str(row["CreatedDate"])[23:] for row in rows} == {zone}
        found.append([{name: (cell or "").removesuffix(zone) for name, cell in row.items()} for row in rows])
    assert found[0] == found[1]


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) for _ in range(3)]),
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_comes_back_from_csv(rows: list[tuple[str, str, str]], end: str) -> None:
    """Quotes, commas and line ends within cells, whatever ends a line: what was written is read, empty as null."""
    names = ("Id", "Name", "Description")
    lines = [names, *rows]
    body = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) + end for line in lines).encode()
    assert columns_of(body, names) == names
    table, misfits = csv_rows(body, names, skip=True)
    assert [tuple(cell or "" for cell in row.values()) for row in table.to_pylist()] == rows
    assert misfits == []


def test_a_row_that_does_not_fit_is_set_aside_with_its_text() -> None:
    """More or fewer cells than columns: the others are read."""
    body = b'"Id","Name"\n"1","a"\n"2"\n"3","b","c"\n"4","d"\n'
    table, misfits = csv_rows(body, ("Id", "Name"), skip=True)
    assert (table["Id"].to_pylist(), misfits) == (["1", "4"], ['"2"', '"3","b","c"'])


def test_broken_characters_hide_no_page() -> None:
    """Bytes that are no UTF-8 become the sign for that, one by one."""
    table, _ = csv_rows(b'"Id","Name"\n"1","M\xfcller"\n', ("Id", "Name"), skip=True)
    assert table["Name"].to_pylist() == ["M\ufffdller"]


@pytest.mark.parametrize("header", ["", "Id", "Id,Name,Extra", "Id,Nam"])
def test_a_header_that_names_other_columns_is_none(header: str) -> None:
    """Only a header of exactly the fields that were asked for counts, in whatever order and case."""
    assert columns_of(f"{header}\n1,2\n".encode(), ("Id", "Name")) is None
    assert columns_of(b"\xef\xbb\xbfNAME,ID\r\n1,2\r\n", ("Id", "Name")) == ("Name", "Id")


def test_new_custom_fields_come_with_the_next_pull() -> None:
    """Fields are asked for at each pull; their labels are told."""
    double = Vendor(contacts=3)
    pages_of(double, "contacts")
    double.fields["Contact"].append(("Region__c", "Región", "string"))
    double.touch("contacts", double.ids("contacts")[:1], Region__c="Norte")

    async def use(source: Source) -> tuple[dict[str, Any], str]:
        pages = await taken(source.pull("contacts", SINCE))
        return rows_of(pages)[0], source.labels("contacts")["Region__c"]

    row, label = with_source(double, use)
    assert (row["Region__c"], label) == ("Norte", "Región")


@pytest.mark.parametrize("way", [pytest.param(REST, id="rest"), pytest.param(BULK, id="bulk")])
def test_more_fields_than_a_url_may_hold_are_asked_for_in_a_body(way: dict[str, Any]) -> None:
    """An organisation with hundreds of long field names: one query still, all columns, and every page of it."""
    double = Vendor(contacts=2_100)
    double.fields["Contact"] += [(f"Custom_{'x' * 30}_{number}__c", f"L{number}", "string") for number in range(500)]
    double.touch("contacts", double.ids("contacts")[:1], **{f"Custom_{'x' * 30}_499__c": "last"})
    pages = pages_of(double, "contacts", **way)
    assert sorted(ids_of(pages)) == double.ids("contacts")
    assert row_of(pages, double.ids("contacts")[0])[f"Custom_{'x' * 30}_499__c"] == "last"
    assert len(double.asked("/composite")) == 1


def test_what_a_body_is_refused_for_is_told() -> None:
    """The refusal stands within an answer that is a success."""
    double = Vendor(contacts=3)
    double.fields["Contact"] += [(f"Custom_{'x' * 30}_{number}__c", "L", "string") for number in range(500)]
    double.lists.page = 100

    def refuse(*_: Any) -> Any:
        from tests.vendors.salesforce_soql import Refused

        raise Refused("QUERY_TOO_COMPLICATED", "the query is too complicated")

    double.lists.listed = refuse  # type: ignore[method-assign,assignment]
    with pytest.raises(Rejected, match="400 the query is too complicated"):
        pages_of(double, "contacts")


@pytest.mark.parametrize("way", [pytest.param(REST, id="rest"), pytest.param(BULK, id="bulk")])
def test_a_record_without_an_id_is_set_aside(way: dict[str, Any]) -> None:
    """It is kept with its text and its place in the pull; the others land."""
    double = Vendor(contacts=5)
    double.touch("contacts", double.ids("contacts")[2:3], Id=None, Title="lost")
    pages = pages_of(double, "contacts", **way)
    assert len(ids_of(pages)) == 4
    (aside,) = (row for page in pages if page.rejected is not None for row in page.rejected.to_pylist())
    assert (aside["line"], aside["reason"], json.loads(aside["text"])["Title"]) == (5, "it has no Id", "lost")


def test_records_that_are_none_are_set_aside() -> None:
    """A list may hold anything: what is no record is kept as text."""
    double = Vendor(contacts=2)
    shown = double.lists._shown
    double.lists._shown = lambda *given: [None] if not double.now.microsecond else shown(*given)  # type: ignore
    (page,) = pages_of(double, "contacts")
    assert page.rows.num_rows == 0
    assert page.rejected is not None
    assert page.rejected["text"].to_pylist() == ["[null]", "[null]"]


def test_an_activity_names_contacts_leads_and_companies() -> None:
    """Who: a contact or a lead. What: a company, and not an opportunity; the account that Salesforce works out, too."""
    double = Vendor(contacts=40, companies=3, activities=9)
    contact, lead = double.ids("contacts")[0], double.ids("leads")[0]
    first, second, third, fourth = double.ids("tasks")[:4]
    one, other, _ = double.ids("companies")
    double.touch("tasks", [first], WhoId=contact, WhatId=one, AccountId=one)
    double.touch("tasks", [second], WhoId=lead, WhatId="006000000000001AAA", AccountId=other)
    double.touch("tasks", [third], WhoId=None, WhatId=one, AccountId=other)
    double.touch("tasks", [fourth], WhoId="005000000000001AAA", WhatId=None, AccountId=None)
    pages = pages_of(double, "tasks")
    found = [(row_of(pages, task)["contact_ids"], row_of(pages, task)["company_ids"]) for task in (first, second)]
    assert found == [(contact, one), (lead, other)]
    assert row_of(pages, third)["company_ids"] == f"{one};{other}"
    assert (row_of(pages, fourth)["contact_ids"], row_of(pages, fourth)["company_ids"]) == (None, None)


@pytest.mark.parametrize("stream", STREAMS)
def test_the_layout_maps_known_fields_to_columns_that_are_there(stream: str) -> None:
    """Whatever rights hide, a landing is known as what it is, and only columns that it has are mapped."""
    double = Vendor(activities=8)
    whole = pages_of(double, stream)[0].rows.schema.names
    for hidden in ((), ("Name", "FirstName", "Email", "Phone", "Department", "TaskSubtype", "AccountId", "Website")):
        columns = [name for name in whole if name not in hidden or stream == "companies"]
        layout = source_of(double).layout(STREAMS[stream], columns)
        assert layout.columns["source_id"] == ("Id",)
        known = {field for field, names in KINDS[stream].fields.items() if set(names) & set(columns)}
        assert set(layout.columns) == known
        assert set(layout.columns) <= set(LANDED[STREAMS[stream]].names)
        assert {column for given in layout.columns.values() for column in given} <= set(columns)


def test_columns_of_something_else_are_refused() -> None:
    """A landing that is none of Salesforce's has no layout."""
    with pytest.raises(SourceRefused, match="none of Salesforce's contacts"):
        source_of(Vendor()).layout("contacts", ["Id", "LastName"])


def test_fax_numbers_are_no_phones() -> None:
    """No layout takes them."""
    assert not [kind for kind in KINDS.values() for names in kind.fields.values() if "Fax" in names]


def test_a_record_is_seen_at_its_address() -> None:
    """The instance's address and the id; the facts of the landing keep the address."""
    double = Vendor(contacts=1)

    async def use(source: Source) -> dict[int, str]:
        await taken(source.pull("contacts", None))
        return dict(source.places("contacts", {0: double.ids("contacts")[0]}, source.facts))

    assert with_source(double, use) == {0: "https://acme.my.salesforce.com/003000000000000AAA"}
    far = {"instance_url": "https://other.my.salesforce.com"}
    assert source_of(double).places("leads", {3: "00Q1"}, far) == {3: "https://other.my.salesforce.com/00Q1"}


def test_an_answer_of_another_form_is_no_end_of_a_list() -> None:
    """An answer that does not say whether there is more is not taken for the last page."""
    double = Vendor(contacts=10)
    double.faults.extend(Fault(kind="other", path="/queryAll") for _ in range(9))
    from connectors.errors import ProtocolError

    with pytest.raises(ProtocolError):
        pages_of(double, "contacts")


def test_rows_are_text_throughout() -> None:
    """Numbers and booleans of REST land as text."""
    (page,) = pages_of(Vendor(companies=2), "companies")
    assert set(page.rows.schema.types) == {pa.string()}
    assert page.rows["AnnualRevenue"].to_pylist() == [None, "1500000.5"]
    assert page.rows["IsDeleted"].to_pylist() == ["false", "false"]
