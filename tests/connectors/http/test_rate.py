"""When calls leave: as fast as the server takes them in, with few refusals."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count as numbers

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.http.rate import Rate

LIMIT = 50
Admits = Callable[[float], bool]


def bucket(depth: int) -> Admits:
    """A server whose bucket of so many tokens gains 50 a second."""
    tokens, last = float(depth), 0.0

    def admit(now: float) -> bool:
        nonlocal tokens, last
        tokens, last = min(depth, tokens + (now - last) * LIMIT), now
        taken = tokens >= 1
        tokens -= taken
        return taken

    return admit


def last_second(count: int = LIMIT) -> Admits:
    """A server that takes 50 in any second."""
    taken: deque[float] = deque()

    def admit(now: float) -> bool:
        while taken and taken[0] <= now - 1:
            taken.popleft()
        if len(taken) >= count:
            return False
        taken.append(now)
        return True

    return admit


def each_second() -> Admits:
    """A server that counts to 50 and begins anew with each second."""
    second, count = -1, 0

    def admit(now: float) -> bool:
        nonlocal second, count
        second, count = int(now), count + 1 if int(now) == second else 1
        return count <= LIMIT

    return admit


def play(rate: Rate, admits: Admits, seconds: float, wish: float | None, latency: float = 0.02) -> tuple[int, int]:
    """Four callers call without end for so many seconds: how many calls were taken in, and how many refused."""
    taken = refused = 0
    events: list[tuple[float, int, str, float]] = [(0.0, number, "wants", 0.0) for number in range(4)]
    while events[0][0] < seconds:
        now, number, what, left = heapq.heappop(events)
        if what == "wants":
            heapq.heappush(events, (max(now, rate.take(now)), number, "leaves", 0.0))
        elif what == "leaves":
            what = "wants" if rate.paused(now) else "taken" if admits(now) else "refused"
            heapq.heappush(events, (now if what == "wants" else now + latency, number, what, now))
        elif what == "taken":
            taken += 1
            rate.answered(now)
            heapq.heappush(events, (now, number, "wants", 0.0))
        else:
            refused += 1
            rate.refused(left, now, wish)
            heapq.heappush(events, (now + 1, number, "wants", 0.0))
    return taken, refused


@pytest.mark.parametrize("wish", [None, 1.0])
@pytest.mark.parametrize(
    "server", [lambda: bucket(10), lambda: bucket(50), lambda: bucket(200), last_second, each_second]
)
def test_after_refusals_it_finds_the_servers_pace(server: Callable[[], Admits], wish: float | None) -> None:
    """Over ten minutes 95 % of 50 calls a second are used, and less than 1 % are refused, however the server counts."""
    taken, refused = play(Rate(None), server(), 600, wish)
    assert taken >= 0.95 * LIMIT * 600
    assert refused < 0.01 * (taken + refused)


@pytest.mark.parametrize("wish", [None, 1.0])
def test_a_refusal_before_any_answer_is_soon_made_up_for(wish: float | None) -> None:
    """Nothing is known then of what the server takes: a minute later 60 % of all that it took since are used."""
    server, calls = last_second(), numbers(1)
    taken, _ = play(Rate(None), lambda now: next(calls) > 4 and server(now), 60, wish)
    assert taken >= 0.6 * LIMIT * 60


@pytest.mark.parametrize("wish", [None, 1.0])
def test_it_finds_out_when_the_server_takes_more(wish: float | None) -> None:
    """A limit that is lifted is used before long."""
    rate, low = Rate(None), last_second(10)
    play(rate, lambda now: low(now) or now > 30, 30, wish)
    assert (rate.pace(30.0) or 0) < 12
    taken, _ = play(Later(rate, 30.0), lambda _: True, 300, wish)
    assert taken > 300 * 30


class Later(Rate):
    """A rate that goes on at a later moment."""

    def __init__(self, rate: Rate, moment: float) -> None:
        self._rate, self._moment = rate, moment

    def take(self, now: float) -> float:
        """Take a place, later."""
        return self._rate.take(now + self._moment) - self._moment

    def paused(self, now: float) -> bool:
        """Ask, later."""
        return self._rate.paused(now + self._moment)

    def answered(self, now: float) -> None:
        """Tell, later."""
        self._rate.answered(now + self._moment)


def test_a_given_pace_is_used_up() -> None:
    """50 a second are 50 a second, also when callers come a little late."""
    taken, refused = play(Rate(50.0), bucket(2), 60, None, latency=0.03)
    assert refused == 0
    assert taken >= 0.98 * LIMIT * 60


def test_without_refusals_nothing_waits() -> None:
    """As long as there was no 429 calls leave as they come."""
    rate = Rate(None)
    assert [rate.take(moment) for moment in (1.0, 1.0, 1.5)] == [1.0, 1.0, 1.5]


@settings(deadline=None)  # the machine may be busy
@given(
    st.one_of(st.none(), st.floats(0.5, 100)),
    st.lists(
        st.tuples(st.sampled_from("tar"), st.floats(0, 30), st.one_of(st.none(), st.floats(0, 300))), max_size=200
    ),
)
def test_the_pace_is_sane_whatever_comes(fixed: float | None, events: list[tuple[str, float, float | None]]) -> None:
    """A pace is above nothing and never above the one given; no call leaves in the past or in a pause."""
    rate, now, paused = Rate(fixed), 0.0, 0.0
    for what, gap, wish in events:
        now += gap
        if what == "t":
            start = rate.take(now)
            assert start >= paused
        elif what == "a":
            rate.answered(now)
        else:
            rate.refused(now, now, wish)
            paused = max(paused, now + (wish or 0.0))
        pace = rate.pace(now)
        assert pace is None or pace > 0
        assert fixed is None or (pace is not None and pace <= fixed)
