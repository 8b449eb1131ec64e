"""What is told of who opted out: in a run's summary, in the exports and by `explain`."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from pipelines.report import explain_text, summary
from tests.pipelines.workshop import SYNC, Workshop

ROWS = """
    Contact ID,First name,Last name,Email,Unsubscribed,Do not call
    1,Ada,Lovelace,ada@acme.com,2025-05-06,
    2,Alan,Turing,alan@acme.com,no,yes
    3,Grace,Hopper,grace@acme.com,no,no
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Two who opted out by their source, and a third in the CRM."""
    made = Workshop(tmp_path_factory.mktemp("told"))
    made.file("people.csv", ROWS)
    made.file(
        "others.csv", "Contact ID,First name,Last name,Email,Unsubscribed\n9,Ada,Lovelace,ada@acme.com,subscribed"
    )
    made.run()
    made.unsubscribe(made.contact("grace@acme.com").id)
    return made


def test_the_summary_counts_them(shop: Workshop) -> None:
    """People by what the sources say, contacts by what the CRM says, too."""
    work = shop.run(*SYNC, "verify", "export")
    text = io.StringIO()
    summary.show(work, Console(file=text, width=200))
    assert "2  people who opted out of e-mail or phone" in text.getvalue()
    assert "3  contacts who opted out, there or in a source" in text.getvalue()
    rows = pq.read_table(shop.data / "exports" / "contacts.parquet").sort_by("email").to_pylist()
    names = ("email", "email_subscribed", "email_opt_out", "email_opt_out_source", "phone_opt_out")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("ada@acme.com", True, True, "inbox", False),
        ("alan@acme.com", True, False, None, True),
        ("grace@acme.com", False, True, "emailSubscribed", False),
    ]
    assert [row["email_opt_out_at"] and row["email_opt_out_at"].year for row in rows] == [2025, None, None]


def test_explain_says_by_whose_word(shop: Workshop) -> None:
    """The row that says so, what is said against it, and the CRM's own word."""
    shop.run("snapshot", "resolve")
    lines = explain_text.one(shop.work(), "ada@acme.com")
    assert "    email_opt_out = opted out since 2025-05-06  ← people.csv line 2" in lines
    gave_way = "an opt-out stands until the same source says otherwise"
    assert [line for line in lines if "not opted in  ← others.csv line 2" in line and gave_way in line]
    assert "    phone_opt_out = opted out since 2026-01-01  ← people.csv line 3" in explain_text.one(
        shop.work(), "alan@acme.com"
    )
    grace = explain_text.one(shop.work(), "grace@acme.com")
    assert "    email_subscribed = false, which only people change  ← the CRM itself" in grace
    assert not [line for line in grace if "opt_out" in line]


def test_what_an_earlier_version_made_is_explained(shop: Workshop, tmp_path: Path) -> None:
    """A data folder whose tables know nothing of opt-outs has nothing to tell of them."""
    old = shop.twin(tmp_path)
    for path in old.data.glob("runs/*/*.parquet"):
        table = pq.read_table(path)
        if path.stem == "consents":
            path.unlink()
        elif path.stem in {"golden", "current_contacts"}:
            later = ("opt_out", "email_subscribed", "city", "country", "birthday", "company_website")
            pq.write_table(
                table.drop([name for name in table.column_names if any(word in name for word in later)]), path
            )
    lines = explain_text.one(old.work(), "ada@acme.com")
    assert "    first_name = Ada  ← others.csv line 2" in lines or "    first_name = Ada  ← people.csv line 2" in lines
