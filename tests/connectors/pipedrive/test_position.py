"""Where a pull stands: who asks, what is asked for, and what a pull that was cut still owes."""

import json

import pytest

from tests.connectors.pipedrive.reading import BASE, ids_of, pages_of, rows_of, source_of
from tests.vendors.pipedrive import Vendor

STREAMS = ("companies", "contacts", "activities", "notes")


@pytest.mark.parametrize("stream", STREAMS)
def test_an_incremental_pull_that_was_cut_owes_what_changed_meanwhile(stream: str) -> None:
    """What was given and changed before an hour later the pull went on comes with the next; deletions come, too."""
    for cut in (1, 2, 3):
        double = Vendor(contacts=1_300, companies=1_300, activities=5_200)
        cursor = pages_of(double, stream)[-1].cursor
        double.advance(hours=1)
        changed = double.ids(stream)[:1_100]
        double.touch(stream, changed)
        double.delete(stream, "1200")
        double.advance(minutes=20)
        before = pages_of(double, stream, cursor, cut_after=cut)
        assert before[-1].rows.num_rows
        double.advance(minutes=5)
        double.touch(stream, ["3"])
        double.advance(hours=1)
        at = next((page.cursor for page in reversed(before) if page.cursor), cursor)
        landed = [one for page in before if page.cursor for one in page.rows["id"].to_pylist()]
        assert "3" in landed
        rest = rows_of(after := pages_of(double, stream, at))
        assert landed + [row["id"] for row in rest if not row["tombstone"]] == changed
        assert {row["id"] for row in rest if row["tombstone"]} == {"1200"}
        assert ids_of(pages_of(double, stream, after[-1].cursor)) == ["3"]


def test_a_field_that_may_be_read_from_now_on_is_read_of_everybody() -> None:
    """Who had no marketing status yesterday has changed for us alone: all persons come anew, once."""
    double = Vendor(contacts=700)
    double.has_campaigns = False
    cursor = pages_of(double, "contacts")[-1].cursor
    double.advance(hours=1)
    double.delete("contacts", "9")
    double.advance(minutes=20)
    assert len(ids_of(pages_of(double, "contacts", cursor))) == 1
    double.has_campaigns = True
    first = pages_of(double, "contacts", cursor)
    rows = rows_of(first)
    assert [row["id"] for row in rows if not row["tombstone"]] == double.ids("contacts")
    assert {row["email_opt_out"] for row in rows if not row["tombstone"]} == {"no consent"}
    assert [row["id"] for row in rows if row["tombstone"]] == ["9"]
    double.advance(hours=1)
    assert ids_of(pages_of(double, "contacts", first[-1].cursor)) == []
    double.has_campaigns = False
    again = pages_of(double, "contacts", first[-1].cursor)
    assert ids_of(again) == []
    double.has_campaigns = True
    assert len(ids_of(pages_of(double, "contacts", again[-1].cursor))) == 699 + 1


def test_a_first_pull_begins_anew_when_a_field_comes_while_it_is_cut() -> None:
    """What landed before the cut had not the field."""
    double = Vendor(contacts=1_200)
    double.has_campaigns = False
    cursor = pages_of(double, "contacts", cut_after=1)[-1].cursor
    double.has_campaigns = True
    pages = pages_of(double, "contacts", cursor)
    assert ids_of(pages) == double.ids("contacts")
    cut = pages[0].cursor
    assert ids_of(pages_of(double, "contacts", cut)) == double.ids("contacts")[500:]


def test_a_cursor_counts_for_who_asks() -> None:
    """Another user may see more: another token, or another app, is another origin, which shows no secret."""
    double = Vendor()
    mine, other = (source_of(double, secret).origin for secret in (double.secret, "f" * 40))
    assert mine != other
    assert mine == source_of(double, f" {double.secret}\n").origin
    assert mine.startswith(BASE)
    assert double.secret[:8] not in mine
    secret = json.dumps({"client_secret": "a-secret", "refresh_token": "first"})
    app = source_of(double, secret, client_id="app-1").origin
    assert app not in (mine, source_of(double, secret, client_id="app-2").origin)
    assert app == source_of(double, secret.replace("first", "second"), client_id="app-1").origin
    assert "secret" not in app
    assert double.log == []
