"""What a server's wish for a pause comes to."""

from __future__ import annotations

import pytest

from connectors.http.retry_after import retry_after
from tests.connectors.http.fakes import NOW


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("12", 12.0),
        ("86400", 300.0),
        ("Sat, 01 Mar 2025 12:00:30 GMT", 30.0),
        ("Sun, 02 Mar 2025 12:00:00 GMT", 300.0),
        ("Sat, 01 Mar 2025 11:59:00 GMT", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("9" * 5000, None),
        ("soon", None),
        ("Sat, 99 Mar 2025 12:00:30 GMT", None),
        ("", None),
    ],
)
def test_retry_after_in_all_its_forms(text: str, seconds: float | None) -> None:
    """Seconds and dates are read and capped; what is malformed or past is no wish at all."""
    assert retry_after({"retry-after": text}, NOW, 300.0) == seconds


def test_retry_after_trusts_the_servers_clock() -> None:
    """A date is measured against the answer's own `Date`, not against a local clock that may be a day off."""
    headers = {"retry-after": "Mon, 03 Mar 2025 00:00:09 GMT", "date": "Mon, 03 Mar 2025 00:00:00 GMT"}
    assert retry_after(headers, NOW, 300.0) == 9.0
