"""Records that their source has deleted, archived, merged or converted: a line for each, as `explain` prints it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pipelines.lake.engine import Engine
from pipelines.report import evidence
from pipelines.workspace import Workspace

MET: Final = (
    "SELECT record_key, person_id, g.object, g.source, source_id, tombstone, merged_into, since, file, landing, row "
    "FROM gone_records g LEFT JOIN gone_people p USING (record_key) WHERE record_key = $1 "
    "OR list_has_any(emails, (SELECT list(email) FROM wanted_emails)) "
    "OR list_has_any(phones, (SELECT list(phone) FROM wanted_phones)) "
    "OR list_contains($2, person_id) ORDER BY since, record_key"
)

ONE: Final = {"contacts": "contact", "companies": "company"}


@dataclass(frozen=True, slots=True)
class Gone:
    """A record that is gone, and whose it was."""

    record_key: str
    person_id: str | None
    words: str
    """Which record, what became of it, and since when."""


def met(work: Workspace, engine: Engine, wanted: str, people: Collection[str] = ()) -> list[Gone]:
    """The gone records with this key, e-mail or phone, and those of these people.

    Reads `wanted_emails` and `wanted_phones`. Of tables that a run of an earlier version made there is nothing to tell.
    """
    for table in ("gone_records", "gone_people"):
        if (path := work.lake.find(None, table)) is None:
            return []
        engine.view(table, path)
    rows = engine.rows(MET, [wanted, sorted(people)])
    landings = {landing.id: landing for landing in work.lake.landings()} if rows else {}
    where = evidence.places(work, [(landing, row) for *_, landing, row in rows])
    found = []
    for key, person, object_name, source, source_id, tombstone, into, since, file, landing, row in rows:
        known = landings.get(landing)
        name = f"{ONE[object_name]} {source_id}" if source_id else "record"
        place = where[landing, row].within(file)
        if known is not None and source_id and evidence.pulled(work, known):
            name, place = evidence.record(work, known, source_id), evidence.stream(known)
        fate = f"{tombstone} into {ONE[object_name]} {into.partition(':')[2]}" if into else tombstone
        words = f"{fate} in the source on {since:%Y-%m-%d}: its keys and values no longer count"
        found.append(Gone(key, person, f"{source} {name} ({place}): {words}"))
    return found
