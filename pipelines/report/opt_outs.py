"""Who opted out, by whose word: what `explain` tells of one person."""

from __future__ import annotations

from typing import Any, Final

from pipelines.lake.engine import Engine
from pipelines.report import evidence
from pipelines.workspace import Workspace

Told = list[tuple[str, str, str, str]]
"""Field, value, file and place."""

Against = list[tuple[str, str, str, str, str]]
"""The same, with why it gave way."""

WORDS: Final = {"out": "opted out", "in": "opted in", "no": "opted out no more"}

GAVE_WAY: Final = {
    True: "an opt-out stands until the same source says otherwise",
    False: "the same source said otherwise later",
}
"""Why what is said against it gave way, by whether the opt-out stands."""


def told(work: Workspace, engine: Engine, person: str, crm_id: str | None) -> tuple[Told, Against]:
    """What counts of e-mail and phone, and what is said against it; nothing where nobody opted out.

    Of tables that a run of an earlier version made there is nothing to tell.
    """
    path = work.lake.find(None, "consents")
    if path is None:
        return [], []
    engine.view("consents", path)
    whose = "SELECT record_key, person_id FROM clusters"
    if (gone := work.lake.find(None, "gone_people")) is not None:
        engine.view("gone_people", gone)
        whose += " UNION ALL SELECT record_key, person_id FROM gone_people"
    rows = engine.rows(
        "SELECT channel, says, since, record_key, file, landing, row, was_out FROM consents "  # noqa: S608 - constant words
        f"JOIN ({whose}) USING (record_key) WHERE person_id = $1 ORDER BY channel, since NULLS LAST, record_key",
        [person],
    )
    where = evidence.places(work, [(landing, row) for *_, landing, row, _ in rows])
    counts: Told = []
    against: Against = []
    for channel in sorted({row[0] for row in rows if row[-1]}):
        field = f"{channel}_opt_out"
        golden = engine.rows(
            f"SELECT {field}, {field}_from FROM golden WHERE person_id = $1",  # noqa: S608 - constant names
            [person],
        )
        # Of somebody of whom no record is left an opt-out stays said, too.
        stands, record = golden[0] if golden else (True, next((row[3] for row in rows if row[1] == "out"), None))
        for _, says, since, key, file, landing, row, _ in (one for one in rows if one[0] == channel):
            place = where[landing, row]
            one = (field, _words(says, since), place.file or file, place.place)
            if key == record:
                counts.insert(0, one)
            elif (says == "out") != bool(stands):
                against.append((*one, GAVE_WAY[bool(stands)]))
    return [*counts, *_in_the_crm(work, engine, crm_id)], against


def _words(says: str, since: Any) -> str:
    return WORDS[says] if since is None else f"{WORDS[says]} since {since:%Y-%m-%d}"


def _in_the_crm(work: Workspace, engine: Engine, crm_id: str | None) -> Told:
    path = work.lake.find(None, "current_contacts")
    if path is None:
        return []
    engine.view("current_contacts", path)
    if not engine.rows("SELECT 1 FROM (DESCRIBE current_contacts) WHERE column_name = 'email_subscribed'"):
        return []
    found = engine.rows("SELECT 1 FROM current_contacts WHERE crm_id = $1 AND NOT email_subscribed", [crm_id])
    return [("email_subscribed", "false, which only people change", "the CRM", "itself") for _ in found]
