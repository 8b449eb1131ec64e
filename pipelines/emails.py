"""E-mail addresses outside ASCII → keys. The ASCII ones, nearly all, are normalised in SQL (`email_keys.sql`)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import idna
import pyarrow as pa


def fold_international(texts: Sequence[str]) -> pa.Table:
    """Fold addresses that hold other letters than ASCII's: NFC and lower case, the domain as IDNA 2008 in ASCII.

    Not casefold: it makes "ss" of "ß", which is another mailbox and, since IDNA 2008, another domain.

    Returns a table of `text` (as given), `folded` and `reason`: exactly one of the last two is null.
    """
    folded: list[str | None] = []
    reasons: list[str | None] = []
    for text in texts:
        local, at, domain = unicodedata.normalize("NFC", text).rpartition("@")
        try:
            ascii_domain = idna.encode(domain, uts46=True).decode("ascii").lower() if at else ""
        except (idna.IDNAError, UnicodeError):
            folded.append(None)
            reasons.append("its domain is no domain name")
            continue
        folded.append(f"{local.lower()}{at}{ascii_domain}" if at else domain.lower())
        reasons.append(None)
    return pa.table(
        {
            "text": pa.array(texts, pa.string()),
            "folded": pa.array(folded, pa.string()),
            "reason": pa.array(reasons, pa.string()),
        }
    )
