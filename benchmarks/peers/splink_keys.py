"""E-mail and phone → people with Splink: two deterministic rules and its clustering.

    python -m benchmarks.peers.splink_keys KEYS.parquet CLUSTERS.parquet HUB_LIMIT

`KEYS` has `record`, `email`, `phone` and `name`, ready to compare; `CLUSTERS` gets `record` and `cluster`. A key on
more than `HUB_LIMIT` different names joins nobody: such keys are blanked in DuckDB before Splink sees them, or its
pairs would grow with the square of a hub. The clock runs from reading to the table of clusters.
"""

from __future__ import annotations

import json
import sys
import time

import duckdb
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from benchmarks.memory import peak_bytes

GUARDED = """
CREATE TABLE people AS
WITH hubs AS (
    SELECT 'email' AS kind, email AS key FROM given GROUP BY email HAVING count(DISTINCT name) > $1
    UNION ALL SELECT 'phone', phone FROM given GROUP BY phone HAVING count(DISTINCT name) > $1
)
SELECT record, CASE WHEN e.key IS NULL THEN email END AS email, CASE WHEN p.key IS NULL THEN phone END AS phone
FROM given LEFT JOIN hubs e ON e.kind = 'email' AND e.key = email LEFT JOIN hubs p ON p.kind = 'phone' AND p.key = phone
"""


def join(source: str, target: str, hub_limit: int) -> dict[str, float]:
    """Join, write, and return `seconds` and `peak_bytes`."""
    begin = time.perf_counter()
    connection = duckdb.connect(":memory:")
    connection.execute("CREATE TABLE given AS FROM read_parquet($1)", [source])
    connection.execute(GUARDED, [hub_limit])
    api = DuckDBAPI(connection=connection)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record",
        comparisons=[],
        blocking_rules_to_generate_predictions=[block_on("email"), block_on("phone")],
        retain_intermediate_calculation_columns=False,
    )
    linker = Linker(api.register("people"), settings, log_level="ERROR")
    pairs = linker.inference.deterministic_link()
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs)
    seconds = time.perf_counter() - begin
    peak = peak_bytes()
    connection.table(clusters.physical_name).project("record, cluster_id AS cluster").write_parquet(target)
    return {"seconds": seconds, "peak_bytes": peak}


if __name__ == "__main__":
    print(json.dumps(join(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
