"""What a human may want to look at is listed, and nothing is corrected on a guess."""

from __future__ import annotations

from pipelines.lake.lake import Lake
from tests.pipelines.workshop import TO_CLEAN, Workshop

Flag = tuple[int, str, str, str, str | None]


def flags(shop: Workshop) -> list[Flag]:
    """Extract and clean; row, field, value, flag and suggestion of what is flagged."""
    shop.run(*TO_CLEAN)
    rows = shop.rows("flagged_values")
    return sorted((row["row"], row["field"], row["value"], row["flag"], row["suggestion"]) for row in rows)


def test_invisible_characters_are_removed_and_flagged(shop: Workshop) -> None:
    """In addresses and names; a plain accent is none."""
    rows = [["Ja\u200bne", "Doe", "ja\u202ene@acme.com", "Ac\u00adme"], ["René", "Doe", "rene@acme.com", "Société"]]
    shop.table("people.csv", ["First name", "Last name", "Email", "Company"], rows)
    removed = "invisible characters removed"
    assert flags(shop) == [
        (0, "company_name", "Ac\u00adme", removed, "Acme"),
        (0, "email", "ja\u202ene@acme.com", removed, "jane@acme.com"),
        (0, "first_name", "Ja\u200bne", removed, "Jane"),
    ]
    assert [(row["first_name"], row["emails"]) for row in shop.rows("records", order="row")] == [
        ("Jane", ["jane@acme.com"]),
        ("René", ["rene@acme.com"]),
    ]


def test_likely_typos_of_well_known_domains_are_flagged_and_stay(shop: Workshop) -> None:
    """One letter off, and no provider of its own: `mail.com` is one, and a firm with many addresses means its name."""
    typos = {
        "gmial.com": "gmail.com",
        "gmail.con": "gmail.com",
        "hotmial.com": "hotmail.com",
        "outlok.com": "outlook.com",
    }
    typos |= {"yahoo.co": "yahoo.com", "gmaill.com": "gmail.com", "t-onlin.de": "t-online.de"}
    right = ["mail.com", "ymail.com", "gmail.com", "acme.com", "yahoo.fr", "gail.org", *["gmall.com"] * 4]
    emails = [f"p{number}@{host}" for number, host in enumerate([*typos, *right])]
    shop.table("people.csv", ["Name", "Email"], [["Jane Doe", email] for email in emails])
    assert flags(shop) == [
        (row, "email", emails[row], f"the domain reads like a typo of {meant}", f"p{row}@{meant}")
        for row, meant in enumerate(typos.values())
    ]
    assert {email for row in shop.rows("records") for email in row["emails"]} == set(emails)


def test_disposable_domain_is_flagged_and_names_no_company(shop: Workshop) -> None:
    """The address is a key all the same; the count is of what is current."""
    shop.file("people.csv", "Name,Email,Website\nJane Doe,jane@mailinator.com,mailinator.com\nJo Doe,jo@acme.com,")
    assert flags(shop) == [(0, "email", "jane@mailinator.com", "a disposable domain", None)]
    assert [row["company_domain"] for row in shop.rows("records", order="row")] == [None, "acme.com"]
    assert {row["name"]: row["rows"] for row in shop.rows("clean_counts")}["values_flagged"] == 1
    shop.file("people.csv", "Name,Email,Website\nJane Doe,jane@acme.com,", day=2)
    flags(shop)
    assert {row["name"]: row["rows"] for row in shop.rows("clean_counts")}["values_flagged"] == 0


def test_control_characters_are_taken_out_and_flagged(shop: Workshop) -> None:
    """Colours, bells and the rest, in every field that is mapped; a tab is a blank and no fault."""
    header = ["Name", "Email", "Phone", "Title", "City", "Tags"]
    bad = [
        "\x1b[31mAda\x1b[0m Lovelace",
        "a\x07da@acme.com",
        "+1 312-\x07555-0150",
        "C\x0bE\x9bmO",
        "New\x7fTown",
        "vip;\x08gold",
    ]
    shop.table("people.csv", header, [bad, ["Bo\tRay", "bo@acme.com", "", "CTO", "", ""]])
    removed = "control characters removed"
    assert flags(shop) == sorted(
        (0, field, value, removed, said)
        for field, value, said in [
            ("full_name", bad[0], "Ada Lovelace"),
            ("emails", bad[1], "ada@acme.com"),
            ("phones", bad[2], "+1 312-555-0150"),
            ("title", bad[3], "C EO"),
            ("city", bad[4], "NewTown"),
            ("tags", bad[5], "vip;gold"),
        ]
    )
    record, other = shop.rows("records", order="row")
    said = [record[name] for name in ("first_name", "last_name", "emails", "phones", "title", "city", "tags")]
    assert said == ["Ada", "Lovelace", ["ada@acme.com"], ["+13125550150"], "C EO", "NewTown", ["vip", "gold"]]
    assert (other["first_name"], other["last_name"]) == ("Bo", "Ray")


def test_control_characters_of_companies_are_taken_out_and_flagged(shop: Workshop) -> None:
    """The same for companies, and in a file that the fast reader may not have; a clean file has none to look for."""
    header = ["Company name", "Website", "Industry", "City"]
    shop.table("firms.csv", header, [["Ac\x1bme", "acme.com", "Tools", ""], ["Short", "row"]])
    shop.table("clean.csv", header, [["Bolt", "bolt.com", "Tools", "Köln"]])
    assert flags(shop) == [(0, "name", "Ac\x1bme", "control characters removed", "Acme")]
    assert {row["name"] for row in shop.rows("company_records")} == {"Acme", "Bolt"}
    assert {one.name: one.facts["controls"] for one in Lake(shop.data).landings()} == {
        "clean.csv": "no",
        "firms.csv": "yes",
    }


def test_direction_marks_in_a_phone_are_removed_and_flagged(shop: Workshop) -> None:
    """Address books on phones wrap numbers in them; the number is the same."""
    marked = "\u202d+1 312\u200e-555-0150\u202c"
    shop.table("people.csv", ["Name", "Phone"], [["Ada Lovelace", marked], ["Bo Ray", "\u202a\u202c"]])
    assert flags(shop) == [(0, "phone", marked, "invisible characters removed", "+1 312-555-0150")]
    assert [row["phones"] for row in shop.rows("records", order="row")] == [["+13125550150"]]
    assert shop.rows("rejected_values") == []


def test_addresses_of_mixed_scripts_are_flagged(shop: Workshop) -> None:
    """A word of Latin and Cyrillic letters looks like another one; a name in a script of its own does not."""
    emails = [
        "аda@acme.com",  # a Cyrillic а
        "ada@аcme.com",
        "ada@xn--cme-5cd.com",  # the same, as browsers keep it
        "иван@пример.com",
        "иван.ivanov@acme.com",
        "Ада Лав <ada@acme.com>",
        "jürgen@köln.example",
    ]
    shop.table("people.csv", ["Name", "Email"], [["Jane Doe", email] for email in emails])
    said = "letters of several scripts in one word"
    assert flags(shop) == [(row, "email", emails[row], said, None) for row in range(3)]
