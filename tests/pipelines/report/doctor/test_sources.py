"""What the doctor says of sources: their files at a glance, their accounts in time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.api import Access
from connectors.http import FixedToken, Http
from pipelines.report.doctor import sources
from tests.pipelines import toy_source
from tests.pipelines.hostile import Behaviour, answer, hangs, hostile
from tests.pipelines.report.doctor.levels import found
from tests.pipelines.toy_source import World, installed, section
from tests.pipelines.workshop import TO_CLEAN, Workshop

SECRET = "tok_topsecret"


def test_files_are_told_at_a_glance(shop: Workshop) -> None:
    """What would be refused by its name, its first bytes or its header is; the others are counted, and not read."""
    shop.file("good.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    (shop.inbox / "old.csv").write_bytes("Vorname,Straße,Email\nAda,Weg,ada@gmail.com\n".encode("cp1252"))
    shop.file("numbers.csv", "foo,bar\n1,2")
    shop.file("twins.csv", "Email,Email\na,b")
    (shop.inbox / "book.csv").write_bytes(b"PK\x03\x04 and so on")
    (shop.inbox / "empty.csv").touch()
    (shop.inbox / "link.csv").symlink_to(shop.inbox / "good.csv")
    told = found(lambda: sources.source(shop.work(), "inbox", 5))
    assert [(level, words.partition(".csv")[0]) for level, words in told[:-1]] == [
        ("wrong", name) for name in ("book", "empty", "link", "numbers", "twins")
    ]
    assert told[-1] == ("ok", "2 files that can be read, by name and header")


def test_a_file_is_not_read_to_its_end(shop: Workshop) -> None:
    """What stands far behind its beginning is a run's matter, and so is the time that reading takes."""
    path = shop.file("long.csv", "First Name,Last Name,Email\n" + "Ada,Lovelace,ada@gmail.com\n" * 20_000)
    path.write_bytes(path.read_bytes() + b"\xff\xfe\x00")
    assert found(lambda: sources.source(shop.work(), "inbox", 5)) == [
        ("ok", "1 file that can be read, by name and header")
    ]


def test_many_refusals_are_counted_and_no_file_is_worth_a_look(shop: Workshop) -> None:
    """Ten are named."""
    assert [level for level, _ in found(lambda: sources.source(shop.work(), "inbox", 5))] == ["warn"]
    for number in range(13):
        (shop.inbox / f"{number:02}.csv").touch()
    told = found(lambda: sources.source(shop.work(), "inbox", 5))
    assert len(told) == 11
    assert told[-1] == ("wrong", "3 more files would be refused.")


@pytest.fixture
def toy(shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A source of an API called `app`, with one contact in it."""
    shop.sections["sources"] = {"app": section("w")}
    monkeypatch.setenv("CRM_BRIDGE_SECRET_APP", SECRET)
    world = World(now=datetime.now(UTC))
    world.put("contacts", "1", first="Ada", last="Lovelace", email="ada@gmail.com")
    with installed(tmp_path / "toy", w=world):
        yield world


def test_a_source_says_its_account_and_when_it_was_pulled(shop: Workshop, toy: World) -> None:
    """Each stream with its moment, once there was one."""
    assert found(lambda: sources.source(shop.work(), "app", 5)) == [("ok", "world w; never pulled yet")]
    shop.run(*TO_CLEAN)
    shop.contacts()
    shop.run("snapshot")
    toy.now = datetime.now(UTC)
    ((level, words),) = found(lambda: sources.source(shop.work(), "app", 5))
    assert level == "ok"
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert words.startswith("world w; pulled (UTC): companies ")
    assert words.count(today) == 4


def test_missing_rights_notes_and_a_clock_are_told(shop: Workshop, toy: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes stand with the account; each right that is missing has its line, with the mend."""

    async def check(_: toy_source.Source) -> Access:
        wrong = ("leads cannot be read: give the right `leads`.",)
        return Access("world w", notes=("99 calls left",), wrong=wrong, server_time=datetime(2020, 1, 1, tzinfo=UTC))

    monkeypatch.setattr(toy_source.Source, "check", check)
    first, second, third = found(lambda: sources.source(shop.work(), "app", 5))
    assert first == ("ok", "world w; 99 calls left; never pulled yet")
    assert second == ("wrong", "leads cannot be read: give the right `leads`.")
    assert third[0] == "wrong"
    assert "ahead of the server's" in third[1]
    assert toy.log == []


@pytest.mark.parametrize(
    ("behaviour", "drips", "words"),
    [
        (hangs, False, "no answer in time"),
        (lambda _: answer(200, {}), True, "no answer in time"),
        (lambda _: answer(401, {"message": f"no {SECRET}"}), False, "401 no […]"),
        (lambda _: answer(503, {"message": "down"}, retry_after="60"), False, "503 down"),
        (lambda _: answer(200, "<html>"), False, "the answer cannot be used"),
    ],
    ids=["hangs", "drips", "401", "503", "html"],
)
def test_a_source_that_cannot_be_reached_is_told_in_time(
    shop: Workshop, toy: World, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour, drips: bool, words: str
) -> None:
    """By the means that every connector is given: its deadline is the doctor's."""
    assert toy.pages == 0

    async def check(source: toy_source.Source) -> Access:
        means = source.means
        assert means.secret is not None
        auth = FixedToken(means.secret.get_secret_value())
        async with Http(server.url, auth=auth, limits=means.limits) as http:
            answered: Any = await http.call("GET", "/me", route="/me", read=json.dumps)
            return Access(answered.value)

    monkeypatch.setattr(toy_source.Source, "check", check)
    with hostile(behaviour, drips=drips) as server:
        began = time.monotonic()
        ((level, told),) = found(lambda: sources.source(shop.work(), "app", 0.8))
        assert time.monotonic() - began < 3
    assert level == "wrong"
    assert words in told
    assert SECRET not in told
