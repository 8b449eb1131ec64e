"""Is the embedded CRM the one that the ledger has written to? Another in its place knows nothing of what was sent."""

from __future__ import annotations

from connectors.errors import StateRefused
from connectors.giant_context.client import GiantContext
from pipelines.ledger.ledger import Ledger
from pipelines.ledger.traits import Trait
from pipelines.settings.target import EMBEDDED


async def refuse_another(crm: GiantContext, ledger: Ledger) -> None:
    """Tell an embedded CRM by its id from the one that the ledger knows, and remember it where it knows none.

    Raises:
        StateRefused: it is another one; nothing was sent.
    """
    instance = await crm.instance()
    known = ledger.traits.get(Trait.CRM)
    if instance is None or instance == known:
        return
    # In process the id is part of the account's name, so that another CRM is another account: one among strangers.
    strangers = ledger.account.startswith(EMBEDDED) and [
        name for name in ledger.accounts() if name.startswith(EMBEDDED)
    ]
    if known is not None or (strangers and ledger.account not in strangers):
        raise StateRefused(
            f"another embedded CRM ({instance}) is in the place of the one that this ledger knows. Nothing was sent: "
            "everything would be created again.",
            guidance="Put the former crm.db back. To begin anew with this one, use another data folder (--data).",
        )
    ledger.traits.set(Trait.CRM, instance)
