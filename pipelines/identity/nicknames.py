"""Nicknames → the formal names they stand for: Bob and Rob are Robert. The pairs come with a package."""

from __future__ import annotations

from functools import cache

import pyarrow as pa
from nicknames import name_triplets


@cache
def table() -> pa.Table:
    """Return `name` and `formal`, in lower case: each nickname with a formal name it may stand for.

    A nickname may stand for several ("al": albert, alfred, …). The list is of English names; what it lacks is no
    nickname.
    """
    pairs = sorted({(pair.name2, pair.name1) for pair in name_triplets() if pair.relationship == "has_nickname"})
    return pa.table(
        {
            "name": pa.array([name for name, _ in pairs], pa.string()),
            "formal": pa.array([formal for _, formal in pairs], pa.string()),
        }
    )
