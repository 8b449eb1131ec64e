"""Which id a person or a company has: the oldest known one, else one made of its least record key."""

from __future__ import annotations

from pipelines.engine import Engine


def ids(engine: Engine, *, members: str, links: str, known: str, linked: str) -> None:
    """Make `entity_ids (component, entity_id)`, a row each component that has a record.

    Reads `setting`; needs the macros of `resolve`.

    Args:
        engine: the step's database.
        members: the query of `node`, `component` and `name`: who belongs together.
        links: the table of `node` and `entity_id`: who each node was found to be before.
        known: the table of `entity_id` and `sequence`: which ids there are, and how old they are.
        linked: the table of `entity_id`: further ids that are somebody's.
    """
    engine.view_as("entity_members", members)
    engine.view_as("entity_links", f"FROM {links}")
    engine.view_as("entity_known", f"FROM {known}")
    engine.view_as("entity_linked", f"FROM {linked}")
    engine.make("resolve/entity_ids")
