"""Clean makes records: every row is accounted for, and a bad value is not a bad row."""

from __future__ import annotations

import string
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.intake import clean
from tests.pipelines.workshop import TO_CLEAN, Workshop

EXAMPLES = Path(__file__).parents[3] / "examples" / "inbox"
HOSTILE = 'x" int); drop table t; --'


def cleaned(shop: Workshop, table: str = "records") -> list[dict[str, Any]]:
    """Extract and clean; the rows of a table."""
    shop.run(*TO_CLEAN)
    return shop.rows(table)


def by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by first name."""
    return {row["first_name"]: row for row in rows}


def test_every_known_export_reaches_the_fields(shop: Workshop) -> None:
    """Google, LinkedIn, HubSpot and a plain table say the same things in their own columns."""
    google = {
        "First Name": "Gia",
        "Last Name": "Oz",
        "Organization Name": "Acme",
        "Organization Title": "CEO",
        "Labels": "* friends ::: myContacts",
        "E-mail 1 - Value": "* gia@acme.com ::: g@acme.com",
        "Phone 1 - Label": "Work Fax",
        "Phone 1 - Value": "+1 312-555-0199",
        "Phone 2 - Label": "Mobile",
        "Phone 2 - Value": "030 23125 550",
        "Address 1 - Country": "Germany",
    }
    linkedin = {
        "First Name": "Lin",
        "Last Name": "Li",
        "URL": "https://www.linkedin.example/in/lin",
        "Email Address": "lin@acme.com",
        "Company": "Acme",
        "Position": "CTO",
        "Connected On": "02 Nov 2021",
    }
    hubspot = {
        "Record ID": "51",
        "First Name": "Hub",
        "Last Name": "Bub",
        "Email": "hub@acme.com",
        "Phone Number": "312-555-0115",
        "Job Title": "CFO",
        "Contact owner": "Robin",
        "Lifecycle Stage": "Lead",
        "Last Modified Date": "2026-03-04 05:06",
        "Associated Company IDs": "900",
    }
    for name, row in {"google.csv": google, "linkedin.csv": linkedin, "hubspot.csv": hubspot}.items():
        shop.table(name, list(row), [list(row.values())])
    shop.file("plain.csv", "Full name;Email;Company;Country;Tags\nPia Plain;pia@acme.com;Acme;FR;vip|new")
    people = by_name(cleaned(shop))
    gia, lin, hub, pia = (people[name] for name in ("Gia", "Lin", "Hub", "Pia"))
    assert (gia["emails"], gia["phones"]) == (["gia@acme.com", "g@acme.com"], ["+493023125550"])
    assert (gia["title"], gia["company_name"], gia["tags"]) == ("CEO", "Acme", ["friends", "myContacts"])
    assert (lin["title"], lin["linkedin_url"]) == ("CTO", "https://www.linkedin.example/in/lin")
    assert (hub["title"], hub["company_id"], hub["phones"]) == ("CFO", "900", ["+13125550115"])
    assert hub["modified_at"].isoformat() == "2026-03-04T05:06:00+00:00"
    assert (pia["last_name"], pia["tags"], pia["company_domain"]) == ("Plain", ["vip", "new"], "acme.com")


def test_corrected_mapping_is_replayed_over_what_landed(shop: Workshop) -> None:
    """Without the source, which may be gone by now; nothing is landed again."""
    path = shop.file("people.csv", "Name,Email,Title,Rolle\nJane Doe,jane@acme.com,Ms,CEO")
    assert cleaned(shop)[0]["title"] == "Ms"
    path.unlink()
    inbox = {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"title": ["Rolle"], "emails": []}}
    shop.sections = {"sources": {"inbox": inbox}}
    shop.run(*TO_CLEAN)
    assert shop.rows("records") == []
    assert [row["title"] for row in shop.rows("unmatched")] == ["CEO"]
    assert len(shop.rows("landings")) == 1


def test_city_birthday_and_shared_ids_come_through(shop: Workshop) -> None:
    """For records and for rows that nothing identifies; several ids may stand in one cell."""
    shop.file(
        "people.csv",
        """Name,Email,City,Birthday,Customer
        Jane Doe,jane@acme.com,Chicago,1990-01-02,K1;K2
        Desk Acme,info@acme.com,Boston,1991-02-03,K3""",
    )
    inbox = {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"external_ids": ["Customer"]}}
    shop.sections = {"sources": {"inbox": inbox}}
    (jane,) = cleaned(shop)
    assert (jane["city"], jane["birthday"], jane["external_ids"]) == ("Chicago", "1990-01-02", ["K1", "K2"])
    (desk,) = shop.rows("unmatched")
    assert (desk["city"], desk["birthday"], desk["external_ids"]) == ("Boston", "1991-02-03", ["K3"])
    assert (desk["company_domain"], desk["role_emails"]) == ("acme.com", ["info@acme.com"])


def test_few_and_many_rows_are_cleaned_alike(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the mapped rows are kept in memory or read from their landings each time makes no difference."""
    for path in EXAMPLES.glob("*.csv"):
        (shop.inbox / path.name).write_bytes(path.read_bytes())
    shop.run(*TO_CLEAN)
    few = {name: shop.rows(name) for name in clean.TABLES}
    monkeypatch.setattr(clean, "KEPT", 0)
    shop.run("clean")
    for name, rows in few.items():
        assert sorted(map(repr, shop.rows(name))) == sorted(map(repr, rows)), name


