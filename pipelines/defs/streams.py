"""Streams of sources of an API as assets: a range of days in Dagster's backfill dialog is one pull of that window."""

import warnings
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import dagster as dg

from connectors.errors import SourceRefused
from pipelines.defs import origins
from pipelines.defs.stage import attempt
from pipelines.intake import facts as facts_of
from pipelines.intake import pulling
from pipelines.intake.series import PULLED
from pipelines.lake.lake import Landing
from pipelines.settings.sections import Settings
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from connectors.api import ApiSource, Stream


def assets(name: str, source: "ApiSource", settings: Settings) -> list[dg.AssetsDefinition]:
    """One asset for each stream of a source; those of a source that can be asked for windows have a day a partition."""
    days = None
    if source.windows:
        days = dg.DailyPartitionsDefinition(start_date=settings.sources[name].start.isoformat(), timezone="UTC")
    with warnings.catch_warnings():
        # Dagster's version is pinned: whoever merges our definitions need not hear that backfill policies may change.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return [_asset(name, stream, source.kind, settings, days) for stream in source.streams]


def _asset(
    name: str, stream: "Stream", kind: str, settings: Settings, days: dg.DailyPartitionsDefinition | None
) -> dg.AssetsDefinition:
    owner = settings.sources[name].owner
    what = f"The {stream.name} of {name} as received, landed as immutable Parquet files."
    how = "A range of days is pulled in one run." if days else "It cannot be asked for a range of days."

    @dg.asset(
        key=[name, stream.name],
        group_name="sources",
        deps=[origins.key(name, settings)],
        kinds={kind, "parquet"},
        owners=[owner] if owner else None,
        description=f"{what} {how} What changed since the last pull comes with the jobs pull and sync.",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run() if days else None,
        required_resource_keys={"work"},
    )
    def pulled(
        context: dg.AssetExecutionContext,
    ) -> Iterator[dg.AssetObservation | dg.MaterializeResult[None]]:
        work: Workspace = context.resources.work
        window = pulling.Window(*context.partition_time_window) if days else None
        refused: list[SourceRefused] = []
        pull = partial(_pull, work, name, stream, window, refused)
        metadata, shape = attempt(work, f"pull {name}/{stream.name}", pull)
        if refused:  # what came before is landed, and fills no day
            yield dg.AssetObservation(context.asset_key, metadata={**metadata, "refused": refused[0].reason})
            raise refused[0]
        if days is None:
            metadata |= shape
        else:  # a range has an event for each of its days: what is long stands with the last of them alone
            context.add_asset_metadata(shape, partition_key=context.partition_keys[-1])
        yield dg.MaterializeResult(metadata=metadata)

    return pulled


def _pull(
    work: Workspace, name: str, stream: "Stream", window: pulling.Window | None, refused: list[SourceRefused]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Pull a stream and land what it gives; what came of it, and how it looks now. `refused` takes what ended it."""
    found = pulling.pull(work, name, lambda _, refusal: refused.append(refusal), only=stream.name, window=window)
    pulled = found.get(stream.name, pulling.Pulled())
    metadata: dict[str, Any] = {
        "rows": sum(landing.rows for landing in pulled.landings) + pulled.repeated,
        "repeated": pulled.repeated,
        "rejected": pulled.rejected,
        "landings": dg.MetadataValue.json([landing.id for landing in pulled.landings]),
    }
    if window is not None:
        metadata["window"] = str(window)
    mine = [one for one in work.lake.landings() if (one.source, one.name) == (name, stream.name)]
    return metadata, _shape(mine)


def _shape(landings: list[Landing]) -> dict[str, Any]:
    """How a stream looks after its newest landing, the last of them; nothing where there is none."""
    if not landings:
        return {}
    newest = landings[-1]
    labels = facts_of.labels(newest)
    columns = [dg.TableColumn(column, "string", description=labels.get(column)) for column in newest.columns]
    facts = {name: told for name, told in newest.facts.items() if name not in (facts_of.LABELS, facts_of.RUN, PULLED)}
    return {
        "dagster/column_schema": dg.TableSchema(columns),
        "dagster/row_count": sum(landing.rows for landing in landings),
        "facts": dg.MetadataValue.json(facts),
    }


def pulled_events(
    work: Workspace, streams: Mapping[str, tuple[str, ...]]
) -> list[dg.AssetMaterialization | dg.AssetObservation]:
    """What this run's incremental pulls came to, by source and stream.

    A stream that was read is materialized, without a partition: what changed since a cursor fills no day, but is news
    to whatever depends on it. One that was refused is observed.
    """
    with work.engine() as engine:
        engine.read("landings")
        engine.read("refused_files")
        landed = {
            (source, stream): counts
            for source, stream, *counts in engine.rows(
                "SELECT source, file, sum(rows)::BIGINT, sum(rejected)::BIGINT FROM landings WHERE new GROUP BY 1, 2"
            )
        }
        refused = dict(engine.rows("SELECT file, reason FROM refused_files"))
    with work.cursors() as kept:
        cursors = kept.all()
    landings = work.lake.landings()
    events: list[dg.AssetMaterialization | dg.AssetObservation] = []
    for source, stream in ((source, stream) for source, names in streams.items() for stream in names):
        rows, rejected = landed.get((source, stream), (0, 0))
        metadata: dict[str, Any] = {"rows": rows, "rejected": rejected}
        if (cursor := cursors.get((source, stream))) is not None:
            metadata["cursor_moved"] = dg.MetadataValue.timestamp(datetime.fromtimestamp(cursor.moved_at, UTC))
        if (reason := refused.get(f"{source}/{stream}")) is not None:
            events.append(dg.AssetObservation([source, stream], metadata={**metadata, "refused": reason}))
        else:
            metadata |= _shape([one for one in landings if (one.source, one.name) == (source, stream)])
            events.append(dg.AssetMaterialization([source, stream], metadata=metadata))
    return events
