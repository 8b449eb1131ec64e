"""How a CRM that misbehaves is served on a socket."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from connectors.giant_context.server.faults.connection import BreakableConnection
from connectors.giant_context.server.faults.file import read_plan
from connectors.giant_context.server.faults.layer import with_faults
from connectors.giant_context.server.faults.plan import FaultPlan
from connectors.giant_context.server.serve import Configure, configured, serve


def misbehaving(app: FastAPI, plan: FaultPlan) -> uvicorn.Config:
    """Return how an app is served so that its calls, and its connections, go wrong as the plan says."""
    return configured(with_faults(app, plan), http=BreakableConnection)


def misbehaving_as(file: Path) -> Configure:
    """Read a file of faults, and return how an app is served with them.

    Raises:
        ConfigurationError: The file cannot be used.
    """
    return partial(misbehaving, plan=read_plan(file))


def serve_misbehaving(data_dir: Path, host: str, port: int, file: Path) -> None:
    """Serve the CRM of a data folder as a file of faults says, until interrupted.

    Raises:
        ConfigurationError: The file, the address or the port cannot be used.
    """
    serve(data_dir, host, port, configure=misbehaving_as(file), note=f"Misbehaves:    as {file} says")