def test_bad_value_is_set_aside_and_its_row_lives(shop: Workshop) -> None:
    """With file, row, field and reason; a row that nothing identifies is unmatched."""
    shop.file(
        "people.csv",
        """Name,Email,Phone,Updated at
        Jane Doe,jane@@acme.com,312-555-0115,last week
        John Roe,john@acme.com,12,2026-01-01
        Desk Acme,info@acme.com,,
        No Body,nobody,12,""",
    )
    assert {row["first_name"] for row in cleaned(shop)} == {"Jane", "John"}
    rejected = sorted((row["row"], row["field"], row["value"]) for row in shop.rows("rejected_values"))
    assert rejected == [
        *((0, "email", "jane@@acme.com"), (0, "modified_at", "last week"), (1, "phone", "12")),
        *((3, "email", "nobody"), (3, "phone", "12")),
    ]
    assert all(row["reason"] and row["file"] == "people.csv" for row in shop.rows("rejected_values"))
    unmatched = {row["first_name"]: row["reason"] for row in shop.rows("unmatched")}
    assert unmatched == {"Desk": "only a shared mailbox", "No": "no usable e-mail or phone"}


def test_number_without_a_country_is_set_aside_where_no_default_is_set(shop: Workshop) -> None:
    """Its row's country decides first."""
    shop.sections = {"match": {}}
    shop.file("people.csv", "Name,Email,Phone,Country\nA B,a@x.com,312-555-0115,\nC D,c@x.com,312-555-0115,USA")
    assert [row["phones"] for row in sorted(cleaned(shop), key=lambda row: row["emails"])] == [[], ["+13125550115"]]
    assert [row["value"] for row in shop.rows("rejected_values")] == ["312-555-0115"]


def test_id_counts_within_its_file_unless_it_is_declared(shop: Workshop) -> None:
    """Two hand-kept tables both count from 1; a column that the settings name counts across files."""
    shop.file("a.csv", "ID,Name,Email\n1,Jane Doe,jane@acme.com", day=1)
    shop.file("b.csv", "ID,Name,Email\n1,John Roe,john@acme.com", day=2)
    assert {row["first_name"] for row in cleaned(shop)} == {"Jane", "John"}
    inbox = {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"source_id": ["ID"]}}
    shop.sections = {"sources": {"inbox": inbox}}
    assert [row["first_name"] for row in cleaned(shop)] == ["John"]


def test_rows_that_differ_in_a_key_or_a_name_are_records_of_their_own(shop: Workshop) -> None:
    """A couple at one phone, one person with two addresses; what differs in nothing of that is one record, the last."""
    shop.file(
        "people.csv",
        """Name,Email,Phone,Title
        Jane Doe,,312-555-0115,first
        John Doe,,312-555-0115,
        Jane Roe,,312-555-0115,
        Jane Doe,jane@acme.com,312-555-0115,
        JANE DOE,,(312) 555 0115,last""",
    )
    found = sorted((row["first_name"], row["last_name"], row["title"] or "") for row in cleaned(shop))
    assert found == [("Jane", "Doe", ""), ("Jane", "Doe", "last"), ("Jane", "Roe", ""), ("John", "Doe", "")]


