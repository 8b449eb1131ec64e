"""Asset checks: what must hold whatever the sources give."""

from dataclasses import asdict

import dagster as dg

from pipelines.applying import verify
from pipelines.intake import accounting
from pipelines.workspace import Workspace


@dg.asset_check(asset="records", required_resource_keys={"work"}, blocking=True)
def every_row_is_accounted_for(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Rows read = rows rejected + replaced by a newer version + unmatched + records."""
    account = accounting.account(context.resources.work)
    return dg.AssetCheckResult(passed=account.balanced, metadata=asdict(account))


@dg.asset_check(asset="applied", required_resource_keys={"work"}, blocking=True)
def a_second_plan_would_be_empty(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """What was written is read back and planned again: nothing is left to write. What the run set aside only warns."""
    work: Workspace = context.resources.work
    counts = work.run_stage("verify", verify.run).counts
    severity = dg.AssetCheckSeverity.ERROR if counts["remaining"] else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(passed=not counts["left"], severity=severity, metadata=dict(counts))
