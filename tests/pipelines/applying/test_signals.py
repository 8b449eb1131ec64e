"""A signal is a stop, whatever a library makes of it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import duckdb
import pytest

from pipelines.applying.signals import heeded

ENDLESS = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"


class Stopped(BaseException):
    """What the handler raises that was there before."""


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def number(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a signal whose handler raises, as Dagster's does."""

    def stop(_number: int, _frame: Any) -> None:
        raise Stopped

    former = signal.signal(request.param, stop)
    yield request.param
    signal.signal(request.param, former)


def sent_soon(number: signal.Signals) -> threading.Timer:
    """Send this process a signal while it is at work."""
    timer = threading.Timer(0.2, os.kill, (os.getpid(), number))
    timer.start()
    return timer


def test_a_stop_while_duckdb_works_is_that_stop(number: signal.Signals) -> None:
    """DuckDB makes an error of its own of the handler's, or none: the handler's is what comes out."""
    timer = sent_soon(number)
    with pytest.raises(Stopped), heeded(), duckdb.connect(config={"threads": 1}) as database:
        database.execute(ENDLESS)
    timer.join()


def test_a_stop_that_is_swallowed_is_raised_at_the_end(number: signal.Signals) -> None:
    """Work that catches all and ends well does not hide the stop; a check shows it before."""

    def work() -> None:
        with heeded() as check:
            check()
            with suppress(Stopped):
                os.kill(os.getpid(), number)
            with pytest.raises(KeyboardInterrupt):
                check()

    with pytest.raises(Stopped):
        work()


def test_a_stop_that_python_cannot_raise_is_not_printed(
    number: signal.Signals, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the callback of a weak reference no error can be raised: it is the stop all the same, and no traceback."""

    class Thing:
        pass

    def work() -> None:
        thing = Thing()
        with heeded():
            seen = weakref.ref(thing, lambda _: os.kill(os.getpid(), number))
            del thing
            assert seen() is None

    hook = sys.unraisablehook
    with pytest.raises(Stopped):
        work()
    assert sys.unraisablehook is hook
    assert capsys.readouterr().err == ""


def test_what_was_there_before_is_there_again(number: signal.Signals) -> None:
    """The handlers come back, an error without a signal stays itself, and one that tells the stop passes."""
    before = signal.getsignal(number)

    def fail() -> None:
        raise ValueError("ours")

    def told() -> None:
        with pytest.raises(Stopped):
            os.kill(os.getpid(), number)
        fail()

    jobs: list[Callable[[], None]] = [fail, told]
    for job in jobs:
        with pytest.raises(ValueError, match="ours"), heeded(ValueError):
            job()
        assert signal.getsignal(number) is before


def test_another_thread_is_left_alone(number: signal.Signals) -> None:
    """Only the main thread may have handlers; elsewhere nothing is changed."""
    before, seen = signal.getsignal(number), []

    def work() -> None:
        with heeded() as check:
            check()
            seen.append(signal.getsignal(number))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [before]
