"""The embedded CRM behind a layer in which calls go wrong."""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from connectors.giant_context.server.faults.connection import connection_of
from connectors.giant_context.server.faults.deeds import DEEDS
from connectors.giant_context.server.faults.edits import edit
from connectors.giant_context.server.faults.kinds import Edit, Fault, Insertion
from connectors.giant_context.server.faults.plan import FaultPlan
from connectors.giant_context.server.faults.routes import route_of
from connectors.giant_context.server.faults.visit import Visit
from connectors.giant_context.server.store.store import Store
from connectors.giant_context.server.tokens import TokenDesk

BREAKS: Final = frozenset({"reset_before", "reset_after", "truncated", "late"})
"""The kinds that break the connection."""

log = logging.getLogger(__name__)


class FaultLayer:
    """Stands before an app, outside all of its middleware: what broke would else be answered with a tidy 500."""

    def __init__(self, app: FastAPI, plan: FaultPlan) -> None:
        self._app = app
        self._plan = plan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, unless the plan has something for it."""
        met = self._plan.meet(route_of(scope["method"], scope["path"])) if scope["type"] == "http" else None
        if met is None:
            await self._app(scope, receive, send)
            return
        fault, happening = met
        if fault.kind in BREAKS:
            connection_of(scope)  # refuses before anything is done
        if await self._befall(fault):
            self._plan.note(happening)
            log.warning("fault: %s, number %d: %s", *happening)
        visit = Visit(self._app, scope, receive, send)
        try:
            await DEEDS.get(fault.kind, _go_on)(visit, fault)
        finally:
            await visit.close()

    async def _befall(self, fault: Fault) -> bool:
        """Change what the CRM holds, if that is the fault, and return whether there is one at all."""
        store: Store = self._app.state.store
        if isinstance(fault, Insertion | Edit):
            return await store.written(partial(edit, fault=fault, clock=store.clock))
        if fault.kind == "revoke_tokens":
            desk: TokenDesk = self._app.state.desk
            desk.revoke()
        return True


async def _go_on(visit: Visit, _: Fault) -> None:
    await visit.go_on()


def with_faults(app: FastAPI, plan: FaultPlan) -> FaultLayer:
    """Return an app of `create_app` as one that misbehaves as the plan says.

    Kinds that break the connection need `connection.BreakableConnection` under uvicorn, or a transport that offers one.
    """
    return FaultLayer(app, plan)
