"""How the server says no: a status, and a body of `message` and `code`, never a value from the request."""

from __future__ import annotations

import sqlite3
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.giant_context import wire

_CODES: Final = {
    400: "BAD_REQUEST",
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT",
    413: "BAD_REQUEST",
    429: "RATE_LIMITED",
    431: "BAD_REQUEST",
    500: "INTERNAL_ERROR",
    503: "UNAVAILABLE",
}


class Refusal(HTTPException):
    """The call is refused. The message is shown to the caller as it stands."""


def bad_request(message: str) -> Refusal:
    """400: the call cannot mean anything here."""
    return Refusal(400, message)


def unauthorized(message: str) -> Refusal:
    """401: who calls is not known."""
    return Refusal(401, message, headers={"WWW-Authenticate": "Bearer"})


def not_found(what: str) -> Refusal:
    """404: there is no such thing, or it is not the caller's to know."""
    return Refusal(404, f"{what} not found.")


def conflict(field: str) -> Refusal:
    """409: another contact holds the e-mail or phone. Whose it is, is not said."""
    return Refusal(409, f"Another contact has this {field}.")


def busy() -> Refusal:
    """503: the file is somebody else's for now. Nothing was written."""
    return Refusal(503, "Somebody else is writing to the file. Nothing was written.", headers={"Retry-After": "1"})


def refusal_answer(status: int, message: str, headers: Any = None) -> JSONResponse:
    """Build the answer for a status."""
    body = wire.ErrorBody(message=message, code=_CODES.get(status, "BAD_REQUEST"))
    return JSONResponse(body.model_dump(), status, headers)


async def answer_refusal(request: Request, error: Exception) -> Response:
    """Answer a Refusal, or what the router itself refuses: an unknown path, a wrong method."""
    if not isinstance(error, HTTPException):
        raise error
    # The router names the methods of the one route that it tried last.
    headers = {"Allow": request.app.allowed(request.scope)} if error.status_code == 405 else error.headers
    return refusal_answer(error.status_code, str(error.detail), headers)


async def answer_busy(request: Request, error: Exception) -> Response:
    """Answer what SQLite says when somebody else keeps the file locked for too long."""
    if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise error
    return await answer_refusal(request, busy())


async def answer_invalid(_request: Request, error: Exception) -> Response:
    """Answer what failed validation with 400, naming the first field that is wrong, and never its value."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return refusal_answer(400, f"{where}: {first['msg']}")
