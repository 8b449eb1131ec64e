"""Places for calls: as many as the limit says, served in turn."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from connectors.http.places import Places


def test_places_are_served_in_turn_and_given_back_by_who_gives_up() -> None:
    """A caller that is cancelled while it waits, or just as it is served, costs no place."""

    async def run() -> tuple[list[int], int]:
        places, served = Places(1), []

        async def use(number: int) -> None:
            await places.take()
            try:
                served.append(number)
                await asyncio.sleep(0)
            finally:
                places.free()

        tasks = [asyncio.create_task(use(number)) for number in range(6)]
        await asyncio.sleep(0)
        tasks[2].cancel()
        await asyncio.sleep(0)  # the first gives its place to the second …
        tasks[1].cancel()  # … which gives up at that moment
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        return served, places.taken

    served, taken = asyncio.run(run())
    assert served in ([0, 3, 4, 5], [0, 1, 3, 4, 5])
    assert taken == 0


@pytest.mark.parametrize("ceiling", [1, 3])
def test_no_more_places_are_taken_than_the_limit_says(ceiling: int) -> None:
    """The bound holds at each moment."""

    async def run() -> int:
        places, most = Places(ceiling), 0

        async def use() -> None:
            nonlocal most
            await places.take()
            most = max(most, places.taken)
            await asyncio.sleep(0)
            places.free()

        await asyncio.gather(*(use() for _ in range(20)))
        return most

    assert asyncio.run(run()) == ceiling
