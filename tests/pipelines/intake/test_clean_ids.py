"""Ids that a table merely seems to have, and troubles that a newer file has put right."""

from tests.pipelines.workshop import TO_CLEAN, TO_RESOLVE, Workshop


def test_people_who_share_a_guessed_id_all_live(shop: Workshop) -> None:
    """A column called ID that stands on several rows identifies nobody: it may number the customers they work for."""
    shop.file(
        "a.csv",
        """ID,First name,Last name,Email
        77,Ann,One,ann@acme.com
        77,Bob,Two,bob@acme.com
        78,Cy,Three,cy@acme.com""",
    )
    shop.run(*TO_CLEAN)
    assert {row["first_name"] for row in shop.rows("records")} == {"Ann", "Bob", "Cy"}


def test_companies_that_share_a_guessed_id_all_live(shop: Workshop) -> None:
    """The same for companies."""
    shop.file("a.csv", "ID,Company name,Website,Industry\n1,Acme,acme.com,Tools\n1,Bolt,bolt.com,Tools")
    shop.run(*TO_CLEAN)
    assert {row["name"] for row in shop.rows("company_records")} == {"Acme", "Bolt"}


def test_what_a_newer_file_has_put_right_is_set_aside_no_more(shop: Workshop) -> None:
    """The tables keep the past and say that it is past; the counts of what is set aside tell of now."""
    shop.file("a.csv", "Email,First name\nann@@acme.com,Ann\nb@acme.com,Bob,too many")
    before = shop.run(*TO_CLEAN).reports["clean"].counts
    assert (before["rows_set_aside"], before["values_set_aside"], before["unmatched_now"]) == (1, 1, 1)
    shop.file("a.csv", "Email,First name\nann@acme.com,Ann\nb@acme.com,Bob", day=2)
    after = shop.run(*TO_CLEAN).reports["clean"].counts
    assert (after["rows_set_aside"], after["values_set_aside"], after["unmatched_now"]) == (0, 0, 0)
    assert [row["superseded"] for row in shop.rows("rejected_rows")] == [True]


def test_another_encoding_in_the_settings_lands_the_file_anew(shop: Workshop) -> None:
    """The same bytes read in another way are other rows."""
    path = shop.file("a.csv", "Email,First name\njiri@acme.com,x")
    path.write_bytes("Email,First name\njiri@acme.com,Jiří\n".encode("cp1250"))
    shop.run(*TO_CLEAN)
    assert shop.rows("records")[0]["first_name"] != "Jiří"
    shop.sections = {
        "sources": {"inbox": {"kind": "csv_file", "options": {"path": "inbox", "encoding": "cp1250"}}},
    }
    shop.run(*TO_RESOLVE)
    assert [row["first_name"] for row in shop.rows("golden")] == ["Jiří"]


def test_numbers_of_companies_are_read_as_people_write_them(shop: Workshop) -> None:
    """Ranges, separators and words around a number; what says no number is set aside with its reason."""
    shop.file(
        "a.csv",
        """Company name,Website,Number of employees,Annual revenue
        A,a.com,51-200 employees,"1,000,000"
        B,b.com,"1,200",$5000
        C,c.com,many,secret
        D,d.com,500+,""",
    )
    shop.run(*TO_RESOLVE)
    sizes = {row["name"]: (row["size"], row["annual_revenue"]) for row in shop.rows("golden_companies")}
    assert sizes == {"A": ("51-200", 1e6), "B": ("500+", 5000.0), "C": (None, None), "D": ("500+", None)}
    assert {(row["field"], row["value"]) for row in shop.rows("rejected_values")} == {
        ("size", "many"),
        ("annual_revenue", "secret"),
    }
