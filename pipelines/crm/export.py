"""Export: the CRM → Parquet for analysts. Each file appears whole or not at all, and a rerun replaces it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from connectors.files import whole
from pipelines.crm import listing, unreadable
from pipelines.crm.names import NOT_EXPORTED
from pipelines.crm.same_crm import refuse_another
from pipelines.lake.engine import Engine, quote_text
from pipelines.lake.lake import make_private
from pipelines.ledger.ledger import Ledger
from pipelines.workspace import StageReport, Workspace


def run(work: Workspace) -> StageReport:
    """Write `exports/activities/month=YYYY-MM/part-0.parquet`, `exports/contacts.parquet` and `companies.parquet`.

    `exports/not_exported.parquet` is there when they lack something that the CRM cannot show, and says what.

    Raises:
        BridgeError: a list could not be read to a stable end; the files stay as they were.
        StateRefused: the embedded CRM is gone, or is not the one that the ledger knows.
    """
    folder = work.lake.root / "exports"
    make_private(folder)
    with work.engine() as engine, work.ledger() as ledger:
        engine.put("not_exported", asyncio.run(_fetch(work, engine, ledger)))
        engine.put("contact_links", ledger.identities.links("contacts"))
        for name in ("activities", "contacts", "companies"):
            engine.make(f"crm/export/{name}")
        months = [month for (month,) in engine.rows("SELECT DISTINCT month FROM activities ORDER BY month")]
        for month in months:
            _copy(
                engine,
                f"SELECT * EXCLUDE (month) FROM activities WHERE month = {quote_text(month)} "  # noqa: S608 - quoted
                "ORDER BY created_at, activity_id",
                folder / "activities" / f"month={month}" / "part-0.parquet",
            )
        _forget_months(folder / "activities", months)
        _copy(engine, "FROM contacts ORDER BY contact_id", folder / "contacts.parquet")
        _copy(engine, "FROM companies ORDER BY company_id", folder / "companies.parquet")
        counts = {name: engine.count(name) for name in ("activities", "contacts", "companies", "not_exported")}
        ((counts["opted_out"],),) = engine.rows("SELECT count(*) FROM contacts WHERE email_opt_out OR phone_opt_out")
        if counts["not_exported"]:
            _copy(engine, "FROM not_exported", folder / NOT_EXPORTED)
        else:
            (folder / NOT_EXPORTED).unlink(missing_ok=True)
    return StageReport({**counts, "files": len(months) + 2})


async def _fetch(work: Workspace, engine: Engine, ledger: Ledger) -> pa.Table:
    """Read the lists; returns what could not be read of them."""
    rows: list[dict[str, Any]] = []
    async with work.crm() as crm:
        await refuse_another(crm, ledger)
        for name in ("contacts", "companies", "activities"):
            rows += unreadable.by_place(name, await listing.read(work, engine, crm, name))
    return pa.Table.from_pylist(rows, unreadable.ROWS)


def _forget_months(folder: Path, months: Sequence[str]) -> None:
    """Remove months in which the CRM has nothing any more: the data folder was pointed at another account."""
    for path in folder.glob("month=*/part-0.parquet"):
        if path.parent.name.removeprefix("month=") not in months:
            path.unlink()


def _copy(engine: Engine, query: str, path: Path) -> None:
    with whole(path) as draft:
        engine.connection.execute(f"COPY ({query}) TO {quote_text(str(draft))} (FORMAT parquet, COMPRESSION zstd)")
