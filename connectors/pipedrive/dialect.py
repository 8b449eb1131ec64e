"""How Pipedrive says that it was called too often."""

from __future__ import annotations

import re
from collections.abc import Mapping

import httpx

from connectors.http import Dialect


class Pipedrive(Dialect):
    """Headers that count down, a 429, and a page in HTML for those who go on all the same."""

    def too_many(self, status: int, headers: Mapping[str, str], body: bytes | None) -> bool:
        """A 429, or a 403 that is a page: the API's own refusals are JSON."""
        is_page = "html" in headers.get("content-type", "").lower() or (body or b"").lstrip().startswith(b"<")
        return super().too_many(status, headers, body) or (status == 403 and is_page)

    def rest(self, headers: Mapping[str, str]) -> float | None:
        """Until the burst's count begins anew, once it is used up."""
        return _reset(headers) if headers.get("x-ratelimit-remaining", "").strip() == "0" else None

    def retry_after(self, response: httpx.Response) -> float | None:
        """Until the burst's count begins anew."""
        return _reset(response.headers)


def _reset(headers: Mapping[str, str]) -> float | None:
    text = headers.get("x-ratelimit-reset", "").strip()
    return float(text) if re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", text) else None
