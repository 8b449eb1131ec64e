"""Explain one person: which source rows, which keys join them, which field came from where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines import evidence, phones
from pipelines.engine import Engine
from pipelines.workspace import Workspace

TABLES = ("records", "clusters", "golden", "golden_companies", "contact_matches", "held_back", "landings")


@dataclass(frozen=True)
class Person:
    """What is known of one person."""

    person_id: str
    crm_id: str | None
    rows: list[dict[str, Any]]
    """The source rows: record_key, source, file, row, place, first_name, last_name, emails, phones."""
    joins: list[tuple[str, str, int]]
    """The keys that more than one of the rows hold: kind, key, how many."""
    fields: list[tuple[str, str, str, str]]
    """Each golden value: field, value, file and place."""
    held_back: list[tuple[str, str, str]]
    """Keys of the rows that a guard kept from joining: kind, key, reason."""


def find(work: Workspace, wanted: str) -> list[Person]:
    """Find people by e-mail, phone, CRM contact id or person id; empty when there are none.

    Raises:
        StateRefused: no run has resolved anything yet.
    """
    with work.engine() as engine:
        engine.read(*TABLES)
        engine.put("given_phones", pa.table({"raw": [wanted], "country": [""]}))
        phones.keys(engine, work.settings.match.default_region)
        ids = engine.rows(
            "SELECT DISTINCT person_id FROM clusters JOIN records USING (record_key) "
            "LEFT JOIN contact_matches USING (person_id) "
            "WHERE list_contains(emails, lower(trim($1))) OR list_contains(role_emails, lower(trim($1))) "
            "OR list_has_any(phones, (SELECT list(phone) FROM phone_keys WHERE phone IS NOT NULL)) "
            "OR crm_id = $1 OR person_id = $1 ORDER BY person_id",
            [wanted],
        )
        with work.ledger() as ledger:
            links = {row["entity_id"]: row["crm_id"] for row in ledger.links("contacts").to_pylist()}
        known = {person for (person,) in ids} | {person for person, crm_id in links.items() if crm_id == wanted}
        contacts = {**links, **dict(engine.rows("SELECT person_id, crm_id FROM contact_matches"))}
        return [_person(work, engine, person, contacts.get(person)) for person in sorted(known)]


def _person(work: Workspace, engine: Engine, person: str, crm_id: str | None) -> Person:
    names = ("record_key", "source", "file", "row", "landing", "first_name", "last_name", "emails", "phones")
    found = engine.rows(
        "SELECT record_key, source, file, row, landing, first_name, last_name, "
        "list_concat(emails, role_emails), phones "
        "FROM clusters JOIN records USING (record_key) WHERE person_id = $1 ORDER BY source_order, file, row",
        [person],
    )
    rows = [dict(zip(names, row, strict=True)) for row in found]
    where = evidence.places(work, [(row["landing"], row["row"]) for row in rows])
    for row in rows:
        row["place"] = where[row["landing"], row["row"]]
    keys = [(kind, key) for row in rows for kind in ("emails", "phones") for key in dict.fromkeys(row[kind])]
    joins = [
        (kind[:-1], key, keys.count((kind, key))) for kind, key in dict.fromkeys(keys) if keys.count((kind, key)) > 1
    ]
    guards = engine.rows(
        "SELECT kind, key, reason FROM held_back WHERE list_contains($1, key) ORDER BY kind, key",
        [[key for _, key in keys]],
    )
    return Person(person, crm_id, rows, joins, _fields(engine, person, rows), guards)


def _fields(engine: Engine, person: str, rows: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    where = {row["record_key"]: (row["file"], row["place"]) for row in rows}
    answer: list[tuple[str, str, str, str]] = []
    for field in ("first_name", "last_name", "email", "phone", "title", "department", "linkedin_url"):
        found = engine.rows(
            f"SELECT {field}, {field}_from FROM golden WHERE person_id = $1",  # noqa: S608 - constant names
            [person],
        )
        answer += [(field, str(value), *where.get(record, ("", ""))) for value, record in found if value is not None]
    companies = engine.rows(
        "SELECT c.name, g.company_from FROM golden g JOIN golden_companies c ON c.company_id = g.company "
        "WHERE g.person_id = $1",
        [person],
    )
    return answer + [("company", str(name), *where.get(record, ("", ""))) for name, record in companies]
