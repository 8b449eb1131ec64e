"""The embedded CRM on a socket, for browsers, other programs and tests."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from connectors.errors import ConfigurationError
from connectors.giant_context.server.access import (
    API_KEY_VARIABLE,
    APP_ID,
    DEFAULT_PORT,
    ORGANIZATION_ID,
    PROJECT_ID,
    api_key_file,
)
from connectors.giant_context.server.app import create_app
from connectors.giant_context.server.bounds import BoundedConnection

Configure: TypeAlias = Callable[[FastAPI], uvicorn.Config]
"""How an app is served."""


def configured(app: ASGIApp, http: type[BoundedConnection] = BoundedConnection) -> uvicorn.Config:
    """Return how an app is served."""
    return uvicorn.Config(
        app,
        access_log=False,  # paths and queries carry personal data
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        http=http,
    )


def serve(
    data_dir: Path,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    configure: Configure = configured,
    note: str = "",
    option: str = "--port",
    begun: Callable[[uvicorn.Server], None] | None = None,
) -> None:
    """Serve the CRM of a data folder until interrupted.

    Args:
        data_dir: Holds `crm.db` and the API key; made if it is not there.
        host: A loopback address.
        port: 0 takes any free one; the port taken is printed.
        configure: How the app is served: a CRM that misbehaves, for tests, is served in another way.
        note: A line that is printed below the address.
        option: What chooses the port on the command line.
        begun: Is given the server, for whoever wants to stop it.

    Raises:
        ConfigurationError: The address is not on loopback, or the port cannot be had.
    """
    _require_loopback(host)
    listening = listen(host, port, option)
    with listening:
        app = create_app(data_dir, loopback_only=True)
        shown = f"[{host}]" if ":" in host else host
        sys.stdout.write(
            f"Base URL:      http://{shown}:{listening.getsockname()[1]}\n"
            f"Organization:  {ORGANIZATION_ID}\n"
            f"Project:       {PROJECT_ID}\n"
            f"App:           {APP_ID}\n"
            f"API key:       in {api_key_file(data_dir)} (or {API_KEY_VARIABLE})\n"
        )
        if note:
            sys.stdout.write(f"{note}\n")
        sys.stdout.flush()
        server = uvicorn.Server(configure(app))
        if begun is not None:
            begun(server)
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def _require_loopback(host: str) -> None:
    with suppress(ValueError):
        if host == "localhost" or ipaddress.ip_address(host).is_loopback:
            return
    raise ConfigurationError(
        f"host {host!r} is not a loopback address.",
        guidance="The embedded CRM has no TLS: use 127.0.0.1, and a TLS proxy of your own to reach it from elsewhere.",
    )


def listen(host: str, port: int, option: str = "--port") -> socket.socket:
    """Take a port; 0 takes any free one. `option` is what chooses it on the command line.

    Raises:
        ConfigurationError: It cannot be had.
    """
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
    except (OSError, OverflowError) as error:
        listening.close()
        raise ConfigurationError(
            f"port {port} on {host} cannot be used: {getattr(error, 'strerror', None) or error}.",
            guidance=f"Choose another with {option} (0 takes any free one).",
        ) from error
    return listening
