"""What is said of a source."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from connectors.errors import SourceRefused
from pipelines.intake import looking
from pipelines.ledger import file as ledger_file
from pipelines.report.counted import counted
from pipelines.report.doctor import clock
from pipelines.report.doctor.finding import Finding, ok, warn, wrong
from pipelines.settings import sources
from pipelines.workspace import Workspace

if TYPE_CHECKING:
    from pipelines.ledger.cursors import Cursor

SHOWN: Final = 10
"""Refused files that are named."""


def source(work: Workspace, name: str, seconds: float) -> Iterator[Finding]:
    """Whether it can be read, asked within so many seconds."""
    what = f"source {name}"
    if sources.pulls(name, work.settings):
        yield from _api(work, name, what, seconds)
    else:
        yield from _files(work, name, what, seconds)


def _api(work: Workspace, name: str, what: str, seconds: float) -> Iterator[Finding]:
    found, asked, answered = looking.access(work, name, seconds)
    yield ok(what, "; ".join((found.account, *found.notes, _pulled(work, name))))
    for one in found.wrong:
        yield wrong(what, one)
    if found.server_time is not None:
        yield from clock.off(what, found.server_time, asked, answered)


def _files(work: Workspace, name: str, what: str, seconds: float) -> Iterator[Finding]:
    glimpses = looking.glance(work, name)
    if glimpses is None:
        yield ok(what, f"a run reads it (kind {work.settings.sources[name].kind}); it cannot be looked at before")
        return
    end = time.monotonic() + seconds
    fine, refused, cut = 0, list[SourceRefused](), False
    for one in glimpses:
        if isinstance(one, SourceRefused):
            refused.append(one)
        else:
            fine += 1
        if cut := time.monotonic() > end:
            break
    for refusal in refused[:SHOWN]:
        yield wrong(what, refusal)
    if len(refused) > SHOWN:
        yield wrong(what, f"{len(refused) - SHOWN:,} more files would be refused.")
    rest = "; the others were not looked at, there are too many" if cut else ""
    if fine:
        yield ok(what, f"{counted(fine, 'files')} that can be read, by name and header{rest}")
    elif not refused:
        yield warn(what, f"no file is in {work.settings.sources[name].options.get('path', 'it')}. Put one there.")


def _pulled(work: Workspace, name: str) -> str:
    """When each stream was last pulled."""
    cursors = {stream: cursor for (one, stream), cursor in _cursors(work).items() if one == name}
    if not cursors:
        return "never pulled yet"
    moments = (
        f"{stream} {datetime.fromtimestamp(one.moved_at, UTC):%Y-%m-%d %H:%M}" for stream, one in cursors.items()
    )
    return f"pulled (UTC): {', '.join(moments)}"


def _cursors(work: Workspace) -> dict[tuple[str, str], Cursor]:
    path = work.ledger_path
    if not path.exists():
        return {}
    if ledger_file.examine(path) < ledger_file.VERSION:
        return {}
    with work.cursors() as kept:
        return kept.all()
