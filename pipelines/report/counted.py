"""A number and what it counts, in words: one of them is one."""

from __future__ import annotations

from typing import Final

ONE: Final = {
    "activities": "activity",
    "are": "is",
    "calls": "call",
    "changes": "change",
    "columns": "column",
    "companies": "company",
    "conflicts": "conflict",
    "conflicts:": "conflict:",
    "contacts": "contact",
    "decisions": "decision",
    "entries": "entry",
    "fields": "field",
    "files": "file",
    "lines": "line",
    "ledgers": "ledger",
    "pairs": "pair",
    "people": "person",
    "properties": "property",
    "records": "record",
    "rows": "row",
    "sources": "source",
    "stay": "stays",
    "streams": "stream",
    "tags": "tag",
    "values": "value",
    "wait": "waits",
    "writes": "write",
}


def counted(count: int, words: str) -> str:
    """The count with words that begin with what is counted, and perhaps what it does: `1 company created`."""
    return f"{count:,} {named(count, words)}"


def named(count: int, words: str) -> str:
    """The words alone, as they go with the count."""
    if count != 1:
        return words
    what, *does = words.split(" ")
    return " ".join([ONE.get(what, what), *(ONE.get(word, word) for word in does[:1]), *does[1:]])
