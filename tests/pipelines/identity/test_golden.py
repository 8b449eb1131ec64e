"""A golden value is the best that the records say, and what lost is kept beside it."""

from __future__ import annotations

from tests.pipelines.workshop import TO_RESOLVE, Workshop


def test_value_comes_from_the_first_source_then_from_the_newest_row(shop: Workshop) -> None:
    """First and last name come as a pair; each tag keeps the record that bears it."""
    shop.sections = {
        "sources": {
            name: {"kind": "csv_file", "options": {"path": f"inbox/{name}.csv", "object": "contacts"}}
            for name in ("first", "second")
        }
    }
    header = "ID,First name,Last name,Email,Title,Department,Tags,Updated at"
    shop.file("first.csv", f"{header}\n1,Janey,,jane@acme.com,,Sales,b,2026-01-01")
    shop.file(
        "second.csv",
        f"""{header}
        1,Jane,Doe,jane@acme.com,CEO,Board,a;b,2026-02-02
        2,J,D,jane@acme.com,CFO,Money,c,2026-03-03""",
    )
    shop.run(*TO_RESOLVE)
    (golden,) = shop.rows("golden")
    assert (golden["first_name"], golden["last_name"]) == ("J", "D")
    assert (golden["title"], golden["department"], golden["tags"]) == ("CFO", "Sales", ["a", "b", "c"])
    tags = {row["tag"]: row["record_key"] for row in shop.rows("golden_tags")}
    assert tags == {
        "a": "second/contacts/plain:second.csv:1",
        "b": "first/contacts/plain:first.csv:1",
        "c": "second/contacts/plain:second.csv:2",
    }


def test_a_tag_in_several_spellings_is_one(shop: Workshop) -> None:
    """It is spelled as the best record spells it, and within one cell as the alphabet has it first."""
    shop.file("a.csv", "ID,Name,Email,Tags,Updated at\n1,Jane Doe,j@acme.com,vip;VIP;hot,2026-02-02")
    shop.file("b.csv", "ID,Name,Email,Tags,Updated at\n2,Jane Doe,j@acme.com,Vip;HOT;new,2026-01-01")
    shop.run(*TO_RESOLVE)
    assert sorted(row["tag"] for row in shop.rows("golden_tags")) == ["VIP", "hot", "new"]
    assert shop.rows("golden")[0]["tags"] == ["VIP", "hot", "new"]


def test_address_that_spells_a_name_names_who_has_none(shop: Workshop) -> None:
    """`first.last@` does; `jdoe@` does not."""
    shop.file("people.csv", "Name,Email\n,mary.poppins@acme.com\n,jdoe@acme.com")
    shop.run(*TO_RESOLVE)
    names = {row["email"]: (row["first_name"], row["last_name"]) for row in shop.rows("golden")}
    assert names == {"mary.poppins@acme.com": ("Mary", "Poppins"), "jdoe@acme.com": (None, None)}


def test_each_field_survives_by_its_own_rule(shop: Workshop) -> None:
    """A list of sources, the newest, the fullest record; what loses is kept beside the winner with its record."""
    shop.sections = {
        "sources": {
            name: {"kind": "csv_file", "options": {"path": f"inbox/{name}.csv", "object": "contacts"}}
            for name in ("first", "second", "third")
        },
        "fields": {
            "title": {"sources": ["third", "second"]},
            "department": {"survivorship": "newest"},
            "first_name": {"survivorship": "most_complete"},
            "tags": {"survivorship": "newest"},
        },
    }
    header = "ID,First name,Last name,Email,Title,Department,Tags,Updated at"
    shop.file("first.csv", f"{header}\n1,Jane,Doe,jane@a.com,CEO,Sales,a,2026-01-01")
    shop.file("second.csv", f"{header}\n1,Janey,Doe,jane@a.com;j@a.com,CFO,Money,b,2026-02-02")
    shop.file("third.csv", f"{header}\n1,J,D,jane@a.com,CTO,,c,2026-01-02")
    shop.run(*TO_RESOLVE)
    (golden,) = shop.rows("golden")
    assert (golden["title"], golden["department"], golden["first_name"], golden["tags"]) == (
        "CTO",
        "Money",
        "Janey",
        ["b"],
    )
    lost = {(row["field"], row["value"], row["record_key"].split("/")[0]) for row in shop.rows("conflicts")}
    assert {("title", "CEO", "first"), ("title", "CFO", "second"), ("department", "Sales", "first")} <= lost
    assert ("first_name", "Jane", "first") in lost
