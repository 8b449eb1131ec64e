"""The seal of a plan: a digest over what it says, what it was made from, the account, the ledger and the settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from pipelines.lake.engine import Engine
from pipelines.lake.lake import digest_of
from pipelines.ledger.ledger import Ledger
from pipelines.planning.tables import INPUTS
from pipelines.settings.sections import Settings
from pipelines.workspace import Workspace

LEDGER: Final = "ledger"
"""The part of a seal that says how far the ledger was: a plan that waits in a file may be overtaken by it."""

RUN: Final = "run"
"""The part of a seal that says which run made the plan."""

MOMENT: Final = "moment"
"""The part of a seal by which the ledger tells what has come since the plan was made."""

BLOCK: Final = 10_000
"""How many rows of a plan have one digest: a part of what a seal means."""

BLOCKS: Final = 4
"""How many such blocks are digested at a time."""

WORDS: Final = {
    "account": "it is about another account",
    "ledger_id": "it was made with another ledger",
    LEDGER: "something was written since it was made",
    MOMENT: "it does not say how far the ledger was",
    "settings": "the settings have changed since it was made",
    "gates": "what the gates ask was changed",
    "rows": "its rows were changed",
}
"""What each part of a seal means when it does not hold."""


def made(work: Workspace, engine: Engine, ledger: Ledger, run: str, moment: str) -> dict[str, str]:
    """The seal of the tables `plan` and `plan_gates` in this database, planned by `run` from what this run sees."""
    paths = {name: work.lake.find(work.run, name) for name in INPUTS}
    gates = engine.arrow("FROM plan_gates ORDER BY ALL").to_pylist()
    return {
        **{name: digest_of(path) for name, path in paths.items() if path is not None},
        RUN: run,
        "account": ledger.account,
        "ledger_id": ledger.ledger_id,
        LEDGER: ledger.position(),
        MOMENT: moment,
        "settings": _settings(work.settings),
        "gates": digest({"gates": json.dumps(gates)}),
        "rows": rows(engine),
    }


def differences(
    work: Workspace, engine: Engine, ledger: Ledger, named: Mapping[str, str], sealed: str
) -> list[tuple[str, str]]:
    """What keeps a plan from being what its seal names: the part, and in words what is the matter with it."""
    now = made(work, engine, ledger, named[RUN], named.get(MOMENT, ""))
    found = [(part, WORDS.get(part, f"the table {part} has changed")) for part in now if now[part] != named.get(part)]
    if digest(named) != sealed:
        found.insert(0, ("seal", "its seal was changed"))
    return found


def digest(seal: Mapping[str, str]) -> str:
    """The one text that stands for a plan."""
    return hashlib.sha256(json.dumps(seal, sort_keys=True).encode()).hexdigest()


def rows(engine: Engine) -> str:
    """SHA-256 over the rows of the table `plan`, by their numbers.

    In two steps, a digest a block of rows and one over those, and some blocks at a time: so no long text is made, and
    the memory that it takes does not depend on the number of rows.
    """
    whole = hashlib.sha256()
    ((last,),) = engine.rows("SELECT coalesce(max(number), -1) FROM plan")
    for first in range(0, last + 1, BLOCK * BLOCKS):
        parts = engine.rows(
            "SELECT sha256(string_agg(to_json(p)::VARCHAR, chr(10) ORDER BY number)) FROM plan p "
            "WHERE number >= $1 AND number < $2 GROUP BY number // $3 ORDER BY number // $3",
            [first, first + BLOCK * BLOCKS, BLOCK],
        )
        for (part,) in parts:
            whole.update(part.encode())
    return whole.hexdigest()


def _settings(settings: Settings) -> str:
    """What of the settings shapes a plan or how it is sent; how much at once, and how fast, is no part of it."""
    crm = settings.crm.model_dump(exclude={"writes", "reread", "foreign_days"}, mode="json")
    rest = settings.model_dump(include={"sources", "match", "fields"}, mode="json")
    return digest({"settings": json.dumps([crm, rest], sort_keys=True)})
