"""A fresh embedded CRM for each test, and a plain way to call it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from connectors.giant_context.server.app import create_app

KEY = "gct_made_up"
ROOT = wire.app_path(ORGANIZATION_ID, PROJECT_ID, APP_ID)
REPOSITORY = Path(__file__).resolve().parents[4]


class InProcess(httpx.BaseTransport):
    """Calls an ASGI app from code that is not asynchronous."""

    def __init__(self, app: Any) -> None:
        self._asgi = httpx.ASGITransport(app)
        self._runner = asyncio.Runner()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Make the call and read the answer to its end."""
        whole = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())

        async def call() -> httpx.Response:
            answer = await self._asgi.handle_async_request(whole)
            return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())

        return self._runner.run(call())

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()


class Crm:
    """A caller who has a token."""

    def __init__(self, data_dir: Path, **options: Any) -> None:
        self.app = create_app(data_dir, api_key=KEY, **options)
        self.http = httpx.Client(transport=InProcess(self.app), base_url="http://127.0.0.1")
        self.store = self.app.state.store
        self.log_in()

    def log_in(self) -> None:
        """Take a fresh token."""
        answer = self.http.post(wire.TOKEN_PATH, json={"apiKey": KEY})
        self.http.headers["authorization"] = f"Bearer {answer.json()['token']}"

    def call(self, method: str, path: str, body: Any = None, *, expect: int = 200, **params: Any) -> Any:
        """Make a call below the app, and return what was answered with the status that is expected."""
        answer = self.http.request(method, ROOT + path, json=body, params=params)
        assert answer.status_code == expect, answer.text
        if expect >= 400:
            assert set(answer.json()) == {"message", "code"}
        return answer.json()

    def contact(self, **fields: Any) -> Any:
        """Create a contact."""
        return self.call("POST", "/contacts", {"firstName": "Ada", "lastName": "Lovelace"} | fields, expect=201)

    def company(self, **fields: Any) -> Any:
        """Create a company."""
        return self.call("POST", "/companies", {"name": "Engines"} | fields, expect=201)

    def ids(self, path: str, **params: Any) -> list[str]:
        """Return the ids on a page."""
        return [row["id"] for row in self.call("GET", path, **params)["data"]]


@contextmanager
def embedded(data_dir: Path, **options: Any) -> Iterator[Crm]:
    """Open a CRM and let go of its file afterwards."""
    crm = Crm(data_dir, **options)
    try:
        yield crm
    finally:
        crm.http.close()
        crm.store.close()


@contextmanager
def served(data_dir: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve a data folder from another process on a free port; gives the base URL."""
    command = [sys.executable, "-m", "connectors.giant_context.server", "--data", str(data_dir), "--port", "0"]
    environment = os.environ | {"CRM_BRIDGE_CRM_API_KEY": KEY}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=REPOSITORY) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(5)]
            yield lines[0].split()[-1], process
        finally:
            process.kill()
