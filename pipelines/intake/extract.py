"""Extract: sources → landings. A part that landed before with the same bytes is not landed again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from connectors.contract import Part
from connectors.errors import BridgeError, SourceRefused, unexpected
from pipelines.intake import series
from pipelines.lake.lake import Lake, Landing
from pipelines.settings import sources
from pipelines.workspace import StageReport, Workspace

REFUSED: Final = pa.schema(
    [("source", pa.string()), ("file", pa.string()), ("line", pa.int64()), ("reason", pa.string())]
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


def run(work: Workspace) -> StageReport:
    """Land what is new and pin the landings that this run reads, in the table `landings`.

    A file that cannot be read goes to `refused_files` with its reason, and the others go on; what it gave before
    stands.
    """
    known = {(landing.source, landing.object, landing.name): landing for landing in work.lake.landings()}
    new: set[str] = set()
    refused: list[dict[str, Any]] = []

    def refuse(source: str, refusal: SourceRefused) -> None:
        refused.append({"source": source, "file": refusal.name, "line": refusal.line, "reason": refusal.reason})

    for name in work.settings.sources:
        with work.progress.task(f"reading {name}") as advance:
            for part in sources.build(name, work.settings).read():
                if isinstance(part, SourceRefused):
                    refuse(name, part)
                    continue
                before = known.get((name, part.object, part.name))
                if before is not None and before.digest == part.digest:
                    continue
                try:
                    sources.layout_of(name, work.settings, part.object, part.columns)
                    landing = _land(work.lake, name, part)
                except SourceRefused as error:
                    refuse(name, error)
                    continue
                except (BridgeError, OSError):  # of the data folder or the settings: a matter of all files
                    raise
                except Exception as error:  # noqa: BLE001 - an odd file must not stop the others
                    refuse(name, unexpected(error, part.name))
                    continue
                new.add(landing.id)
                advance(landing.rows + landing.rejected)
    pinned = [landing for landing in work.lake.landings() if landing.source in work.settings.sources]
    for name in work.settings.sources:
        sources.check_columns(name, work.settings, [one.columns for one in pinned if one.source == name])
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
            "files": len({(landing.source, landing.name) for landing in pinned}),
            "new_landings": len(new),
            "refused_files": len(refused),
            "rows": sum(landing.rows + landing.rejected for landing in pinned),
            "rows_new": sum(landing.rows + landing.rejected for landing in pinned if landing.id in new),
            "rows_rejected": sum(landing.rejected for landing in pinned),
        },
        tables,
    )


def _land(lake: Lake, source: str, part: Part) -> Landing:
    folder = lake.root / "raw" / source / part.object
    sequence = 1 + max((int(path.name.partition("-")[0]) for path in folder.glob("[0-9]*.parquet")), default=0)
    return lake.land(
        source=source,
        object_name=part.object,
        name=part.name,
        digest=part.digest,
        dated=part.dated,
        landed_at=datetime.now(UTC),
        sequence=sequence,
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
