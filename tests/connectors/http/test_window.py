"""How many calls are in flight: as many as the server takes, and fewer when it has too much."""

from __future__ import annotations

import heapq

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.http.window import START, Window


def play(window: Window, width: int, answers: int, now: float = 0.0) -> int:
    """Let a server answer so many calls, which refuses those beyond so many at once; gives how many were refused."""
    refused = 0
    under_way: list[tuple[float, float, bool]] = []
    for _ in range(answers):
        while len(under_way) < window.limit:
            latency, too_much = 0.02 * max(1.0, len(under_way) / 6), len(under_way) >= width
            heapq.heappush(under_way, (now + (0.001 if too_much else latency), now, too_much))
        now, left, too_much = heapq.heappop(under_way)
        refused += too_much
        if too_much:
            window.refused(left, now)
        else:
            window.answered(left, len(under_way) + 1)
    return refused


def test_it_grows_to_the_ceiling_where_nothing_is_refused() -> None:
    """A server that refuses nothing soon gets as many calls as are allowed."""
    window = Window(32)
    assert play(window, 64, 100) == 0
    assert window.limit == 32


def test_what_is_not_used_up_does_not_grow() -> None:
    """Calls that come one by one say nothing of many at once."""
    window = Window(32)
    for moment in range(1000):
        window.answered(moment, 1)
    assert window.limit == START


def test_a_refusal_takes_a_part_once_for_each_crowd() -> None:
    """Ten 429s of calls that left together shrink the limit once."""
    window = Window(32)
    play(window, 64, 500)
    for _ in range(10):
        window.refused(99.0, 100.0)
    assert window.limit == 22


def test_after_refusals_it_grows_again_to_the_ceiling() -> None:
    """A server that was busy for a while gets as many calls as are allowed afterwards."""
    window = Window(32)
    play(window, 8, 2000)
    assert window.limit < 12
    play(window, 64, 8000, now=1000.0)
    assert window.limit == 32


def test_more_is_rarely_tried_again_where_it_was_refused() -> None:
    """A server that refuses more than sixteen at once refuses few of many thousand calls, and has nearly sixteen."""
    window = Window(64)
    assert play(window, 16, 20_000) <= 100
    assert 11 <= window.limit <= 17


def test_it_starts_low() -> None:
    """Nothing is known of a server at first."""
    assert Window(64).limit == START
    assert Window(1).limit == 1


@settings(deadline=None)  # the machine may be busy
@given(
    ceiling=st.integers(1, 64),
    events=st.lists(
        st.tuples(st.sampled_from("abr"), st.floats(0, 5), st.floats(0, 0.5), st.integers(1, 64)), max_size=300
    ),
)
def test_it_stays_between_one_and_the_ceiling(ceiling: int, events: list[tuple[str, float, float, int]]) -> None:
    """Whatever comes, in whatever order, at least one call may be in flight and no more than allowed."""
    limits = []
    for _ in range(2):
        window, now = Window(ceiling), 0.0
        limits.append([window.limit])
        for kind, latency, gap, in_flight in events:
            now += gap
            if kind == "r":
                before = window.limit
                window.refused(now - latency, now)
                assert window.limit <= before
            else:
                window.answered(now - latency, in_flight)
            limits[-1].append(window.limit)
    assert limits[0] == limits[1]
    assert all(1 <= limit <= ceiling for limit in limits[0])