def test_company_is_kept_by_id_domain_or_name(shop: Workshop) -> None:
    """A row with neither lands in `unmatched`; a free mailbox and a page elsewhere name no domain."""
    shop.file(
        "companies.csv",
        """Company,Website,Email,Industry
        Acme,https://www.acme.com/about,info@acme.com,Tools
        Beta,,beta@gmail.com,Toys
        Gamma,https://www.linkedin.com/company/gamma,,Toys
        ,delta.example,,Toys
        ,,,Toys""",
    )
    shop.run(*TO_CLEAN)
    found = {(row["name"], row["domain"]) for row in shop.rows("company_records")}
    assert found == {("Acme", "acme.com"), ("Beta", None), ("Gamma", None), (None, "delta.example")}
    assert [(row["object"], row["row"]) for row in shop.rows("unmatched")] == [("companies", 4)]


people = st.lists(
    st.tuples(
        st.sampled_from(["Jane Doe", "John Roe", "", "Cher", HOSTILE]),
        st.sampled_from(["jane@x.com", "JOHN@X.COM", "", "nobody", "info@x.com", "jane@x.com;j@x.com"]),
        st.sampled_from(["", "312-555-0115", "+1 312 555 0116", "12"]),
    ),
    max_size=8,
)


@settings(max_examples=4, deadline=None)
@given(st.data(), people)
def test_order_and_repetition_of_rows_make_no_difference(data: st.DataObject, rows: list[tuple[str, str, str]]) -> None:
    """Rows without an id that differ in key or name never replace each other; repeated ones are one record."""
    shuffled = data.draw(st.permutations(rows + rows[:3]))
    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(Path(folder))
        found = []
        for given in (rows, shuffled):
            shop.table("people.csv", ["Name", "Email", "Phone"], given)
            shop.run(*TO_CLEAN)
            kept = [*shop.rows("records"), *shop.rows("unmatched")]
            found.append({row["record_key"] for row in kept})
            assert len(kept) == len(found[-1])
        assert found[0] == found[1]


cells = st.text(string.printable + "äß\u00a0\u200b€ \u0000"[:-1], max_size=12)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=12))
def test_every_row_is_accounted_for(rows: list[tuple[str, str, str, str]]) -> None:
    """Read = rejected + replaced + unmatched + records, whatever the cells and the header hold."""
    with tempfile.TemporaryDirectory() as folder:
        shop = Workshop(Path(folder))
        shop.table("people.csv", ["Name", "Email", HOSTILE, "Größe; 'x'"], rows)
        shop.table("firms.csv", ["Company", "Website", "Industry", HOSTILE], rows)
        extracted = shop.run(*TO_CLEAN).reports["extract"].counts
        assert extracted["refused_files"] == 0
        counts = {row["name"]: row["rows"] for row in shop.rows("clean_counts")}
        kept = counts["contact_records"] + counts["company_records"] + counts["unmatched"]
        assert counts["rows_read"] == extracted["rows"] == counts["rows_rejected"] + counts["rows_replaced"] + kept


@pytest.mark.parametrize("again", [0, 1])
def test_rejected_rows_are_listed_with_their_line_on_every_run(shop: Workshop, again: int) -> None:
    """Also when the file was landed by an earlier run."""
    shop.file("people.csv", "Name,Email\nJane,jane@x.com\nragged,row,here")
    for _ in range(again):
        shop.run(*TO_CLEAN)
    (row,) = cleaned(shop, "rejected_rows")
    assert (row["source"], row["file"], row["line"], row["text"]) == ("inbox", "people.csv", 3, "ragged,row,here")


def test_an_address_that_stands_in_a_row_twice_is_one(shop: Workshop) -> None:
    """Whatever its spelling, and in whichever column."""
    shop.file("a.csv", "Name,Email,Other Email,Phone\nJane Doe,J@a.com;k@a.com,j@A.com,312-555-0115;+1 312 555 0115")
    shop.run(*TO_CLEAN)
    (row,) = shop.rows("records")
    assert (row["emails"], row["phones"]) == (["j@a.com", "k@a.com"], ["+13125550115"])
