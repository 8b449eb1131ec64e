"""Calls over real sockets: aiohttp underneath, with httpx's interface, and errors that can be told apart.

httpx-aiohttp calls every connection that is lost a timeout of connecting, also after the call has left. Whether a write
was surely not sent hangs on that difference, so the error of aiohttp beneath is looked at again here.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Final

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from connectors.http.names import Names

_KINDS: Final[tuple[tuple[type[BaseException], type[httpx.TransportError]], ...]] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientError, httpx.ReadError),
    (OSError, httpx.ReadError),
)
"""What an error of aiohttp's means, the most special first. The first four come before a byte has left."""


class SocketTransport(AiohttpTransport):
    """One pool of connections to a server; no cookies, no proxies, nothing from the environment.

    aiohttp sends a GET, PUT or DELETE once more where a kept connection turns out closed; a POST it never repeats.
    """

    def __init__(self, *, connections: int, keepalive: float) -> None:
        bounds = httpx.Limits(max_connections=connections, keepalive_expiry=keepalive)
        super().__init__(trust_env=False, limits=bounds, client=self._session)

    def _session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self.limits.max_connections or 0,
            keepalive_timeout=self.limits.keepalive_expiry,
            ssl=self.ssl_context,
            resolver=Names(),
        )
        return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; its answer's body is read as it is asked for."""
        with _told_apart():
            response = await super().handle_async_request(request)
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Body(response.stream)
        return response


class _Body(httpx.AsyncByteStream):
    """A body whose errors are told apart, too."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _told_apart():
            async for chunk in self._inner:
                yield chunk

    async def aclose(self) -> None:
        with _told_apart():
            await self._inner.aclose()


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except (httpx.TransportError, aiohttp.ClientError, OSError) as error:
        cause = error.__cause__ if isinstance(error, httpx.TransportError) else error
        kind = next((kind for known, kind in _KINDS if isinstance(cause, known)), httpx.ReadError)
    else:
        return
    raise kind("")  # the error's own text may show the address
