"""dlt itself: made silent before it is imported, and its errors in words that show no value."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from connectors.api import Means
from connectors.errors import AccessError, BridgeError, ConfigurationError, NotApplied, SourceRefused


def load(key: str) -> ModuleType:
    """Import dlt: it sends no telemetry, and logs nothing, since its warnings show values.

    Raises:
        ConfigurationError: It is not installed; the message begins with `key`.
    """
    os.environ.update({"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"})
    try:
        import dlt  # noqa: PLC0415 - an extra
    except ImportError:
        what = f"{key}: the package dlt is not installed."
        raise ConfigurationError(what, guidance="Run: pip install 'crm-bridge[dlt]'.") from None
    return dlt


@contextmanager
def mended(means: Means, key: str) -> Iterator[None]:
    """Turn what dlt or a resource raises into our errors.

    Raises:
        AccessError: The server that the resource asks answered 401 or 403.
        NotApplied: It could not be reached, or answered with another error.
        ConfigurationError: dlt misses a value, or does not take what `rest_api` says.
        SourceRefused: Anything else: the kind of error, and where it was raised, without its text.
    """
    from dlt.common.configuration.exceptions import ConfigFieldMissingException  # noqa: PLC0415 - an extra
    from dlt.common.exceptions import DictValidationException  # noqa: PLC0415 - an extra

    try:
        yield
    except (BridgeError, GeneratorExit):
        raise
    except Exception as error:  # noqa: BLE001 - a resource is anybody's code
        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, ConfigFieldMissingException):
                told = f"{key}: dlt misses a value for {', '.join(cause.fields)}."
                guidance = "Give it in `arguments`, or name it in `secret_argument`."
                raise ConfigurationError(told, guidance=guidance) from None
            if isinstance(cause, DictValidationException):
                place = ".".join(part for part in (cause.path.strip("./"), cause.field or "") if part)
                told = f"{key}.rest_api: dlt does not take {place or 'it'} as it is given."
                raise ConfigurationError(told, guidance="dlt's documentation of rest_api has the keys.") from None
            if (called := _called(cause, means.variable)) is not None:
                raise called from None
        first = causes[-1]
        raise SourceRefused(
            f"its resource ended with {type(first).__name__}{_place(first)}; values are not shown.", name=means.name
        ) from None


def host_of(url: str) -> str:
    """The host of a URL with its port, where it names one: all that is shown of a URL, which may hold a secret."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a port that is none
        return ""
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _called(error: BaseException, variable: str) -> BridgeError | None:
    """The error of a call over HTTP; None of others."""
    import requests  # noqa: PLC0415 - dlt brings it

    if not isinstance(error, requests.RequestException):
        return None
    request: Any = error.request
    method = (request is not None and request.method) or "GET"
    route = host_of(request.url or "") if request is not None else ""
    if error.response is None:
        return NotApplied("no usable answer", method=method, route=route, guidance="Is the server there?")
    status = error.response.status_code
    if status in (401, 403):
        guidance = f"Check the secret in {variable} and what it may do."
        return AccessError("the access is refused", method=method, route=route, status=status, guidance=guidance)
    return NotApplied(f"answered {status}", method=method, route=route, status=status, guidance="Try again later.")


def _place(error: BaseException) -> str:
    """The line of a resource's own code, where there is one; else the last line."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        one
        for one in frames
        if "site-packages" not in one.filename and Path(__file__).parent != Path(one.filename).parent
    ]
    return f" at {Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""
