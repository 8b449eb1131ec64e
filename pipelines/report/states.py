"""What has become of operations, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final = {
    "DONE": "done",
    "SENT": "cut off; the next run looks for them first",
    "INTENT": "decided and not sent; the next run decides anew",
    "REJECTED": "refused by the CRM (crm-bridge retry sends them again)",
    "UNKNOWN": "nobody can tell (crm-bridge retry looks for them)",
}


def in_words(states: Mapping[str, int]) -> list[tuple[int, str]]:
    """How many operations are in which state, in words, always in the same order."""
    return [(states[state], words) for state, words in WORDS.items() if state in states]
