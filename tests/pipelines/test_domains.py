"""Hosts become the domain that names a company, or none."""

from __future__ import annotations

import pytest

from pipelines.domains import registrable


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("acme.com", "acme.com"),
        ("mail.acme.co.uk", "acme.co.uk"),
        ("acme.com.", "acme.com"),
        ("a.github.io", "a.github.io"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("xn--mnchen-3ya.de", "xn--mnchen-3ya.de"),
        ("co.uk", None),
        ("localhost", None),
        ("192.168.0.1", None),
        ("1.2.3.4.", None),
        ("ü" * 70 + ".de", None),
        ("a..b", None),
        ("-", None),
    ],
)
def test_host_gives_the_domain_under_its_public_suffix(host: str, domain: str | None) -> None:
    """Private suffixes count, one spelling per name; suffixes, addresses of machines and junk name nobody."""
    assert registrable([host])["domain"].to_pylist() == [domain]


@pytest.mark.parametrize(
    ("host", "free"),
    [
        ("gmail.com", True),
        ("mail.gmx.de", True),
        ("linkedin.com", True),
        ("acme.com", False),
        ("gmail.acme.com", False),
    ],
)
def test_domain_that_anyone_has_a_mailbox_or_page_at_is_free(host: str, free: bool) -> None:
    """Such a domain names no company."""
    assert registrable([host])["free"].to_pylist() == [free]


def test_nothing_gives_nothing() -> None:
    """No hosts, no rows."""
    assert registrable([]).num_rows == 0
