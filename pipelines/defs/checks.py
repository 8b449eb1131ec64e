"""Asset checks: what must hold whatever the sources give, and what somebody should know of them."""

from dataclasses import asdict
from functools import partial

import dagster as dg

from pipelines.applying import verify
from pipelines.defs.stage import attempt
from pipelines.intake import accounting, extract
from pipelines.workspace import Workspace


@dg.asset_check(asset="landings", required_resource_keys={"work"})
def every_file_was_read(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """No file and no source was refused as a whole; the table `refused_files` has the reasons. Holds nothing up."""
    work: Workspace = context.resources.work
    refused = attempt(work, "extract", partial(extract.refused, work))
    return dg.AssetCheckResult(
        passed=not refused,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"refused": len(refused), "files": dg.MetadataValue.json([file for file, *_ in refused])},
    )


@dg.asset_check(asset="records", required_resource_keys={"work"}, blocking=True)
def every_row_is_accounted_for(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """Rows read = rows rejected + replaced by a newer version + unmatched + records."""
    work: Workspace = context.resources.work
    account = attempt(work, "clean", partial(accounting.account, work))
    return dg.AssetCheckResult(passed=account.balanced, metadata=asdict(account))


@dg.asset_check(asset="applied", required_resource_keys={"work"}, blocking=True)
def a_second_plan_would_be_empty(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
    """What was written is read back and planned again: nothing is left to write. What the run set aside only warns."""
    work: Workspace = context.resources.work
    counts = attempt(work, "verify", partial(work.run_stage, "verify", verify.run)).counts
    severity = dg.AssetCheckSeverity.ERROR if counts["remaining"] else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(passed=not counts["left"], severity=severity, metadata=dict(counts))
