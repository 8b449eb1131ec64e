"""An answer held back after the work was done, and what may be made of it before it goes out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final, NamedTuple

from starlette.types import Send

from connectors.giant_context import wire
from connectors.giant_context.server.store.ids import new_id

Headers = tuple[tuple[bytes, bytes], ...]

_PAGE: Final = b"<!doctype html><html><head><title>Welcome</title></head><body>Please sign in.</body></html>"


class Answer(NamedTuple):
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes

    async def start(self, send: Send) -> None:
        """Send status and headers."""
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})

    async def send(self, send: Send) -> None:
        """Send all of it."""
        await self.start(send)
        await send({"type": "http.response.body", "body": self.body})

    def saying(self, content_type: str, body: bytes) -> Answer:
        """Return it with another body."""
        described = ((b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode()))
        return self._replace(headers=self._bare() + described, body=body)

    def _bare(self) -> Headers:
        return tuple(header for header in self.headers if header[0].lower() not in {b"content-type", b"content-length"})


def refused(status: int, *headers: tuple[str, str]) -> Answer:
    """Return the refusal that a server, or what stands before it, gives of itself."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:  # a status that nobody has given a meaning, such as 599
        phrase = "Failure"
    own = ((b"x-request-id", new_id().encode()), *((name.encode(), value.encode()) for name, value in headers))
    said = wire.ErrorBody(message=f"{phrase}.", code=phrase.upper().replace(" ", "_").replace("-", "_"))
    return Answer(status, own, b"").saying("application/json", said.model_dump_json().encode())


def retry_after(wish: int | str, now: datetime) -> str:
    """Return the header's text: `date+30` and `date-30` become that moment, anything else stays as it is."""
    relative = re.fullmatch(r"date([+-][0-9]{1,7})", str(wish))
    return format_datetime(now + timedelta(seconds=int(relative[1])), usegmt=True) if relative else str(wish)


def _html(answer: Answer) -> Answer:
    return answer.saying("text/html; charset=utf-8", _PAGE)


def _wrong_type(answer: Answer) -> Answer:
    """A list where an object was promised, and the other way round."""
    return answer.saying("application/json", b"[]" if answer.body.lstrip().startswith(b"{") else b'{"ok":true}')


def _no_content(answer: Answer) -> Answer:
    # Neither type nor length: HTTP forbids the length of what a 204 does not have.
    return Answer(204, answer._bare(), b"")


GARBLED: Final[Mapping[str, Callable[[Answer], Answer]]] = {
    "html": _html,
    "wrong_type": _wrong_type,
    "no_content": _no_content,
}
"""What a kind makes of the answer."""
