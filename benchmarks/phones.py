"""How many phone cells a second become keys, beside `phonenumbers` alone, and whether the answers are the same.

    python -m benchmarks.phones --rows 1000000 [--json]

The cells are distinct, of sixty regions, in the notations of an address book. Each way of reading them is timed three
times, in turns, and the median counts; the first run of all, which makes the number plans, is told apart. Then a fifth
as many cells, evenly of six notations, a sixth of them spoilt, are read by all ways and compared with `phonenumbers`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import phonenumbers
import pyarrow as pa

from benchmarks.phone_numbers import REGIONS, evenly, mixed
from benchmarks.report import show
from pipelines.keys.phones import library
from pipelines.keys.phones import reading as phones
from pipelines.lake.engine import Engine, engine
from pipelines.lake.lake import Lake

Cells = Sequence[tuple[str, str]]


def judged(cell: str, region: str) -> str | None:
    """What `phonenumbers` alone makes of a cell: the key of a valid number that is no premium-rate one."""
    try:
        number = phonenumbers.parse(cell.strip(), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    if phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.PREMIUM_RATE:
        return None
    key = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{key} ext. {number.extension}" if number.extension else key


def give(step: Engine, cells: Cells) -> None:
    """Put cells where the phone room looks for them."""
    raws, regions = zip(*cells, strict=True)
    step.put("given_phones", pa.table({"raw": pa.array(raws, pa.string()), "country": pa.array(regions, pa.string())}))


def per_second(step: Engine, cells: int, *, ported: bool) -> float:
    """Read what was given, and return how many cells that is a second."""
    start = time.perf_counter()
    phones.keys(step, None, ported=ported)
    return cells / (time.perf_counter() - start)


def peer_per_second(cells: Cells) -> float:
    """Let `phonenumbers` alone read the cells, and return how many that is a second."""
    start = time.perf_counter()
    for cell, region in cells:
        judged(cell, region)
    return len(cells) / (time.perf_counter() - start)


def differences(step: Engine, cells: Cells) -> int:
    """How many cells the phone room reads otherwise than `phonenumbers`; what it takes apart must be no number."""
    read: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for raw, country, text, phone in step.rows("SELECT raw, country, text, phone FROM phone_keys"):
        read.setdefault((raw, country), []).append((text, phone))
    wrong = 0
    for cell, region in cells:
        parts = read[cell, region]
        whole = parts[0][1] if len(parts) == 1 else None
        wrong += whole != judged(cell, region) or (
            len(parts) > 1 and any(phone not in (None, judged(text, region)) for text, phone in parts)
        )
    return wrong


def measure(rows: int, folder: Path, rounds: int = 3) -> dict[str, float]:
    """Measure all ways of reading, then compare their answers."""
    ways = {"without_extra": False} | ({"with_extra": True} if library.port() else {})
    cells = list(mixed(rows))
    sample = cells[: max(1, rows // 50)]
    speeds: dict[str, list[float]] = {name: [] for name in ("peer", *ways)}
    result: dict[str, float] = {"cells": rows, "regions": len(REGIONS)}
    with engine(Lake(folder), "run", memory="2GB", threads=2) as step:
        give(step, cells)
        result["first_run_per_second"] = per_second(step, rows, ported=True)
        for _ in range(rounds):
            speeds["peer"].append(peer_per_second(sample))
            for name, ported in ways.items():
                speeds[name].append(per_second(step, rows, ported=ported))
        compared = sorted(evenly(max(1, rows // 5)), key=lambda cell: cell[1])
        give(step, compared)
        wrong = 0
        for ported in ways.values():
            phones.keys(step, None, worthwhile=1, ported=ported)
            wrong += differences(step, compared)
    result |= {f"{name}_per_second": median(speed) for name, speed in speeds.items()}
    result |= {f"{name}_ratio": result[f"{name}_per_second"] / result["peer_per_second"] for name in ways}
    return result | {"compared": len(compared), "differences": wrong}


def main(argv: list[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.phones", description="Measure the phone room.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="phones-bench-") as folder:
        result = measure(given.rows, Path(folder))
    rounded = {name: round(value, 3) for name, value in result.items()}
    if given.json:
        print(json.dumps(rounded))
    else:
        show("phones", rounded)


if __name__ == "__main__":
    main()
