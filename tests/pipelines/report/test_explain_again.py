"""What joined two rows is told after any number of runs, and who is nobody hears why."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import BridgeError
from pipelines.report import explain_text
from tests.pipelines.workshop import AGAIN, Workshop

HEADER = "ID,First Name,Last Name,Email,Phone"
FIRST = f"""{HEADER}
1,Jonas,Weber,jw@spree.example,
2,Jonas,Weber,,312-555-0111
3,J.,Weber,jw@spree.example,312-555-0111
4,Kim,Poe,info@spree.example,
5,Max,Noll,,
6,Al,Ash,sales@spree.example,312-555-0122
7,Ida,Gr,jürgen@grün.example,"""

MOVED = FIRST.replace("2,Jonas,Weber,,312-555-0111", "2,Jonas,Weber,,312-555-0133")
"""The second row has another phone by now."""


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Three rows that are one person, two that are nobody, and some more, after one run."""
    shop = Workshop(tmp_path_factory.mktemp("once"))
    shop.file("a.csv", FIRST)
    shop.run()
    return shop


@pytest.fixture
def twice(once: Workshop, tmp_path: Path) -> Workshop:
    """The same after two runs."""
    shop = once.twin(tmp_path)
    shop.run(*AGAIN)
    return shop


def joined(shop: Workshop, who: str) -> list[str]:
    """What `explain` prints under "joined by"."""
    lines = explain_text.one(shop.work(), who)
    start = lines.index("  joined by") + 1
    return [line.strip() for line in lines[start : lines.index("  fields")]]


PHONE = "the same phone, and names that fit: +13125550111"
EMAIL = "the same e-mail: jw@spree.example"


def test_the_phone_that_joined_two_rows_is_told_in_later_runs(once: Workshop, twice: Workshop) -> None:
    """Beside the link that keeps them one by now; counts are of the rows that are listed, and name the contact."""
    assert sorted(joined(once, "jw@spree.example")) == [f"{EMAIL} (on 2)", f"{PHONE} (on 2)"]
    again = joined(twice, "jw@spree.example")
    assert again[:2] == [f"{EMAIL} (on 2, and on the contact)", f"{PHONE} (on 2)"]
    (link,) = again[2:]
    assert link.startswith("known as one person before: ")
    assert link.endswith(" (on 3, and on the contact)")


def test_two_rows_are_led_to_each_other_by_keys_in_later_runs_too(once: Workshop, twice: Workshop) -> None:
    """A link is named only where no key leads from one row to the other any more."""
    rows = {row["source_id"]: row["record_key"] for row in once.rows("records")}
    chain = explain_text.two(once.work(), rows["1"], rows["2"])
    assert [line.strip() for line in chain if "↓" in line] == [f"↓ {EMAIL}", f"↓ {PHONE}"]
    assert explain_text.two(twice.work(), rows["1"], rows["2"]) == chain
    twice.file("a.csv", MOVED, day=2)
    twice.run()
    (step,) = [line for line in explain_text.two(twice.work(), rows["1"], rows["2"]) if "↓" in line]
    assert "known as one person before" in step


def test_the_phone_that_joined_two_rows_is_told_when_it_is_gone(twice: Workshop) -> None:
    """What a row said before still says why it is known to be this person."""
    twice.file("a.csv", MOVED, day=2)
    twice.run()
    lines = joined(twice, "jw@spree.example")
    assert lines[-1] == "the same phone before, which is gone: +13125550111 (on 2)"
    assert lines[-2].startswith("known as one person before: ")
    assert not any(line.startswith(PHONE) for line in lines)


def test_who_has_only_a_shared_mailbox_hears_why_they_are_nobody(once: Workshop) -> None:
    """By the mailbox or by the record's key; one with a phone beside it is somebody."""
    why = [
        "nobody · a.csv line 5: Kim Poe · info@spree.example",
        "  info@spree.example is a shared mailbox (match.role_mailboxes), and nothing else says who this is",
    ]
    assert explain_text.one(once.work(), "Info@spree.example") == why
    (key,) = [row["record_key"] for row in once.rows("unmatched") if row["first_name"] == "Kim"]
    assert explain_text.one(once.work(), key) == why
    (bare,) = [row["record_key"] for row in once.rows("unmatched") if row["first_name"] == "Max"]
    assert explain_text.one(once.work(), bare) == [
        "nobody · a.csv line 6: Max Noll",
        "  no usable e-mail or phone says who this is",
    ]
    assert explain_text.one(once.work(), "sales@spree.example")[0].startswith("person ")
    with pytest.raises(BridgeError, match=r"nobody is known by info@spree\.example") as refused:
        explain_text.two(once.work(), "jw@spree.example", "info@spree.example")
    assert "is a shared mailbox" in str(refused.value.guidance)


def test_an_address_is_found_as_people_write_it(once: Workshop) -> None:
    """A domain in its own letters, in punycode, in capitals, or wrapped as mail programs do."""
    spelled = ("jürgen@grün.example", "jürgen@xn--grn-ioa.example", "JÜRGEN@GRÜN.example", "Ida <jürgen@grün.example>")
    (found,) = {tuple(explain_text.one(once.work(), who)) for who in spelled}
    assert "Ida Gr" in found[2]
