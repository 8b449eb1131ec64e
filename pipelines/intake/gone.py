"""Records that their source has deleted, archived, merged or converted: which, and what each leads to.

A record that was merged into one that was merged itself leads to the last. Its way is found by leaps: each round
doubles the steps, so a chain of a thousand takes ten rounds. Of records that lead to one another in a circle, the
newest stands: a source that contradicts itself loses nobody.
"""

from __future__ import annotations

from typing import Final

from pipelines.lake.engine import Engine

STEPS: Final = ("gone_steps", "gone_leads", "said_fates")


def find(engine: Engine) -> None:
    """Make `gone_records` of `contact_versions`, `company_versions` and `replaced`."""
    engine.make("intake/said_fates")
    engine.make("intake/gone_leads")
    while not _follow(engine):
        engine.make("intake/gone_circles")
        engine.connection.execute("DELETE FROM gone_leads WHERE record_key IN (FROM gone_circles)")
    engine.make("intake/gone_records")
    engine.drop(*STEPS)


def _follow(engine: Engine) -> bool:
    """Make `gone_steps`: the end of each record's way; False where some go round in circles."""
    engine.make("intake/gone_steps")
    for _ in range(engine.count("gone_leads").bit_length()):
        if not _unfinished(engine):
            return True
        engine.make("intake/gone_leaps")
        engine.rename("gone_leaps", "gone_steps")
    return not _unfinished(engine)


def _unfinished(engine: Engine) -> bool:
    ((found,),) = engine.rows("SELECT count(*) FROM gone_steps s SEMI JOIN gone_steps n ON n.record_key = s.ahead")
    return bool(found)
