"""What of a plan was overtaken while it waited in a file: the ledger has moved on, and a row is decided only once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from pipelines.lake.engine import Engine
from pipelines.ledger.ledger import Ledger

SKIPPED: Final = pa.schema([(name, pa.string()) for name in ("object", "kind", "entity_id", "crm_id", "reason")])
"""The columns of what is left alone: which contact, company or entry, and why."""

DONE_BEFORE: Final = "done when this plan was applied before"
"""The reason where nothing has gone wrong."""


@dataclass(frozen=True, slots=True)
class Waited:
    """A plan that has waited in a file: the ledger's moment when it was made, and the runs that applied it before."""

    moment: str
    digest: str
    applied_by: tuple[str, ...] = ()


def make(engine: Engine, ledger: Ledger, waited: Waited | None) -> None:
    """Make `moved` and `overtaken` of `plan`, `clusters` and `company_clusters`, as they were when it was made.

    Of a plan that has not waited nothing was overtaken.
    """
    if waited is None:
        engine.put("moved", _texts(("object", "entity_id"), []))
        engine.put("overtaken", SKIPPED.empty_table())
        return
    engine.put(
        "placed_since", _texts(("object", "record_key", "entity_id"), ledger.identities.placed_since(waited.moment))
    )
    touched = ledger.journal.touched_since(waited.moment)
    engine.put("touched_since", _texts(("object", "entity_id", "crm_id", "state", "run"), touched))
    engine.put("applied_before", _texts(("run",), [(run,) for run in waited.applied_by]))
    engine.put("linked_contacts", ledger.identities.links("contacts"))
    engine.put("linked_companies", ledger.identities.links("companies"))
    engine.view_as(
        "linked_now",
        "SELECT 'contacts' AS object, entity_id FROM linked_contacts "
        "UNION ALL SELECT 'companies', entity_id FROM linked_companies",
    )
    engine.one_row("words", {"done_before": DONE_BEFORE})
    engine.make("applying/overtaken/moved")
    engine.make("applying/overtaken/overtaken")


def _texts(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)})
