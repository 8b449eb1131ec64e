"""What is said of the CRM."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectors.giant_context.server.store import database
from pipelines.crm import access
from pipelines.report.counted import counted
from pipelines.report.doctor import clock
from pipelines.report.doctor.finding import Finding, ok, warn, wrong
from pipelines.settings import target
from pipelines.workspace import Workspace

CRM: Final = "crm"


def crm(work: Workspace, seconds: float) -> Iterator[Finding]:
    """Whether a run could read it and write to it, asked within so many seconds."""
    if work.settings.crm.embedded:
        yield from _embedded(work, seconds)
    else:
        yield from _account(work, seconds)


def _embedded(work: Workspace, seconds: float) -> Iterator[Finding]:
    where = target.where(work.settings, work.data)
    if not target.is_there(work.settings, work.data):
        work.refuse_gone_crm()
        yield ok(CRM, f"{where}: not there yet, the first run makes it")
    elif database.examine(work.data, seconds / 2):
        yield ok(CRM, f"{where}: whole; writes {_switch(work)}")
    else:
        yield ok(CRM, f"{where}: opens (it is too large to be looked through in a few seconds); writes {_switch(work)}")


def _account(work: Workspace, seconds: float) -> Iterator[Finding]:
    found = access.ask(work, seconds)
    where = target.where(work.settings, work.data)
    limits = f"; {', '.join(found.limits)}" if found.limits else ""
    yield ok(CRM, f"{where}: takes the key; {counted(found.contacts, 'contacts')}; writes {_switch(work)}{limits}")
    for name, error in found.refused:
        yield wrong(CRM, f"{name} cannot be read: {error}")
    if found.server_time is None:
        yield warn(CRM, "its answers bear no date, so that its clock cannot be told from ours.")
    else:
        yield from clock.off(CRM, found.server_time, found.asked, found.answered)


def _switch(work: Workspace) -> str:
    return "on" if work.settings.crm.may_write else "off (crm.writes)"
