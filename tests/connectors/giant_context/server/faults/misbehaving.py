"""A CRM that misbehaves, in process and on a socket, and our own client to meet it."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

import httpx
import uvicorn
from pydantic import SecretStr

from connectors.giant_context.client import GiantContext
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from connectors.giant_context.server.app import create_app
from connectors.giant_context.server.faults.kinds import Fault
from connectors.giant_context.server.faults.layer import with_faults
from connectors.giant_context.server.faults.plan import FaultPlan
from connectors.giant_context.server.faults.serving import misbehaving
from connectors.giant_context.server.store.contacts import CONTACTS
from connectors.giant_context.server.store.store import Store
from connectors.http import Limits
from tests.connectors.giant_context.server.crm import KEY
from tests.connectors.giant_context.server.faults.socket_like import SocketLike

T = TypeVar("T")

ONCE = Limits(attempts=1, attempt=5.0)
"""One attempt a call: what a fault becomes, without what the retries make of it."""
HASTY = Limits(attempts=1, attempt=0.3)


@dataclass
class Misbehaving:
    """A CRM whose calls go wrong, a client's way to it, and what really stands in it."""

    plan: FaultPlan
    store: Store
    base_url: str
    transport: Callable[[], httpx.AsyncBaseTransport | None]

    @asynccontextmanager
    async def client(self, limits: Limits = ONCE) -> AsyncIterator[GiantContext]:
        """Our client."""
        async with GiantContext(
            base_url=self.base_url,
            organization_id=ORGANIZATION_ID,
            project_id=PROJECT_ID,
            app_id=APP_ID,
            api_key=SecretStr(KEY),
            transport=self.transport(),
            limits=limits,
        ) as client:
            yield client

    def meets(self, *faults: Fault) -> None:
        """Begin anew: from now on these faults, and nothing counted or noted yet."""
        self.plan.faults = faults
        self.plan.calls.clear()
        self.plan.log.clear()

    def ask(self, call: Callable[[GiantContext], Awaitable[T]], limits: Limits = ONCE) -> T:
        """Make calls with a client of their own."""

        async def run() -> T:
            async with self.client(limits) as client:
                return await call(client)

        return asyncio.run(run())

    def last_names(self) -> list[str]:
        """Of all contacts that are really there, newest first."""
        with self.store.snapshot() as connection:
            return [row["lastName"] for row in CONTACTS.where(connection, "true ORDER BY ordinal DESC")]

    def has(self, last_name: str, within: float = 5.0) -> bool:
        """Whether a contact is there, or comes before the time is over."""
        end = time.monotonic() + within
        while last_name not in self.last_names():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True


@contextmanager
def in_process(data_dir: Path, *faults: Fault, seed: int = 0, **options: Any) -> Iterator[Misbehaving]:
    """A CRM that is called in process."""
    app = create_app(data_dir, api_key=KEY, **options)
    plan = FaultPlan(faults, seed=seed)
    layer = with_faults(app, plan)
    try:
        yield Misbehaving(plan, app.state.store, "http://127.0.0.1", lambda: SocketLike(layer))
    finally:
        app.state.store.close()


@contextmanager
def on_a_socket(data_dir: Path, *faults: Fault, seed: int = 0) -> Iterator[Misbehaving]:
    """A CRM that is served on a free port of this machine, by a thread."""
    app = create_app(data_dir, api_key=KEY, loopback_only=True)
    plan = FaultPlan(faults, seed=seed)
    server = uvicorn.Server(misbehaving(app, plan))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            yield Misbehaving(plan, app.state.store, base_url, lambda: None)
        finally:
            server.should_exit = True
            thread.join()
