"""A number and what it counts, in words: one of them is one."""

from __future__ import annotations

from typing import Final

ONE: Final = {
    "activities": "activity",
    "are": "is",
    "calls": "call",
    "changes": "change",
    "companies": "company",
    "conflicts": "conflict",
    "contacts": "contact",
    "decisions": "decision",
    "entries": "entry",
    "fields": "field",
    "files": "file",
    "ledgers": "ledger",
    "pairs": "pair",
    "people": "person",
    "properties": "property",
    "records": "record",
    "rows": "row",
    "stay": "stays",
    "tags": "tag",
    "wait": "waits",
    "writes": "write",
}


def counted(count: int, words: str) -> str:
    """The count with words that begin with what is counted, and perhaps what it does: `1 company created`."""
    if count == 1:
        what, *does = words.split(" ")
        words = " ".join([ONE.get(what, what), *(ONE.get(word, word) for word in does[:1]), *does[1:]])
    return f"{count:,} {words}"
