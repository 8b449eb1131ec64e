"""What a human may want to look at is listed, and nothing is corrected on a guess."""

from __future__ import annotations

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
