"""The phone room as it would be without number plans: each text is read by itself, or found in a memo of earlier ones.

It makes the same `phone_keys`. The memo is a Parquet file of texts, countries and regions with what was made of them.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pyarrow as pa

from pipelines.keys.phones import library
from pipelines.keys.phones.countries import region_of
from pipelines.keys.phones.reading import BATCH
from pipelines.lake.engine import Engine, parquet_literal, quote_text

COLUMNS = "text, country, region, outcome, number, extension"


def keys(step: Engine, faster: ModuleType | None, memo: Path | None = None) -> None:
    """Make `phone_keys` of `given_phones` without number plans.

    Args:
        step: the database; a record without a country has no region.
        faster: the port to Rust, to let it read what it reads like the library.
        memo: the file that is read before, where there is one, and replaced behind.
    """
    step.make("keys/phones/phone_texts")
    countries = [country for (country,) in step.rows("SELECT DISTINCT country FROM phone_texts")]
    regions = [region_of(country) if country else None for country in countries]
    rows = {"country": pa.array(countries, pa.string()), "region": pa.array(regions, pa.string())}
    step.put("phone_countries", pa.table(rows))
    step.put("phone_read", library.SCHEMA.empty_table())
    if memo and memo.exists():
        step.connection.execute(f"INSERT INTO phone_read FROM read_parquet({parquet_literal(memo)})")
    known = step.count("phone_read")
    _read(step, faster)
    step.rename("phone_found", "phone_cells")
    step.make("keys/phones/phone_parts")
    step.make("keys/phones/phone_part_texts")
    step.rename("phone_part_texts", "phone_texts")
    _read(step, faster)
    step.rename("phone_found", "phone_places")
    step.make("keys/phones/phone_keys")
    if memo and step.count("phone_read") > known:
        step.connection.execute(f"COPY phone_read TO {quote_text(str(memo))} (FORMAT parquet, COMPRESSION zstd)")


def _read(step: Engine, faster: ModuleType | None) -> None:
    """Read the texts of `phone_texts` that `phone_read` does not hold, and make `phone_found` of all of them."""
    step.connection.execute(
        "CREATE OR REPLACE TABLE phone_unread AS "
        "SELECT row_number() OVER (ORDER BY region, text, country) AS n, text, country, region "
        "FROM phone_texts JOIN phone_countries USING (country) ANTI JOIN phone_read USING (text, country)"
    )
    for start in range(0, step.count("phone_unread"), BATCH):
        batch = step.arrow(
            "SELECT text, country, region FROM phone_unread WHERE n > $1 AND n <= $2 ORDER BY n", [start, start + BATCH]
        )
        step.add("phone_read", library.read(batch, faster))
    step.connection.execute(
        f"CREATE OR REPLACE TABLE phone_found AS SELECT {COLUMNS} "
        "FROM phone_read SEMI JOIN phone_texts USING (text, country)"
    )
