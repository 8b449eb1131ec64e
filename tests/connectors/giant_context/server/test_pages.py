"""Paging and search."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.giant_context.server.store.contacts import CONTACTS
from connectors.giant_context.server.store.listing import PageRequest
from connectors.giant_context.server.store.store import Store
from tests.connectors.giant_context.server.crm import Crm

NAMES = st.text(st.sampled_from("abAB%_\"'ß\nüÜ "), min_size=1, max_size=12).filter(lambda text: text.strip())


def test_a_page_says_where_it_is(crm: Crm) -> None:
    """The newest contact comes first; a page past the end is empty; a size too large is cut to the cap."""
    made = [crm.contact()["id"] for _ in range(5)]
    page = crm.call("GET", "/contacts", page=2, pageSize=2)
    assert [row["id"] for row in page["data"]] == [made[2], made[1]]
    assert page["meta"] == {"total": 5, "page": 2, "pageSize": 2, "pageCount": 3}
    assert crm.ids("/contacts", page=4, pageSize=2) == []
    assert crm.ids("/contacts", page=10**30) == []
    assert crm.call("GET", "/contacts", pageSize=10**6)["meta"]["pageSize"] == 200


@pytest.mark.parametrize("params", [{"page": 0}, {"page": -1}, {"pageSize": 0}, {"page": "x"}, {"search": "x" * 501}])
def test_a_page_that_cannot_be_is_refused(crm: Crm, params: dict[str, str | int]) -> None:
    """Pages count from 1."""
    crm.call("GET", "/contacts", expect=400, **params)


def test_search_takes_every_character_as_itself(crm: Crm) -> None:
    """A search finds any part of a name or e-mail in any case, and knows no wildcards."""
    ada = crm.contact(email="Ada_100%@example.com")["id"]
    uwe = crm.contact(firstName="Ümit", lastName="Straße", email="AdaX1000@example.com")["id"]
    for search, found in {
        "ada_100%@EXA": [ada],
        "a_1": [ada],
        "0%": [ada],
        "ÜMI": [uwe],
        "ü": [uwe],
        "STRASSE": [uwe],
        "example": [uwe, ada],
        "ovelace.": [],
        "Ada Lovelace": [],
        'x" OR "ada': [],
        "  ": [uwe, ada],
    }.items():
        assert crm.ids("/contacts", search=search) == found, search
    crm.call("PUT", f"/contacts/{ada}", {"email": None})
    assert crm.ids("/contacts", search="ada_100%") == []


def test_a_removed_contact_leaves_no_gap(crm: Crm) -> None:
    """Pages and searches stay whole when a contact is taken out by hand; its activities stay."""
    made = [crm.contact(email=f"person{n}@example.com")["id"] for n in range(5)]
    body = {"description": "x", "contactId": made[1]}
    logged = crm.call("POST", "/activities", body, expect=201)
    assert len(crm.ids("/contacts", search="person")) == 5
    crm.store.remove_contact(made[1])
    left = [made[4], made[3], made[2], made[0]]
    assert crm.ids("/contacts", page=1, pageSize=2) + crm.ids("/contacts", page=2, pageSize=2) == left
    assert crm.ids("/contacts", search="person") == left
    assert crm.ids("/contacts", search="person4") == [made[4]]
    assert crm.call("GET", "/activities")["data"][0]["contact"] is None
    assert crm.call("GET", f"/activities/{logged['id']}") == logged | {"contactId": None, "contact": None}
    crm.call("GET", f"/contacts/{made[1]}/activities", expect=404)
    with crm.store.snapshot() as connection:
        ordinals = connection.execute("SELECT ordinal FROM contacts ORDER BY ordinal").fetchall()
    assert ordinals == [(1,), (2,), (3,), (4,)]
    assert crm.contact()["id"] == crm.ids("/contacts")[0]


@settings(deadline=None, max_examples=15)
@given(names=st.lists(NAMES, max_size=12), size=st.integers(1, 7), phrase=NAMES)
def test_a_walk_sees_each_contact_once(names: list[str], size: int, phrase: str) -> None:
    """Whatever the page size, a walk gives each contact once, newest first; searched, just those with the phrase."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.load_contacts({"first_name": name, "last_name": str(n)} for n, name in enumerate(names))

        def walk(search: str | None) -> list[int]:
            pages = range(1, len(names) // size + 2)
            found = [store.page(CONTACTS, PageRequest(number, size, search))["data"] for number in pages]
            return [int(row["lastName"]) for page in found for row in page]

        newest_first = list(range(len(names)))[::-1]
        assert walk(None) == newest_first
        wanted = phrase.strip().replace("\n", " ").casefold()
        expected = [n for n in newest_first if wanted in names[n].replace("\n", " ").casefold()]
        assert walk(phrase.strip().replace("\n", " ")) == expected
        store.close()


def test_a_rare_phrase_is_found_among_many_alike(tmp_path: Path) -> None:
    """At size, whole e-mails, rare and common parts give just the right rows, however the index is asked."""
    store = Store(tmp_path)
    store.load_contacts(
        {"first_name": "Ada", "last_name": "L", "email": f"ada.lovelace.{n:05d}@example.com"} for n in range(3000)
    )
    for phrase in ("ada.lovelace.01234@example.com", "01234@exam", ".01234@", "lovelace.01234"):
        page = store.page(CONTACTS, PageRequest(1, 5, phrase))
        assert [row["email"] for row in page["data"]] == ["ada.lovelace.01234@example.com"]
    assert store.page(CONTACTS, PageRequest(600, 5, "lovelace."))["meta"]["total"] == 3000
    assert store.page(CONTACTS, PageRequest(1, 5, "lovelace.99999"))["data"] == []
    store.close()
