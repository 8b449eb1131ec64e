"""How many calls are in flight: as many as bring more answers, and fewer when the server has too much."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.http.gradient import START, Gradient


def crowd(latency: Callable[[int], float], *, ceiling: int = 64, answers: int = 3000, kind: str = "GET x") -> Gradient:
    """Let a server answer so many calls, each after `latency(calls in flight)`; gives what was learned."""
    gradient = Gradient(ceiling)
    play(gradient, latency, answers, kind)
    return gradient


def play(
    gradient: Gradient, latency: Callable[[int], float], answers: int, kind: str = "GET x", now: float = 0.0
) -> list[int]:
    """Go on with a limit that knows something; gives the limit after each answer."""
    limits = []
    under_way: list[tuple[float, float]] = []
    for _ in range(answers):
        while len(under_way) < gradient.limit:
            heapq.heappush(under_way, (now + latency(len(under_way) + 1), now))
        now, left = heapq.heappop(under_way)
        gradient.answered(kind, left, now, len(under_way) + 1)
        limits.append(gradient.limit)
    return limits


def test_it_grows_to_the_ceiling_where_that_costs_nothing() -> None:
    """A server that answers as fast with many in flight gets as many as are allowed."""
    assert crowd(lambda _: 0.02, ceiling=32, answers=400).limit == 32


def test_it_stays_low_where_more_calls_only_wait() -> None:
    """A server that works on one call at a time has few that wait, and never none; more are tried ever more rarely."""
    limits = play(Gradient(64), lambda in_flight: 0.01 * in_flight, 3000)
    assert 2 <= median(limits) <= 12
    assert max(limits) <= 18
    assert sum(limit > 12 for limit in limits[1500:]) < 300


def test_it_finds_the_width_of_the_server() -> None:
    """A server that works on sixteen at once has those, and the few that keep it busy."""
    assert 16 <= median(play(Gradient(64), lambda in_flight: 0.02 * max(1.0, in_flight / 16), 3000)) <= 30


def test_it_grows_where_more_calls_wait_longer_and_bring_more_answers() -> None:
    """A server that commits in groups is slower with more in flight, and faster in all; it may become another."""
    gradient = Gradient(32)
    assert median(play(gradient, lambda in_flight: 0.004 * in_flight**0.5, 3000)[1500:]) == 32
    assert median(play(gradient, lambda in_flight: 0.004 * in_flight, 3000, now=1000.0)[1500:]) <= 24


def test_answers_that_vary_are_not_taken_for_a_crowd() -> None:
    """Latency between 10 and 200 ms, whatever is in flight, does not keep the limit low."""
    steps = iter(range(10**9))
    assert crowd(lambda _: (0.01, 0.2, 0.05, 0.1)[next(steps) % 4], ceiling=32).limit >= 24


def test_a_slower_kind_of_call_is_measured_for_itself() -> None:
    """After quick reads, slow writes are not taken for a crowd."""
    gradient = crowd(lambda _: 0.002, ceiling=32, answers=500, kind="GET x")
    play(gradient, lambda _: 0.05, 500, "POST x", now=1000.0)
    assert gradient.limit == 32


def test_a_refusal_takes_a_part_once_for_each_crowd() -> None:
    """Ten 429s of calls that left together shrink the limit once."""
    gradient = crowd(lambda _: 0.02, ceiling=32, answers=500)
    for _ in range(10):
        gradient.refused(99.0, 100.0)
    assert gradient.limit == 22


def test_more_is_not_tried_again_where_it_was_refused() -> None:
    """A server that refuses more than sixteen at once, and is busy beyond six, refuses few of many thousand calls."""
    gradient, now, refused = Gradient(64), 0.0, 0
    under_way: list[tuple[float, float, bool]] = []
    for _ in range(20_000):
        while len(under_way) < gradient.limit:
            latency, too_much = 0.02 * max(1.0, len(under_way) / 6), len(under_way) >= 16
            heapq.heappush(under_way, (now + (0.001 if too_much else latency), now, too_much))
        now, left, too_much = heapq.heappop(under_way)
        refused += too_much
        if too_much:
            gradient.refused(left, now)
        else:
            gradient.answered("GET x", left, now, len(under_way) + 1)
    assert refused <= 100


def test_it_starts_low() -> None:
    """Nothing is known of a server at first."""
    assert Gradient(64).limit == START
    assert Gradient(1).limit == 1


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
        gradient, now = Gradient(ceiling), 0.0
        limits.append([gradient.limit])
        for kind, latency, gap, in_flight in events:
            now += gap
            if kind == "r":
                before = gradient.limit
                gradient.refused(now - latency, now)
                assert gradient.limit <= before
            else:
                gradient.answered(kind, now - latency, now, in_flight)
            limits[-1].append(gradient.limit)
    assert limits[0] == limits[1]
    assert all(1 <= limit <= ceiling for limit in limits[0])
