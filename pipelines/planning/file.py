"""A plan as a file: sealed, to be read by anyone and applied later, exactly as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from connectors import files
from connectors.errors import ConfigurationError, StateRefused
from pipelines.planning import seal, tables
from pipelines.workspace import Workspace

KEY: Final = b"crm_bridge_plan"
"""The key in the file's Parquet metadata under which the seal lies as JSON."""

AGAIN: Final = "Plan again: crm-bridge plan --out FILE."


def is_plan(schema: pa.Schema) -> bool:
    """Whether a Parquet file of this schema is a plan."""
    return KEY in (schema.metadata or {})


def write(work: Workspace, path: Path) -> None:
    """Write this run's plan with its seal. It holds names and addresses: the file is its owner's alone."""
    with work.engine() as engine:
        engine.read("plan", "plan_seal", "plan_gates")
        ((text, digest),) = engine.rows("SELECT seal, digest FROM plan_seal")
        gates = engine.arrow("FROM plan_gates").to_pylist()
        table = engine.arrow("FROM plan ORDER BY number")
    meta = {"seal": json.loads(text), "digest": digest, "gates": gates}
    whole = table.replace_schema_metadata({KEY: json.dumps(meta).encode()})
    with files.whole(path, private=True) as draft:
        pq.write_table(whole, draft, compression="zstd")


def take(work: Workspace, path: Path) -> None:
    """Make the plan of a file this run's own, with the very tables that it was made from.

    Raises:
        ConfigurationError: there is no such file.
        StateRefused: the file is no plan or was changed, it is about another account, ledger or other settings, or what
            it was made from is no longer there.
    """
    table, meta = _read(path)
    named = meta["seal"]
    for name in tables.INPUTS:
        found = work.lake.find(named[seal.RUN], name)
        if found is None:
            raise StateRefused(f"{path}: the table {name} that it was made from is gone.", guidance=AGAIN)
        work.lake.borrow(work.run, name, found)
    with work.engine() as engine, work.ledger() as ledger:
        engine.put("plan", table)
        engine.put("plan_gates", pa.Table.from_pylist(meta["gates"], tables.GATES))
        engine.one_row("plan_seal", {"seal": json.dumps(named, sort_keys=True), "digest": meta["digest"]})
        for part, words in seal.differences(work, engine, ledger, named, meta["digest"]):
            if part != seal.LEDGER:
                raise StateRefused(f"{path}: {words}.", guidance=AGAIN)
        engine.write("plan", "plan_seal", "plan_gates")


def _read(path: Path) -> tuple[pa.Table, dict[str, Any]]:
    if not path.exists():
        raise ConfigurationError(f"{path}: there is no such file.", guidance="crm-bridge plan --out FILE makes one.")
    try:
        table = pq.read_table(path)
        meta = json.loads((table.schema.metadata or {})[KEY])
    except (pa.ArrowException, OSError, KeyError, ValueError):
        raise StateRefused(f"{path}: not a plan.", guidance=AGAIN) from None
    return table.replace_schema_metadata(), meta
