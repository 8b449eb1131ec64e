"""Extract: sources → landings. A part of a file that landed before with the same bytes is not landed again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import pyarrow as pa

from connectors.contract import Part
from connectors.errors import BridgeError, SourceRefused, unexpected
from connectors.records import SCHEMAS
from pipelines.intake import pulling, series
from pipelines.intake.facts import labels
from pipelines.intake.landing import land
from pipelines.lake.lake import Lake, Landing
from pipelines.settings import sources
from pipelines.workspace import StageReport, Workspace

REFUSED: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "file")),
        ("line", pa.int64()),
        ("reason", pa.string()),
        ("rows_kept", pa.int64()),
    ]
)
LANDINGS: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("landing", "source", "object", "file", "path", "digest")),
        *((name, pa.int64()) for name in ("sequence", "rows", "rejected")),
        ("dated", pa.timestamp("us", "UTC")),
        ("landed_at", pa.timestamp("us", "UTC")),
        ("new", pa.bool_()),
        ("newest", pa.bool_()),
        ("note", pa.string()),
    ]
)

Known: TypeAlias = dict[tuple[str, str, str], Landing]
"""The newest landing of each part, by source, object and name."""


def run(work: Workspace) -> StageReport:
    """Land what is new and pin the landings that this run reads, in the table `landings`.

    A file that cannot be read goes to `refused_files` with its reason, and so does a source; the others go on. What
    they gave before stands, and `rows_kept` says how many rows that are.

    Raises:
        SourceRefused: no folder or file can be read, and nothing ever was.
        BridgeError: no stream of any app can be read, and nothing ever was.
    """
    there = work.lake.landings()
    known: Known = {(landing.source, landing.object, landing.name): landing for landing in there}
    new: set[str] = set()
    refused: list[dict[str, Any]] = []
    silent: list[SourceRefused] = []
    stuck: list[SourceRefused] = []

    def refuse(source: str, refusal: SourceRefused, *, whole: bool = False) -> None:
        before = [one for one in known.values() if one.source == source and (whole or one.name == refusal.name)]
        told = {"source": source, "file": refusal.name, "line": refusal.line, "reason": refusal.reason}
        refused.append({**told, "rows_kept": sum(landing.rows for landing in before)})

    def refuse_stream(source: str, refusal: SourceRefused) -> None:
        kept = [one for one in there if one.source == source and refusal.name == f"{source}/{one.name}"]
        told = {"source": source, "file": refusal.name, "line": refusal.line, "reason": refusal.reason}
        refused.append({**told, "rows_kept": sum(landing.rows for landing in kept)})
        stuck.append(refusal)

    apps = {name for name in work.settings.sources if sources.pulls(name, work.settings)}
    for name in work.settings.sources:
        if name in apps:
            for pulled in pulling.pull(work, name, refuse_stream).values():
                new |= {landing.id for landing in pulled.landings}
            continue
        with work.progress.task(f"reading {name}") as advance:
            try:
                for part in sources.build(name, work.settings).read():  # type: ignore[union-attr]
                    if isinstance(part, SourceRefused):
                        refuse(name, part)
                    elif (landing := _landed(work, name, part, known, refuse)) is not None:
                        new.add(landing.id)
                        advance(landing.rows + landing.rejected)
            except SourceRefused as refusal:
                refuse(name, refusal, whole=True)
                silent.append(refusal)
    pinned = [landing for landing in work.lake.landings() if landing.source in work.settings.sources]
    if silent and not pinned:
        raise silent[0]
    if stuck and not pinned:  # a server that is away is no fault of the settings
        raise BridgeError(f"Nothing can be read, and nothing ever was: {stuck[0]}")
    for name in work.settings.sources:
        headers = [(*one.columns, *labels(one).values()) for one in pinned if one.source == name]
        sources.check_columns(name, work.settings, headers)
    records = [landing for landing in pinned if landing.object in SCHEMAS]
    rows_of_records = sum(landing.rows + landing.rejected for landing in records)
    places = series.places(pinned, work.settings.sources)
    rows = [_row(landing, work.lake, landing.id in new, places[landing.id].newest) for landing in pinned]
    with work.engine() as engine:
        engine.put("landings", pa.Table.from_pylist(rows, LANDINGS))
        engine.put("refused_files", pa.Table.from_pylist(refused, REFUSED))
        engine.write("landings", "refused_files")
    tables = ("landings", "refused_files")
    work.lake.publish(work.run, tables)
    return StageReport(
        {
            "files": len({(one.source, one.name) for one in pinned if one.source not in apps}),
            "new_landings": len(new),
            "refused_files": len(refused) - len(silent) - len(stuck),
            "refused_sources": len(silent),
            "refused_streams": len(stuck),
            "rows": rows_of_records,
            "rows_new": sum(landing.rows + landing.rejected for landing in records if landing.id in new),
            "rows_rejected": sum(landing.rejected for landing in records),
            "activities_landed": sum(landing.rows + landing.rejected for landing in pinned) - rows_of_records,
        },
        tables,
    )


def refused(work: Workspace) -> list[tuple[str, int | None, str, int]]:
    """The files and sources that could not be read, by name: each with line, reason, and how many rows of it stay."""
    with work.engine() as engine:
        engine.read("refused_files")
        found: list[tuple[str, int | None, str, int]] = engine.rows(
            "SELECT file, line, reason, rows_kept FROM refused_files ORDER BY file, line"
        )
        return found


def _landed(
    work: Workspace, source: str, part: Part, known: Known, refuse: Callable[[str, SourceRefused], None]
) -> Landing | None:
    """Land a part, unless it is known or refused."""
    before = known.get((source, part.object, part.name))
    if before is not None and before.digest == part.digest:
        return None
    try:
        sources.layout_of(source, work.settings, part.object, part.columns)
        return _land(work.lake, source, part)
    except SourceRefused as error:  # of a header alone it cannot say whose it is
        refuse(source, SourceRefused(error.reason, name=part.name, line=error.line))
    except (BridgeError, OSError):  # of the data folder or the settings: a matter of all files
        raise
    except Exception as error:  # noqa: BLE001 - an odd file must not stop the others
        refuse(source, unexpected(error, part.name))
    return None


def _land(lake: Lake, source: str, part: Part) -> Landing:
    return land(
        lake,
        source,
        object_name=part.object,
        name=part.name,
        digest=part.digest,
        dated=part.dated,
        columns=part.columns,
        facts=part.facts,
        batches=part.batches(),
        rejected=part.rejected,
    )


def _row(landing: Landing, lake: Lake, new: bool, newest: bool) -> dict[str, Any]:
    return {
        "landing": landing.id,
        "source": landing.source,
        "object": landing.object,
        "file": landing.name,
        "path": str(landing.path.relative_to(lake.root)),
        "digest": landing.digest,
        "sequence": landing.sequence,
        "rows": landing.rows,
        "rejected": landing.rejected,
        "dated": landing.dated,
        "landed_at": landing.landed_at,
        "new": new,
        "newest": newest,
        "note": landing.facts.get("note"),
    }
