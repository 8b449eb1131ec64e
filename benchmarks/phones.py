"""How many phone cells a second become keys, beside `phonenumbers` alone, and whether the answers are the same.

    python -m benchmarks.phones --rows 1000000 [--json]

The cells are distinct, of sixty regions, in the notations of an address book. Each way of reading them is timed three
times, in turns, and the median counts; the first run of all, which makes the number plans, is told apart. Beside them
stand the ways that would need no number plans (`phones_one_by_one.py`). Then a fifth as many cells, evenly of six
notations, a sixth of them spoilt, are read by all ways and compared with `phonenumbers`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import phonenumbers
import pyarrow as pa

from benchmarks import phones_one_by_one
from benchmarks.phone_numbers import REGIONS, evenly, mixed
from benchmarks.report import tell
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


def timed(read: Callable[[], None]) -> tuple[float, float]:
    """Do it, and return the seconds that it took by the clock and of the processor."""
    start, busy = time.perf_counter(), time.process_time()
    read()
    return time.perf_counter() - start, time.process_time() - busy


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


def ways_of_reading(step: Engine, memo: Path, *, worthwhile: int = phones.WORTHWHILE) -> dict[str, Callable[[], None]]:
    """Name → what reads the cells that were given: the phone room, and what could stand in for it, in this order."""
    port = library.port()

    def anew() -> None:
        memo.unlink(missing_ok=True)
        phones_one_by_one.keys(step, port, memo)

    ways: dict[str, Callable[[], None]] = {}
    ways["without_extra"] = lambda: phones.keys(step, None, worthwhile=worthwhile, ported=False)
    if port:
        ways["with_extra"] = lambda: phones.keys(step, None, worthwhile=worthwhile)
    ways["library_alone"] = lambda: phones_one_by_one.keys(step, None)
    if port:
        ways["port_alone"] = lambda: phones_one_by_one.keys(step, port)
    return {**ways, "memo_first": anew, "memo_second": lambda: phones_one_by_one.keys(step, port, memo)}


def measure(rows: int, folder: Path, rounds: int = 3) -> dict[str, float]:
    """Measure all ways of reading, then compare their answers."""
    cells = list(mixed(rows))
    sample = cells[: max(1, rows // 50)]
    peer: list[float] = []
    result: dict[str, float] = {"cells": rows, "regions": len(REGIONS)}
    with engine(Lake(folder), "run", memory="2GB", threads=2) as step:
        ways = ways_of_reading(step, folder / "memo.parquet")
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        give(step, cells)
        first, first_busy = timed(lambda: phones.keys(step, None))
        for _ in range(rounds):
            peer.append(peer_per_second(sample))
            for name, way in ways.items():
                seconds[name].append(timed(way))
        compared = sorted(evenly(max(1, rows // 5)), key=lambda cell: cell[1])
        give(step, compared)
        wrong = 0
        for way in ways_of_reading(step, folder / "compared.parquet", worthwhile=1).values():
            way()
            wrong += differences(step, compared)
    result |= {"first_run_per_second": rows / first, "peer_per_second": median(peer)}
    by_clock = {name: median(spent for spent, _ in found) for name, found in seconds.items()}
    of_processor = {name: median(spent for _, spent in found) for name, found in seconds.items()}
    for name in ("without_extra", "with_extra"):
        if name in ways:
            result[f"{name}_per_second"] = rows / by_clock[name]
            result[f"{name}_ratio"] = result[f"{name}_per_second"] / result["peer_per_second"]
    result["first_run_cpu_seconds_a_million"] = first_busy * 1e6 / rows
    result |= {f"{name}_cpu_seconds_a_million": spent * 1e6 / rows for name, spent in of_processor.items()}
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
    tell("phones", rounded, as_json=given.json)


if __name__ == "__main__":
    main()
