"""Which columns of the sources reach the CRM in no field: read, kept in their landings, and not sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import pyarrow as pa

from connectors.contract import Layout
from connectors.records import SCHEMAS
from pipelines.intake.facts import labels as known_labels
from pipelines.lake.engine import Engine, parquet_literal
from pipelines.lake.lake import Landing

SCHEMA: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("path", "source", "object", "file", "column", "label", "field", "reason")),
        ("place", pa.int64()),
    ]
)

STATISTICS: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("file_name", "stats_max_value")),
        *((name, pa.int64()) for name in ("column_id", "stats_null_count", "num_values")),
    ]
)
"""What is asked of DuckDB's `parquet_metadata`."""

NO_FIELD: Final = "no field takes it"
SETTING: Final = "crm.properties sends it"


def find(engine: Engine, landings: Sequence[Landing], layouts: Sequence[Layout], chosen: Collection[str]) -> None:
    """Make `not_sent` of the newest landings; `chosen` are the fields that the settings send (`crm.properties`).

    What joins records or is their key counts as used, though it is not sent itself.
    """
    newest = {landing for (landing,) in engine.rows("FROM newest_landings")}
    pairs = [(one, layout) for one, layout in zip(landings, layouts, strict=True) if one.id in newest]
    found = [row for pair in pairs for row in _unsent(*pair, chosen)]
    if found:
        literals = ", ".join(parquet_literal(landing.path) for landing, _ in pairs)
        engine.view_as("landed_columns", f"FROM parquet_metadata([{literals}])")
    else:
        engine.put("landed_columns", STATISTICS.empty_table())
    engine.put("unsent_columns", pa.Table.from_pylist(found, SCHEMA))
    engine.make("intake/not_sent")


def _unsent(landing: Landing, layout: Layout, chosen: Collection[str]) -> Iterator[dict[str, str | int | None]]:
    fields = {column.casefold(): field for field, columns in layout.columns.items() for column in columns}
    labels = {label.casefold() for label in layout.labels.values()}
    known_as = known_labels(landing)
    waiting = {*SCHEMAS[landing.object].optional} - {*chosen}
    for place, column in enumerate(landing.columns):
        field = fields.get(column.casefold())
        if column.casefold() in labels or (field is not None and field not in waiting):
            continue
        yield {
            "path": str(landing.path),
            "source": landing.source,
            "object": landing.object,
            "file": landing.name,
            "column": column,
            "label": known_as.get(column),
            "field": field,
            "reason": NO_FIELD if field is None else SETTING,
            "place": place,
        }
