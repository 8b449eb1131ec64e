"""Names on one phone of which nobody can tell whose they are."""

from __future__ import annotations

from pipelines.engine import Engine


def disputes(engine: Engine, *, pairs: str, named: str) -> None:
    """Make `torn_names (class)` and `disputed_pairs (a, b)`: what joins nothing though it fits.

    Args:
        engine: the step's database.
        pairs: the table of `a`, `b` and `names_fit`: pairs of different names on one phone.
        named: the query of the `class`es that have a name.
    """
    engine.view_as("name_pairs", f"FROM {pairs}")
    engine.view_as("named_classes", named)
    engine.make("resolve/torn_names")
    engine.make("resolve/disputed_pairs")
