"""The stages as Dagster assets, in the order in which a run takes them."""

from collections.abc import Mapping, Sequence
from functools import partial

import dagster as dg

from pipelines.applying import apply
from pipelines.crm import export, snapshot
from pipelines.defs import origins, streams
from pipelines.defs.stage import attempt, materialize, reach_first
from pipelines.identity import candidates as candidates_stage
from pipelines.identity import resolve
from pipelines.intake import clean, extract
from pipelines.planning import plan as plan_stage


def landings(
    upstream: Sequence[dg.AssetKey], pulled: Mapping[str, tuple[str, ...]], trouble: str = ""
) -> dg.AssetsDefinition:
    """The first stage; `pulled` names the streams of each source of an API, `trouble` what is wrong with settings."""
    what = "What the sources gave, every column as received: one immutable Parquet file a landing."

    @dg.asset(
        group_name="sources",
        deps=upstream,
        kinds={"python", "parquet"},
        required_resource_keys={"work"},
        description=f"{what}\n\n**{trouble}**" if trouble else what,
    )
    def landings(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        reach_first(context)
        result = materialize(context, "extract", extract.run, "landings")
        if pulled:
            work = context.resources.work
            for event in attempt(work, "extract", partial(streams.pulled_events, work, pulled)):
                context.log_event(event)
        return result

    return landings


@dg.asset(group_name="sources", deps=["landings"], kinds={"duckdb", "parquet"}, required_resource_keys={"work"})
def records(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The current version of each contact and company record, normalised; what cannot be read is set aside."""
    tallies = {"not_sent": "reason", "consents": "says"}
    return materialize(context, "clean", clean.run, "records", tallies)


@dg.asset(
    group_name="crm",
    deps=["records", origins.CRM_BEFORE],
    kinds={"python", "parquet"},
    required_resource_keys={"work"},
)
def current_contacts(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """The contacts and companies that the CRM holds now."""
    return materialize(context, "snapshot", snapshot.run, "current_contacts")


@dg.asset(
    group_name="identity",
    deps=["records", "current_contacts"],
    kinds={"duckdb", "parquet"},
    required_resource_keys={"work"},
)
def golden(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One row a person and a company: who is who, and the value of each field with the record that it comes from."""
    tallies = {"joins": "how", "held_back": "reason", "conflicts": "field", "person_changes": "change"}
    return materialize(context, "resolve", resolve.run, "golden", tallies)


@dg.asset(
    group_name="identity",
    deps=["golden", "current_contacts"],
    kinds={"duckdb", "parquet"},
    required_resource_keys={"work"},
)
def candidates(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Pairs that are likely one person though no key joins them, scored, with the evidence. They join nothing."""
    return materialize(context, "candidates", candidates_stage.run, "candidates")


@dg.asset(
    group_name="crm", deps=["golden", "current_contacts"], kinds={"duckdb", "parquet"}, required_resource_keys={"work"}
)
def plan(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """One row a field change: what stands there, what would stand there, why, and where it comes from. Sealed."""
    return materialize(context, "plan", plan_stage.run, "plan")


@dg.asset(group_name="crm", deps=["plan"], kinds={"python", "sqlite"}, required_resource_keys={"work"})
def applied(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """What the run sent to the CRM, journalled before it left. Nothing while writes are off."""
    return materialize(context, "apply", apply.run, "applied")


@dg.asset(group_name="analysts", deps=["applied"], kinds={"duckdb", "parquet"}, required_resource_keys={"work"})
def timelines(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Activity timelines by month, contacts and companies, as Parquet for analysts."""
    return materialize(context, "export", export.run)


UP_TO_PLAN = (records, current_contacts, golden, candidates, plan)
"""What comes after the landings and sends nothing."""
SENDING = (applied, timelines)
