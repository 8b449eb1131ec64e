"""Killed at every durable point, each in a world of its own: `python -m tests.torture.points ROOT FIRST STEP`.

For each day of the scenario, and each nth point until a run ends untouched: kill a run there, run again untouched,
compare what the CRM holds with undisturbed runs, and see that one more run sends nothing.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
from pathlib import Path

from tests.pipelines.crash import DAYS, Points, settled, shop_in
from tests.pipelines.forks import forked
from tests.pipelines.truth import unended, unsound


def walk(root: Path, first: int, step: int) -> int:
    """Walk every `step`th point from `first` on; returns at how many of them a promise was broken."""
    broken = 0
    for day in range(1, len(DAYS) + 1):
        before, expected = root / f"before-{day}", root / f"expected-{day}.json"
        assert forked(lambda day=day, before=before, expected=expected: _prepare(before, expected, day)) == 0  # type: ignore[misc]
        fatal, end = first, -signal.SIGKILL
        while end == -signal.SIGKILL:
            world = root / "world"
            shutil.copytree(before, world)
            end = forked(lambda fatal=fatal, world=world: shop_in(world).count(Points(fatal)))  # type: ignore[misc]
            good = end in (0, -signal.SIGKILL)
            good = good and forked(lambda world=world, expected=expected: _check(world, expected)) == 0  # type: ignore[misc]
            broken += not good
            sys.stdout.write(f"day {day}, point {fatal}: {'held' if good else 'BROKEN'}\n")
            sys.stdout.flush()
            shutil.rmtree(world)
            fatal += step
        sys.stdout.write(f"day {day} has fewer than {fatal - step + 1} points\n")
    return broken


def _prepare(before: Path, expected: Path, day: int) -> None:
    settled(before, *range(1, day))
    shop_in(before, day)
    shutil.copytree(before, before.with_name("undisturbed"))
    contents = settled(before.with_name("undisturbed"), day).contents()
    shutil.rmtree(before.with_name("undisturbed"))
    expected.write_text(json.dumps(contents, default=str), "utf-8")


def _check(world: Path, expected: Path) -> None:
    shop = shop_in(world)
    shop.sync()
    assert unsound(shop) == []
    assert unended(shop) == []
    assert json.loads(json.dumps(shop.contents(), default=str)) == json.loads(expected.read_text("utf-8"))
    shop.again()
    assert shop.writes == []


if __name__ == "__main__":
    sys.exit(min(1, walk(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
