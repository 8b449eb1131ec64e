"""The digest over a plan's rows."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipelines.lake.engine import engine
from pipelines.lake.lake import Lake
from pipelines.planning import seal


def test_digest_of_many_rows_takes_little_memory(tmp_path: Path) -> None:
    """A plan of 400,000 rows, some 100 MB as text, is digested where DuckDB may use 100 MB."""
    with engine(Lake(tmp_path), "run", memory="100MB", threads=2) as step:
        step.connection.execute(
            "CREATE TABLE plan AS SELECT range AS number, repeat('x', 200) || range AS proposed FROM range(400_000)"
        )
        assert len(seal.rows(step)) == 64


def test_digest_is_that_of_the_digests_of_blocks_of_rows(tmp_path: Path) -> None:
    """A plan that was sealed by the rule of the docs is found unchanged, whatever is digested at a time."""
    with engine(Lake(tmp_path), "run", memory="500MB", threads=2) as step:
        step.connection.execute("CREATE TABLE plan AS SELECT range + 1 AS number, 'é' AS proposed FROM range(95_000)")
        blocks = [range(1, 10_000), *(range(at, at + 10_000) for at in range(10_000, 90_000, 10_000))]
        blocks.append(range(90_000, 95_001))
        texts = ["\n".join(f'{{"number":{number},"proposed":"é"}}' for number in block) for block in blocks]
        parts = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        assert seal.rows(step) == hashlib.sha256("".join(parts).encode()).hexdigest()


def test_digest_of_no_rows_is_that_of_nothing(tmp_path: Path) -> None:
    """An empty plan has a digest as well."""
    with engine(Lake(tmp_path), "run", memory="500MB", threads=2) as step:
        step.connection.execute("CREATE TABLE plan (number BIGINT, proposed VARCHAR)")
        assert seal.rows(step) == hashlib.sha256(b"").hexdigest()
