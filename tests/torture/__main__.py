"""API, many rows, durable points, the fault matrix, outages, and random histories by the thousand: `make torture`.

`python -m tests.torture --only-histories --histories 2000 --seed 7`: two processes at a time draw batches of histories.
A batch has a seed of its own, made of the run's seed and its number, so that one that fails is replayed alone, with
`--seed 7 --batch 31`. None of these processes holds a thread of DuckDB's: they fork.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import time
import traceback
from collections import Counter
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Final

from tests.connectors.giant_context.server.crm import REPOSITORY
from tests.histories.driver import COUNTED, LANES, tally

WORLDS: Final = 5
"""Worlds that are drawn from one seed, each with `LANES` histories."""
STEPS: Final = 14
MODULE: Final = (sys.executable, "-m")


def batch(seed: int, number: int, worlds: int) -> int:
    """Walk the histories of one batch; a promise that is broken is told with the shortest history that breaks it."""
    from hypothesis import HealthCheck, Phase, settings
    from hypothesis import seed as seeded
    from hypothesis.stateful import run_state_machine_as_test

    from tests.histories import machine

    how = settings(
        max_examples=worlds,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    drawn = seeded(seed * 1_000_003 + number)(type(f"Batch{number}", (machine.Histories,), {}))
    try:
        run_state_machine_as_test(drawn, settings=how)
    except Exception:  # noqa: BLE001 - whatever broke a promise is told
        # Without the frames: what is worth reading is which promise, and the machine's steps.
        traceback.print_exc(limit=0, file=sys.stdout)
        return 1
    finally:
        sys.stdout.write("tally:" + ",".join(f"{name}={tally[name]}" for name in COUNTED) + "\n")
        sys.stdout.flush()
    return 0


def points(processes: int) -> int:
    """Kill runs at every durable point; returns in how many processes a promise was broken."""
    with ExitStack() as folders:
        roots = [folders.enter_context(TemporaryDirectory(prefix="points-")) for _ in range(processes)]
        walks = [[*MODULE, "tests.torture.points", root, str(n)] for n, root in enumerate(roots, 1)]
        at_work = [subprocess.Popen([*walk, str(processes)], cwd=REPOSITORY) for walk in walks]
        return sum(process.wait() != 0 for process in at_work)


def matrix() -> int:
    """Walk every cell of the fault matrix; returns 1 if one broke a promise."""
    command = [*MODULE, "pytest", "tests/pipelines/test_fault_matrix.py"]
    return min(1, subprocess.call(command, cwd=REPOSITORY, env={**os.environ, "CRM_BRIDGE_WHOLE_MATRIX": "1"}))


def many_rows() -> int:
    """Plan 100,000 rows from five sources, ten times; returns 1 if a run failed."""
    return min(1, subprocess.call([*MODULE, "tests.torture.many_rows"], cwd=REPOSITORY))


def outages(seed: int) -> int:
    """Kill runs behind a faulty proxy; returns 1 if a promise was broken."""
    return min(1, subprocess.call([*MODULE, "tests.torture.outages", "--seed", str(seed)], cwd=REPOSITORY))


def api(seed: int) -> int:
    """Hold the embedded CRM's API against its description; returns 1 if a case failed."""
    return min(1, subprocess.call([*MODULE, "tests.torture.api", "--seed", str(seed)], cwd=REPOSITORY))


def histories(seed: int, wanted: int, processes: int, worlds: int) -> int:
    """Walk histories until there are as many as wanted; returns how many batches broke a promise."""
    command = [*MODULE, "tests.torture", "--only-histories", "--seed", str(seed), "--worlds", str(worlds)]
    sys.stdout.write(f"{wanted} histories, seed {seed}: {' '.join(command)} --histories {wanted}\n")
    total: Counter[str] = Counter()
    broken: list[int] = []
    started, number = time.monotonic(), 0
    at_work: dict[int, subprocess.Popen[str]] = {}
    while total["histories"] < wanted or at_work:
        while len(at_work) < processes and total["histories"] + len(at_work) * worlds * LANES < wanted and not broken:
            number += 1
            at_work[number] = subprocess.Popen(
                [*command, "--batch", str(number)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=REPOSITORY,
            )
        if not at_work:
            break
        first = min(at_work)
        output, _ = at_work[first].communicate()
        done = at_work.pop(first)
        told, _, counts = output.rpartition("tally:")
        for pair in counts.partition("\n")[0].split(","):
            name, _, count = pair.partition("=")
            total[name] += int(count or 0)
        if done.returncode:
            broken.append(first)
            sys.stdout.write(f"{output if not told else told + counts}\nreplay: {' '.join(command)} --batch {first}\n")
        rate = total["histories"] / (time.monotonic() - started)
        sys.stdout.write(f"{total['histories']} of {wanted} histories, {60 * rate:.0f} a minute\n")
        sys.stdout.flush()
    sys.stdout.write(", ".join(f"{total[name]} {name}" for name in COUNTED) + "\n")
    return len(broken)


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture")
    parser.add_argument("--histories", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--worlds", type=int, default=WORLDS, help="worlds in a batch")
    parser.add_argument("--batch", type=int, default=None, help="walk this batch alone")
    parser.add_argument("--only-histories", action="store_true", help="leave out all that is not a history")
    given = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    if given.batch is not None:
        return batch(seed, given.batch, given.worlds)
    sys.stdout.write(f"seed {seed}\n")
    sys.stdout.flush()
    broken = 0 if given.only_histories else api(seed) + many_rows() + points(given.processes) + matrix() + outages(seed)
    return min(1, broken + histories(seed, given.histories, given.processes, given.worlds))


if __name__ == "__main__":
    sys.exit(main())
