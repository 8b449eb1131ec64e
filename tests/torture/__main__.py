"""Random histories by the thousand: `python -m tests.torture --histories 2000 --seed 7`.

Each process draws batches of histories; a batch has a seed of its own, made of the run's seed and its number, so that
one that fails is replayed alone. This process and its workers never hold a thread of DuckDB's: they fork.
"""

from __future__ import annotations

import argparse
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.histories import machine

BATCH: Final = 10
"""Worlds that are drawn from one seed."""
STEPS: Final = 16


def batch(run: int, number: int, worlds: int) -> None:
    """Walk the histories of one batch; raises the shortest one that breaks a promise."""
    how = settings(
        max_examples=worlds,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    # One seed gives the same histories again, whatever was drawn before it.
    test = seed(run * 1_000_003 + number)(type(f"Batch{number}", (machine.Histories,), {}))
    run_state_machine_as_test(test, settings=how)


def work(run: int, first: int, last: int, step: int, worlds: int) -> int:
    """Walk every `step`th batch, and tell the count after each."""
    for number in range(first, last, step):
        try:
            batch(run, number, worlds)
        finally:
            sys.stdout.write("tally " + " ".join(f"{name}={machine.tally[name]}" for name in sorted(machine.tally)) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    batch(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
