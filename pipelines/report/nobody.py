"""Rows that are nobody: what a search meets in `unmatched`, and why nothing says who it is."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.lake.engine import Engine
from pipelines.report import evidence
from pipelines.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Nobody:
    """A row that nothing of its own identifies."""

    file: str
    place: str
    name: str
    mailboxes: tuple[str, ...]
    """The shared mailboxes that it holds."""
    reason: str


def met(work: Workspace, engine: Engine, wanted: str) -> list[Nobody]:
    """The rows that hold a shared mailbox or have a record key, of the newest landings of their files.

    Reads `wanted_emails` and `unmatched`.
    """
    rows = engine.rows(
        "SELECT file, landing, row, concat_ws(' ', first_name, last_name), role_emails, reason FROM unmatched "
        "WHERE object = 'contacts' AND NOT superseded AND (record_key = $1 "
        "OR list_has_any(role_emails, (SELECT list(email) FROM wanted_emails))) ORDER BY file, row",
        [wanted],
    )
    where = evidence.places(work, [(landing, row) for _, landing, row, *_ in rows])
    return [
        Nobody(where[landing, row].file or file, where[landing, row].place, name, tuple(mailboxes), reason)
        for file, landing, row, name, mailboxes, reason in rows
    ]
