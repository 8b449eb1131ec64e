"""How a CRM that misbehaves is served on a socket."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from connectors.giant_context.server.faults.connection import BreakableConnection
from connectors.giant_context.server.faults.file import read_plan
from connectors.giant_context.server.faults.layer import with_faults
from connectors.giant_context.server.faults.plan import FaultPlan
from connectors.giant_context.server.serve import configured


def misbehaving(app: FastAPI, plan: FaultPlan) -> uvicorn.Config:
    """Return how an app is served so that its calls, and its connections, go wrong as the plan says."""
    return configured(with_faults(app, plan), http=BreakableConnection)


def misbehaving_as(file: Path) -> Callable[[FastAPI], uvicorn.Config]:
    """Read a file of faults, and return how an app is served with them.

    Raises:
        ConfigurationError: The file cannot be used.
    """
    return partial(misbehaving, plan=read_plan(file))
