"""Phone cells → E.164 keys, exactly as libphonenumber reads them, and fast.

What is written plainly is looked up in libphonenumber's own number plans, which `plans.py` turns into ranges of
digits; whatever is not certain there goes to the library itself. A cell that is no number but holds several is split.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from types import ModuleType
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from pipelines.keys.phones import library, plans
from pipelines.keys.phones.countries import region_of
from pipelines.lake.engine import Engine

WORTHWHILE: Final = 500
"""For fewer numbers of a country the library is quicker than the making of its plan, which takes some milliseconds."""
BATCH: Final = 50_000
"""Texts that the library reads at a time."""
PLAN_SIZE: Final = 2 * 10**plans.LONGEST
"""Places that a plan takes up: `phone_places.sql` counts in them."""

RANGES: Final = pa.schema(
    [
        *((name, pa.int64()) for name in ("low", "high")),
        *((name, pa.string()) for name in ("outcome", "lead")),
        ("dropped", pa.int32()),
    ]
)


def keys(engine: Engine, default_region: str | None, *, worthwhile: int = WORTHWHILE, ported: bool = True) -> None:
    """Make `phone_keys`: every number of every distinct cell, or the reason why there is none.

    Reads `given_phones` (`raw`, `country`: a code or a name, "" for none). A row of `phone_keys` is a number of a cell:
    `raw`, `country`, `part` (from 1), `text` (the part, or the whole cell where it is one number or none), `phone`
    (E.164, with ` ext. 12` where there is one), `extension` and `reason`; either phone or reason is null. The whole
    cell is read first: it is split only if it is no number, and if one of its parts is.

    Args:
        engine: the step's database.
        default_region: ISO code by which a national number of a record without a country is read; None sets it aside.
        worthwhile: of how many numbers a plan is made; below, the library reads them.
        ported: whether libphonenumber's port to Rust may help, where it is installed.
    """
    faster = library.port() if ported else None
    engine.make("keys/phones/phone_texts")
    engine.make("keys/phones/phone_digits")
    _plan(engine, default_region, worthwhile)
    _read(engine, faster)
    engine.rename("phone_places", "phone_cells")
    engine.make("keys/phones/phone_parts")
    engine.make("keys/phones/phone_part_texts")
    engine.rename("phone_part_texts", "phone_texts")
    engine.make("keys/phones/phone_digits")
    _read(engine, faster)
    engine.make("keys/phones/phone_keys")
    for table in ("texts", "digits", "census", "countries", "ranges", "places", "unsure", "cells", "parts"):
        engine.connection.execute(f"DROP TABLE phone_{table}")


def _plan(engine: Engine, default_region: str | None, worthwhile: int) -> None:
    """Make `phone_countries`: how a country's numbers are read; and `phone_ranges`: the plans, each in its place."""
    countries = [country for (country,) in engine.rows("SELECT DISTINCT country FROM phone_texts ORDER BY country")]
    regions = [region_of(country) if country else default_region for country in countries]
    engine.make("keys/phones/phone_census")
    national: Counter[str | None] = Counter()
    behind_plus: Counter[int | None] = Counter()
    region_by_country = dict(zip(countries, regions, strict=True))
    for country, head, texts in engine.rows("SELECT country, head, texts FROM phone_census"):
        national[region_by_country.get(country)] += texts
        behind_plus[_calling_code(head)] += texts
    wanted = sorted(region for region, texts in national.items() if region and texts >= worthwhile)
    numbers = {region: place for place, region in enumerate(wanted, 1)}
    codes = frozenset(code for code, texts in behind_plus.items() if code and texts >= worthwhile)
    found = [_table(plans.international(codes)), *(_table(plans.national(region)) for region in wanted)]
    engine.put("phone_ranges", pa.concat_tables([_placed(plan, number) for number, plan in enumerate(found)]))
    engine.put(
        "phone_countries",
        pa.table(
            {
                "country": pa.array(countries, pa.string()),
                "region": pa.array(regions, pa.string()),
                "plan": pa.array([numbers.get(region) if region else None for region in regions], pa.int64()),
            }
        ),
    )


def _calling_code(head: str | None) -> int | None:
    starts = (int(head[:length]) for length in range(1, len(head) + 1)) if head else ()
    return next((code for code in starts if code in COUNTRY_CODE_TO_REGION_CODE), None)


@cache
def _table(plan: tuple[plans.Ranges, ...]) -> pa.Table:
    """A plan's ranges in places: the digits behind a one, so that leading zeros count."""
    columns: dict[str, list[object]] = {name: [] for name in RANGES.names}
    for part in plan:
        start = 10**part.length
        columns["low"] += [start + first for first in part.firsts]
        columns["high"] += [start + last for last in part.lasts]
        for name, value in (("outcome", part.outcome.value), ("lead", part.lead), ("dropped", part.drop)):
            columns[name] += [value] * len(part.firsts)
    return pa.table(columns, RANGES)


def _placed(plan: pa.Table, number: int) -> pa.Table:
    start = number * PLAN_SIZE
    return plan.set_column(0, "low", pc.add(plan["low"], start)).set_column(1, "high", pc.add(plan["high"], start))


def _read(engine: Engine, faster: ModuleType | None) -> None:
    """Make `phone_places` of `phone_digits`: what the plans say, and what the library says where they are unsure."""
    engine.make("keys/phones/phone_places")
    engine.make("keys/phones/phone_unsure")
    for start in range(0, engine.count("phone_unsure"), BATCH):
        batch = engine.arrow(
            "SELECT text, country, region FROM phone_unsure WHERE n > $1 AND n <= $2 ORDER BY n", [start, start + BATCH]
        )
        engine.add("phone_places", library.read(batch, faster))
