"""Runs that kill themselves, one after another over one data folder: `python -m tests.pipelines.crash ROOT POINT…`.

A point is such as `KILLED_AFTER:3:POST contacts`: the run kills itself at the third call of that kind. Prints how each
run ended: `-9` killed, `0` ended untouched, anything else failed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.pipelines.faults import Fault, RoughShop, on


def main(root: Path, points: list[str]) -> None:
    """Run once for each point, and once more without any. The imports are paid once: each run is a fork."""
    for point in [*points, ""]:
        process = os.fork()
        if not process:
            fault, number, what = point.split(":", 2) if point else ("KILLED_BEFORE", "0", "nothing")
            shop = RoughShop(root, limits={"concurrency": 2, "threads": 1})
            try:
                shop.sync(on(what, Fault[fault], int(number)))
                os._exit(0)
            finally:
                os._exit(1)
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
