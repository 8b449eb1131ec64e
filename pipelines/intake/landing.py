"""How what a source gives becomes a landing: numbered within its source and object, after those that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import pyarrow as pa

from pipelines.lake.lake import Lake, Landing


def land(
    lake: Lake,
    source: str,
    *,
    object_name: str,
    name: str,
    digest: str,
    dated: datetime,
    columns: tuple[str, ...],
    facts: Mapping[str, str],
    batches: Iterable[pa.RecordBatch],
    rejected: Callable[[], pa.Table],
) -> Landing:
    """Land one part of a source, as `Lake.land` does, under the next number."""
    folder = lake.root / "raw" / source / object_name
    sequence = 1 + max((int(path.name.partition("-")[0]) for path in folder.glob("[0-9]*.parquet")), default=0)
    return lake.land(
        source=source,
        object_name=object_name,
        name=name,
        digest=digest,
        dated=dated,
        landed_at=datetime.now(UTC),
        sequence=sequence,
        columns=columns,
        facts=facts,
        batches=batches,
        rejected=rejected,
    )
