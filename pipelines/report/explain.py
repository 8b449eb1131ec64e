"""Explain who is who: one person with its rows, joins and values, or what joins two records, or keeps them apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from connectors.records import CONTACT
from pipelines.keys import normalise
from pipelines.keys.phones import reading as phones
from pipelines.lake.engine import Engine
from pipelines.report import evidence, gone, nobody, opt_outs
from pipelines.report.chains import Join
from pipelines.report.gone import Gone
from pipelines.report.joined import Joined, joined, joins, shortest
from pipelines.report.nobody import Nobody
from pipelines.workspace import Workspace

TABLES = (
    *("records", "clusters", "golden", "golden_companies", "contact_matches", "joins", "held_back", "conflicts"),
    *("landings", "unmatched", "former_versions"),
)
HOLDERS = (
    "SELECT record_key, person_id FROM clusters JOIN records USING (record_key) "
    "LEFT JOIN contact_matches USING (person_id) "
    "WHERE list_has_any(list_concat(emails, role_emails), (SELECT list(email) FROM wanted_emails)) "
    "OR list_has_any(phones, (SELECT list(phone) FROM wanted_phones)) "
    "OR crm_id = $1 OR person_id = $1 OR record_key = $1 ORDER BY person_id, record_key"
)


@dataclass(frozen=True)
class Person:
    """What is known of one person."""

    person_id: str
    crm_id: str | None
    rows: list[dict[str, Any]]
    """The source rows: record_key, source, file, row, place, first_name, last_name, emails, phones."""
    joins: list[Joined]
    """What joins the rows, to one another and to the CRM."""
    fields: list[tuple[str, str, str, str]]
    """Each golden value: field, value, file and place."""
    losers: list[tuple[str, str, str, str, str]]
    """What other rows say instead: field, value, file and place, and why it gave way."""
    held_back: list[tuple[str, str, str, str]]
    """What a guard kept from joining: kind, key, reason, who is on the other side."""
    changes: list[tuple[str, str, str, float]]
    """What became of the person, and who became it: person id, `merged` or `split`, the other's id, when."""
    gone: list[str]
    """Records of the person that their source has deleted, archived, merged or converted."""


@dataclass(frozen=True)
class Between:
    """What is between two records: a chain of joins, or what kept them apart."""

    a: list[str]
    b: list[str]
    """The records that either name stands for."""
    chain: list[Join] | None
    """The shortest chain of joins from `a` to `b`; empty when one record is both, None when there is none."""
    apart: list[tuple[str, str, str, str, str]]
    """What a guard kept from joining the two sides: kind, key, reason, and the two records."""
    likely: float | None
    """How likely the two are one, where they are listed among the candidates."""
    labels: dict[str, str]
    """How to call each record: its file, place and name."""


def find(work: Workspace, wanted: str) -> list[Person]:
    """Find people by e-mail, phone, CRM contact id, person id or record key; empty when there are none.

    Raises:
        StateRefused: no run has resolved anything yet.
    """
    with work.engine() as engine:
        engine.read(*TABLES)
        found = _holders(work, engine, wanted)
        with work.ledger() as ledger:
            links = {row["entity_id"]: row["crm_id"] for row in ledger.identities.links("contacts").to_pylist()}
            # Who was merged is known by the id of who is there.
            kept = {
                other
                for person, change, other, _ in ledger.identities.changes_of(wanted)
                if (person, change) == (wanted, "merged")
            }
            linked = {person for person, crm_id in links.items() if crm_id == wanted}
            known = {person for _, person in found} | linked | kept
            known |= {one.person_id for one in gone.met(work, engine, wanted, known) if one.person_id}
            changes = {person: ledger.identities.changes_of(person) for person in known}
        contacts = {**links, **dict(engine.rows("SELECT person_id, crm_id FROM contact_matches"))}
        left = gone.met(work, engine, wanted, known)
        return [_person(work, engine, person, contacts.get(person), changes[person], left) for person in sorted(known)]


