"""A look at a source before it is read: whether its server lets us in, or what its files are at a glance."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from connectors.contract import Glanced, Glimpse
from connectors.errors import BridgeError, SourceRefused
from pipelines.settings import sources
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from connectors.api import Access, ApiSource


CALL: Final = 0.8
"""The share of the time that one call may take, so that it is the call that says what is wrong with it."""


def access(work: Workspace, name: str, seconds: float) -> tuple[Access, datetime, datetime]:
    """What a source of an API says of itself; and when it was asked and had answered.

    Raises:
        ConfigurationError: its options are wrong, or its secret is missing.
        CallError: it cannot be reached, or refuses the secret.
        TimeoutError: it takes longer than so many seconds.
    """
    source = cast("ApiSource", sources.build(name, work.settings, transport=work.transport, within=CALL * seconds))
    asked = datetime.now(UTC)
    found = asyncio.run(asyncio.wait_for(_check(source), seconds))
    return found, asked, datetime.now(UTC)


async def _check(source: ApiSource) -> Access:
    async with source:
        return await source.check()


def glance(work: Workspace, name: str) -> Iterator[Glimpse | SourceRefused] | None:
    """What a source's files are as far as their first rows tell, and which would be refused; None: it cannot say.

    Raises:
        SourceRefused: there is nothing at all, when the first is asked for.
    """
    source = sources.build(name, work.settings)
    if not hasattr(source, "glance"):
        return None
    return _judged(work, name, cast("Glanced", source).glance())


def _judged(work: Workspace, name: str, found: Iterator[Glimpse | SourceRefused]) -> Iterator[Glimpse | SourceRefused]:
    for one in found:
        if isinstance(one, Glimpse) and one.columns:
            try:
                sources.layout_of(name, work.settings, one.object, one.columns, one.name)
            except SourceRefused as refusal:  # of a header alone it cannot say whose it is
                yield SourceRefused(refusal.reason, name=one.name, line=refusal.line, guidance=refusal.guidance)
                continue
        yield one


def sizes(work: Workspace) -> Iterator[int]:
    """The bytes of each file of the sources, as far as they can be told."""
    for name in work.settings.sources:
        try:
            source = sources.build(name, work.settings)
            yield from cast("Glanced", source).sizes() if hasattr(source, "sizes") else ()
        except BridgeError:  # what is wrong with it is said where it is looked at
            continue
