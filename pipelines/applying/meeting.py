"""What stands in the CRM that we did not write: kept before a run sends anything, since a human may take it away."""

from __future__ import annotations

from typing import Final

from connectors.records import CONTACT
from pipelines.lake.engine import Engine
from pipelines.ledger.effects import ObjectName
from pipelines.ledger.ledger import Ledger

ALONE: Final = [field for field in CONTACT.sent if field.crm not in ("email", "phone", "tags")]
"""Fields of which it is enough to know that something stood there."""

OBJECTS: Final[tuple[ObjectName, ...]] = ("contacts", "companies")


def keep_standing(engine: Engine, ledger: Ledger) -> None:
    """Keep what the snapshot found in each linked contact and company, as far as the ledger does not know it.

    Reads `current_…` and `contact_matches`, `company_matches`.
    """
    for macros in ("planning/macros", "applying/placing/macros"):
        engine.macros(macros)
    for name in OBJECTS:
        engine.put(f"written_{name}", ledger.written.sent(name))
        engine.put(f"found_{name}", ledger.stood.of(name))
        engine.make(f"applying/placing/standing_{name}", ALONE)
        for batch in engine.batches(f"SELECT crm_id, found FROM standing_{name}"):  # noqa: S608 - constant names
            ledger.stood.keep(name, zip(*(column.to_pylist() for column in batch.columns), strict=True))
        engine.drop(f"written_{name}", f"found_{name}", f"standing_{name}")
