"""What of a plan was overtaken while it waited in a file: the ledger has moved on, and a row is decided only once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa

from pipelines.engine import Engine
from pipelines.ledger import Ledger

SKIPPED: Final = pa.schema([(name, pa.string()) for name in ("object", "kind", "entity_id", "crm_id", "reason")])
"""The columns of what is left alone: which contact, company or entry, and why."""


def make(engine: Engine, ledger: Ledger, moment: str | None) -> None:
    """Make `moved` and `overtaken` of `plan`, `clusters` and `company_clusters`, as they were made at that moment.

    Without a moment the plan has not waited, and nothing of it was overtaken.
    """
    if moment is None:
        engine.put("moved", _texts(("object", "entity_id"), []))
        engine.put("overtaken", SKIPPED.empty_table())
        return
    engine.put("placed_since", _texts(("object", "record_key", "entity_id"), ledger.placed_since(moment)))
    engine.put("touched_since", _texts(("object", "entity_id", "crm_id", "state"), ledger.touched_since(moment)))
    engine.put("linked_contacts", ledger.links("contacts"))
    engine.put("linked_companies", ledger.links("companies"))
    engine.view_as(
        "linked_now",
        "SELECT 'contacts' AS object, entity_id FROM linked_contacts "
        "UNION ALL SELECT 'companies', entity_id FROM linked_companies",
    )
    engine.make("apply/moved")
    engine.make("apply/overtaken")


def _texts(names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(names)
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, columns, strict=True)})
