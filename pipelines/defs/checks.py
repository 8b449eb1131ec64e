"""Asset checks: what must hold whatever the sources give."""

import dagster as dg

from pipelines.applying import verify
from pipelines.workspace import Workspace

ENDS = ("rows_rejected", "rows_replaced", "unmatched", "contact_records", "company_records")
"""Where a row that was read can end up."""


@dg.asset_check(asset="records", required_resource_keys={"work"}, blocking=True)
def every_row_is_accounted_for(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Rows read = rows rejected + replaced by a newer version + unmatched + records."""
    work: Workspace = context.resources.work
    with work.engine() as engine:
        engine.read("clean_counts")
        counts: dict[str, int] = dict(engine.rows("SELECT name, rows FROM clean_counts"))
    ended = sum(counts[name] for name in ENDS)
    return dg.AssetCheckResult(
        passed=ended == counts["rows_read"], metadata={"rows_read": counts["rows_read"], "rows_ended": ended}
    )


@dg.asset_check(asset="applied", required_resource_keys={"work"}, blocking=True)
def a_second_plan_would_be_empty(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """What was written is read back and planned again: nothing is left to write but what this run has set aside."""
    work: Workspace = context.resources.work
    report = verify.run(work)
    work.reports["verify"] = report
    return dg.AssetCheckResult(passed=report.counts["remaining"] == 0, metadata=dict(report.counts))