def nobodies(work: Workspace, wanted: str) -> list[Nobody]:
    """Find rows that are nobody, by a shared mailbox or a record key.

    Raises:
        StateRefused: no run has cleaned anything yet.
    """
    with work.engine() as engine:
        engine.read("unmatched")
        _put_emails(work, engine, wanted)
        return nobody.met(work, engine, wanted)


def lost(work: Workspace, wanted: str) -> list[Gone]:
    """Find records that are gone from their source and of which no person is known, by e-mail, phone or record key."""
    with work.engine() as engine:
        _put_keys(work, engine, wanted)
        return [one for one in gone.met(work, engine, wanted) if one.person_id is None]


def between(work: Workspace, one: str, other: str) -> Between:
    """Say what joins two records, named as for `find`, or what kept them apart.

    Raises:
        StateRefused: no run has resolved anything yet.
    """
    with work.engine() as engine:
        engine.read(*TABLES)
        sides = [_holders(work, engine, name) for name in (one, other)]
        a, b = ([record for record, _ in side] for side in sides)
        people = {person for _, person in sides[0]} & {person for _, person in sides[1]}
        found = (
            shortest([join for person in sorted(people) for join in joins(engine, person)], a, b) if people else None
        )
        apart = [] if found is not None else _apart(engine, *({person for _, person in side} for side in sides))
        named = {
            *a,
            *b,
            *(name for join in found or () for name in (join.a, join.b)),
            *(x for row in apart for x in row[3:]),
        }
        likely = (
            None if people else _likely(work, engine, {*a, *(p for _, p in sides[0])}, {*b, *(p for _, p in sides[1])})
        )
        return Between(a, b, found, apart, likely, _labels(work, engine, named))


def _likely(work: Workspace, engine: Engine, one: Iterable[str], other: Iterable[str]) -> float | None:
    path = work.lake.find(None, "candidates")
    if path is None:
        return None
    engine.view("candidates", path)
    ((score,),) = engine.rows(
        "SELECT max(score) FROM candidates WHERE (list_has_any([a, person_a], $1) AND list_has_any([b, person_b], $2)) "
        "OR (list_has_any([a, person_a], $2) AND list_has_any([b, person_b], $1))",
        [sorted(one), sorted(other)],
    )
    return None if score is None else float(score)


def _put_emails(work: Workspace, engine: Engine, wanted: str) -> None:
    """Make `wanted_emails`: what is asked for as e-mail keys, as a cell of a source would be read."""
    engine.macros("keys/macros")
    cell = {name: [value] for name, value in (("object", ""), ("landing", ""), ("row", 0), ("cells", 1), ("ord", 1))}
    engine.put("given_emails", pa.table({**cell, "raw": [wanted.strip()]}))
    normalise.emails(engine, work.settings.match)
    engine.view_as("wanted_emails", "SELECT email FROM read_emails")


def _put_keys(work: Workspace, engine: Engine, wanted: str) -> None:
    """Make `wanted_emails` and `wanted_phones`."""
    _put_emails(work, engine, wanted)
    engine.put("given_phones", pa.table({"raw": [wanted], "country": [""]}))
    phones.keys(engine, work.settings.match.default_region)
    engine.view_as("wanted_phones", "SELECT phone FROM phone_keys WHERE phone IS NOT NULL")


def _holders(work: Workspace, engine: Engine, wanted: str) -> list[tuple[str, str]]:
    _put_keys(work, engine, wanted)
    found: list[tuple[str, str]] = engine.rows(HOLDERS, [wanted])
    return found


