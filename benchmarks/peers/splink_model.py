"""Records → entities with Splink as its documentation shows it, once by rules and once by its model.

    python -m benchmarks.peers.splink_model RECORDS.parquet RULES.parquet MODEL.parquet

`RECORDS` has `record` and any of `first_name`, `last_name`, `name`, `email`, `phone`, `city`, `addr`, `dob` (text as
given; `email` in small letters, `phone` as digits); both others get `record` and `cluster`. The rules join what has the
same e-mail, or the same phone. The model compares each column by the ready-made comparison for it, is trained without
labels in the steps of Splink's introduction, and joins what it finds at least 95 % probable. Prints `rules_seconds` and
`model_seconds`; a column that the data cannot train is said on the terminal and keeps Splink's own starting values.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import duckdb
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

PROBABLE: Final = 0.95
COMPARISONS: Final[dict[str, Any]] = {
    "first_name": lambda: cl.NameComparison("first_name"),
    "last_name": lambda: cl.NameComparison("last_name"),
    "name": lambda: cl.NameComparison("name"),
    "dob": lambda: cl.DateOfBirthComparison("dob", input_is_string=True),
    "city": lambda: cl.ExactMatch("city").configure(term_frequency_adjustments=True),
    "email": lambda: cl.EmailComparison("email"),
    "phone": lambda: cl.ExactMatch("phone"),
    "addr": lambda: cl.JaroWinklerAtThresholds("addr"),
}
BLOCKS: Final = (("first_name", "last_name"), ("last_name",), ("dob",), ("email",), ("phone",), ("name",), ("addr",))


def linker(connection: duckdb.DuckDBPyConnection, columns: set[str], blocks: Sequence[tuple[str, ...]]) -> Linker:
    """Return a linker over the table `records` that compares all of its columns within the blocks."""
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record",
        comparisons=[make() for name, make in COMPARISONS.items() if name in columns],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in blocks],
    )
    api = DuckDBAPI(connection=connection)
    return Linker(api.register("records"), settings, log_level="ERROR")


def rules(connection: duckdb.DuckDBPyConnection, columns: set[str]) -> Any:
    """Join on equal e-mails and phones."""
    joined = linker(connection, columns, [(key,) for key in ("email", "phone") if key in columns])
    return joined.clustering.cluster_pairwise_predictions_at_threshold(joined.inference.deterministic_link())


def model(connection: duckdb.DuckDBPyConnection, columns: set[str]) -> Any:
    """Train and join by probability."""
    blocks = [block for block in BLOCKS if set(block) <= columns]
    sure = [block_on(*block) for block in blocks if block != ("last_name",)]
    joined = linker(connection, columns, blocks)
    training = joined.training
    training.estimate_probability_two_random_records_match(sure, recall=0.7)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in blocks:
        try:
            training.estimate_parameters_using_expectation_maximisation(block_on(*block))
        except Exception as error:  # noqa: BLE001 - too few pairs in this block: whatever Splink raises, the others train it
            print(f"not trained within {block}: {error}"[:300], file=sys.stderr)
    found = joined.inference.predict(threshold_match_probability=PROBABLE)
    return joined.clustering.cluster_pairwise_predictions_at_threshold(found, PROBABLE)


def main(source: str, *targets: str) -> dict[str, float]:
    """Do both, write, and return what they took."""
    figures = {}
    for join, target in zip((rules, model), targets, strict=True):
        with duckdb.connect(":memory:") as connection:
            connection.execute("CREATE TABLE records AS FROM read_parquet($1)", [source])
            columns = {name for (name,) in connection.execute("SELECT column_name FROM (DESCRIBE records)").fetchall()}
            begin = time.perf_counter()
            name = join(connection, columns).physical_name
            figures[f"{join.__name__}_seconds"] = time.perf_counter() - begin
            connection.table(name).project("record, cluster_id AS cluster").write_parquet(target)
    return figures


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))
