"""What the doctor says of an account, over real sockets where time is the point."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from connectors.giant_context.server.access import API_KEY_VARIABLE
from pipelines.report.doctor import crm
from pipelines.report.doctor.finding import Finding
from pipelines.report.doctor.together import together
from pipelines.workspace import Workspace
from tests.pipelines.hostile import Behaviour, account, answer, crm_at, hangs, hostile, nobody, nothing_yet
from tests.pipelines.workshop import Workshop

SECRET = "gct_topsecret"
PEOPLE = "/people"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(API_KEY_VARIABLE, SECRET)


def asked(url: str, tmp_path: Path, **more: object) -> list[Finding]:
    """What is said of an account at an address, in about a second at most."""
    work = Workspace(Workshop(tmp_path, crm=crm_at(url, **more)).settings, tmp_path / "data", "doctor")
    began = time.monotonic()
    found = list(together({"crm": lambda: crm.crm(work, 0.6)}, 1.2))
    assert time.monotonic() - began < 3
    assert not (tmp_path / "data").exists()
    assert SECRET not in str(found)
    return found


def said(behaviour: Behaviour, tmp_path: Path, *, drips: bool = False, **more: object) -> list[tuple[str, str]]:
    """Level and words of what is said of a server that behaves so."""
    with hostile(behaviour, drips=drips) as server:
        return [(one.level.value, one.said.replace(server.url, "URL")) for one in asked(server.url, tmp_path, **more)]


def test_an_account_that_answers(tmp_path: Path) -> None:
    """One line: where, that the key is taken, how many contacts, whether runs write, and the limits that it tells."""
    fine = account(lambda _: nothing_yet(), x_ratelimit_remaining="99")
    assert said(fine, tmp_path, writes=True) == [
        ("ok", "URL (app local-crm): takes the key; 0 contacts; writes on; x-ratelimit-remaining 99")
    ]


def test_writes_that_are_off_are_told(tmp_path: Path) -> None:
    """With the setting that turns them on."""
    ((_, words),) = said(account(lambda _: nothing_yet()), tmp_path)
    assert words.endswith("writes off (crm.writes)")


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (hangs, "no answer in time"),
        (lambda _: answer(401, {"message": f"no {SECRET}"}), "401 no […]. Check the API key and what it may do."),
        (
            lambda _: answer(503, {"message": "down"}, retry_after="60"),
            "503 down. The server is there and takes no calls for now",
        ),
        (lambda _: answer(200, "<html>Welcome</html>"), "the answer cannot be used"),
        (account(lambda _: answer(403, {"message": "no rights"})), "403 no rights. Check the API key"),
        (account(lambda _: answer(404, {"message": "no app"})), "404 no app. Check the address and the ids"),
        (account(lambda path: answer(403) if path.endswith(PEOPLE) else answer(404)), 'contacts are "people"'),
    ],
    ids=["hangs", "401", "503", "html", "403", "404", "people"],
)
def test_an_account_that_cannot_be_worked_with(tmp_path: Path, behaviour: Behaviour, words: str) -> None:
    """One line says why, in time."""
    ((level, told),) = said(behaviour, tmp_path)
    assert level == "wrong"
    assert words in told


def test_a_server_that_drips_is_cut_off(tmp_path: Path) -> None:
    """It answers byte by byte, and never to the end."""
    ((level, told),) = said(account(lambda _: nothing_yet()), tmp_path, drips=True)
    assert level == "wrong"
    assert "no answer in time" in told


def test_nobody_at_the_address(tmp_path: Path) -> None:
    """The address and the network are named."""
    with nobody() as url:
        (found,) = asked(url, tmp_path)
    assert found.said.endswith("Check the address and the network.")


def test_a_list_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """Contacts alone are not enough for a run."""
    lists = account(lambda path: answer(403, {"message": "no"}) if path.endswith("/companies") else nothing_yet())
    first, second = said(lists, tmp_path)
    assert first[0] == "ok"
    assert second[0] == "wrong"
    assert second[1].startswith("companies cannot be read: ")


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (7230.0, "wrong", "clock is 2 h behind the server's"),
        (-600.0, "wrong", "clock is 10 min ahead of the server's"),
        (100.0, "warn", " s behind the server's"),
        (20.0, None, ""),
    ],
)
def test_a_clock_that_is_off_is_told(tmp_path: Path, ahead: float, level: str | None, words: str) -> None:
    """More than a minute is worth a look, more than five are wrong."""
    first, *others = said(account(lambda _: nothing_yet(), ahead=ahead), tmp_path)
    assert first[0] == "ok"
    assert [one[0] for one in others] == ([level] if level else [])
    assert all(words in one[1] and "NTP" in one[1] for one in others)


def test_no_key_is_told_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no call is made."""
    monkeypatch.delenv(API_KEY_VARIABLE)
    with hostile(hangs) as server:
        (found,) = asked(server.url, tmp_path)
    assert API_KEY_VARIABLE in found.said
    assert server.asked == []


def embedded(shop: Workshop) -> list[tuple[str, str]]:
    """What is said of the embedded CRM."""
    found = together({"crm": lambda: crm.crm(shop.work(), 2)}, 5)
    return [(one.level.value, one.said.replace(str(shop.data), "data")) for one in found]


def test_the_embedded_crm_is_looked_through(shop: Workshop) -> None:
    """Not there, whole, damaged, gone: each has its line, and looking makes none."""
    where = "the embedded CRM in data/crm.db"
    assert embedded(shop) == [("ok", f"{where}: not there yet, the first run makes it")]
    assert not shop.data.exists()
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    shop.run()
    assert embedded(shop) == [("ok", f"{where}: whole; writes on")]
    path = shop.data / "crm.db"
    with closing(sqlite3.connect(path)) as database:
        ((page,), *_) = database.execute("SELECT rootpage FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        ((size,),) = database.execute("PRAGMA page_size")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    assert embedded(shop) == [("wrong", "data/crm.db is damaged. Restore it from a copy.")]
    for one in shop.data.glob("crm.db*"):
        one.unlink()
    ((level, words),) = embedded(shop)
    assert level == "wrong"
    assert "the embedded CRM is gone that the ledger has written to. Put it back." in words
    assert not path.exists()