def _apart(engine: Engine, one: Iterable[str], other: Iterable[str]) -> list[tuple[str, str, str, str, str]]:
    """What a guard held back between records of two people."""
    rows: list[tuple[str, str, str, str, str]] = engine.rows(
        "WITH sides AS (SELECT record_key, list_contains($1, person_id) AS one, list_contains($2, person_id) AS other "
        "FROM clusters WHERE list_contains($1, person_id) OR list_contains($2, person_id)), "
        # Of a key that many hold, each stands beside the first: two of them are two rows with that one.
        "hubs AS (SELECT kind, key, reason FROM held_back h JOIN sides s ON s.record_key IN (h.record_a, h.record_b) "
        "GROUP BY ALL HAVING bool_or(s.one) AND bool_or(s.other)) "
        "SELECT kind, key, reason, min(s.record_key) FILTER (s.one), min(s.record_key) FILTER (s.other) "
        "FROM held_back h JOIN hubs USING (kind, key, reason) JOIN sides s ON s.record_key IN (h.record_a, h.record_b) "
        "GROUP BY kind, key, reason ORDER BY ALL",
        [sorted(one), sorted(other)],
    )
    return rows


def _labels(work: Workspace, engine: Engine, names: Iterable[str]) -> dict[str, str]:
    engine.put("named", pa.table({"record_key": pa.array(sorted(set(names)), pa.string())}))
    rows = engine.rows(
        "SELECT record_key, file, landing, row, concat_ws(' ', first_name, last_name) FROM records "
        "SEMI JOIN named USING (record_key)"
    )
    where = evidence.places(work, [(landing, row) for _, _, landing, row, _ in rows])
    labels = {
        record: f"{where[landing, row].within(file)} ({name or 'no name'})" for record, file, landing, row, name in rows
    }
    return {name: labels.get(name, f"contact {name.removeprefix('crm:')} of the CRM") for name in names}


def _person(
    work: Workspace,
    engine: Engine,
    person: str,
    crm_id: str | None,
    changes: list[tuple[str, str, str, float]],
    left: list[Gone],
) -> Person:
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
        place = where[row["landing"], row["row"]]
        row["file"], row["place"] = place.file or row["file"], place.place
    records = [row["record_key"] for row in rows]
    consent, against = opt_outs.told(work, engine, person, crm_id)
    return Person(
        person,
        crm_id,
        rows,
        joined(engine, person, records),
        _fields(engine, person, rows) + consent,
        _losers(engine, person, rows) + against,
        _held_back(work, engine, records),
        changes,
        list(dict.fromkeys(one.words for one in left if one.person_id == person)),
    )


def _losers(engine: Engine, person: str, rows: list[dict[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    where = {row["record_key"]: (row["file"], row["place"]) for row in rows}
    found = engine.rows(
        "SELECT field, coalesce(c.name, value), record_key, rule FROM conflicts f LEFT JOIN golden_companies c "
        "ON f.field = 'company' AND c.company_id = f.value WHERE person_id = $1 ORDER BY ALL",
        [person],
    )
    return [(field, value, *where.get(record, ("", "")), rule) for field, value, record, rule in found]


def _held_back(work: Workspace, engine: Engine, records: list[str]) -> list[tuple[str, str, str, str]]:
    rows = engine.rows(
        "SELECT DISTINCT kind, key, reason, CASE WHEN list_contains($1, record_a) THEN record_b ELSE record_a END "
        "FROM held_back WHERE list_contains($1, record_a) <> list_contains($1, record_b) ORDER BY ALL LIMIT 20",
        [records],
    )
    labels = _labels(work, engine, [other for *_, other in rows])
    return [(kind, key, reason, labels[other]) for kind, key, reason, other in rows]


def _fields(engine: Engine, person: str, rows: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    where = {row["record_key"]: (row["file"], row["place"]) for row in rows}
    answer: list[tuple[str, str, str, str]] = []
    there = {name for (name,) in engine.rows("SELECT column_name FROM (DESCRIBE golden)")}
    for field in ("first_name", "last_name", "email", "phone", *(field.name for field in CONTACT.plain)):
        if field not in there:  # a run of an earlier version made the table
            continue
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
