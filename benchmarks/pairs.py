"""How right a grouping is, by pairs and by whole groups, counted from the groups' sizes."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

# Windows, no joins: from equal sizes an optimiser infers that any two groups of one size go together, by the million.
COUNTED = """
WITH cells AS (
    SELECT truth, found, count(*) AS n FROM labelled GROUP BY ALL
), sized AS (
    SELECT n, sum(n) OVER (PARTITION BY truth) AS true_n, sum(n) OVER (PARTITION BY found) AS found_n,
           row_number() OVER (PARTITION BY truth) = 1 AS stands_for_truth,
           row_number() OVER (PARTITION BY found) = 1 AS stands_for_found
    FROM cells
)
SELECT coalesce(sum(true_n * (true_n - 1) // 2) FILTER (stands_for_truth), 0),
       coalesce(sum(found_n * (found_n - 1) // 2) FILTER (stands_for_found), 0), coalesce(sum(n * (n - 1) // 2), 0),
       count(*) FILTER (stands_for_truth AND true_n > 1), count(*) FILTER (stands_for_found AND found_n > 1),
       count(*) FILTER (n > 1 AND n = true_n AND n = found_n)
FROM sized
"""


@dataclass(frozen=True)
class Counted:
    """`true`, `found` and `right` (both) of something."""

    true: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """The share of the found that is right; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of the true that was found; 1 where there is nothing to find."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def count(database: duckdb.DuckDBPyConnection, labelled: str) -> tuple[Counted, Counted]:
    """Judge a grouping: pairs of records, and groups of at least two records that are met exactly.

    `labelled` is the name of a table or a query in parentheses with a row a record: `truth` and `found`, the groups
    it belongs to. A record that is in no group must have a group of its own, not NULL. Pairs are never made: a group
    of n has n(n-1)/2.
    """
    text = COUNTED.replace("labelled", labelled, 1)
    ((true, found, right, groups, found_groups, met),) = database.execute(text).fetchall()
    return Counted(int(true), int(found), int(right)), Counted(groups, found_groups, met)
