"""A stop by hand comes as a cancellation, and is then what it was before."""

from __future__ import annotations

import asyncio
import os
import signal
from types import FrameType

import pytest

from pipelines.applying.stopping import stoppable


class StoppedError(Exception):
    """What somebody else's handler raises."""


def _raise(_: int, __: FrameType | None) -> None:
    raise StoppedError


def test_a_signal_cancels_and_the_former_handler_has_its_turn() -> None:
    """The job winds up as one that is cancelled does, and the error is that of the handler that was there before."""
    wound_up = False

    async def job() -> None:
        nonlocal wound_up
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            wound_up = True

    former = signal.signal(signal.SIGTERM, _raise)
    try:
        with pytest.raises(StoppedError):
            asyncio.run(stoppable(job()))
        assert signal.getsignal(signal.SIGTERM) is _raise
    finally:
        signal.signal(signal.SIGTERM, former)
    assert wound_up


def test_without_a_signal_nothing_changes() -> None:
    """The job's result comes back, and handlers stand as they stood."""

    async def job() -> int:
        return 7

    before = signal.getsignal(signal.SIGINT)
    assert asyncio.run(stoppable(job())) == 7
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_in_the_moment_in_which_the_job_ends_is_obeyed() -> None:
    """The job is done, and what would come after it does not begin."""

    async def job() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 7

    former = signal.signal(signal.SIGTERM, _raise)
    try:
        with pytest.raises(StoppedError):
            asyncio.run(stoppable(job()))
    finally:
        signal.signal(signal.SIGTERM, former)


def test_a_signal_that_is_ignored_stays_so() -> None:
    """A worker that was started to outlive its terminal is not stopped by it."""

    async def job() -> int:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(0)
        return 7

    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert asyncio.run(stoppable(job())) == 7
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, former)
