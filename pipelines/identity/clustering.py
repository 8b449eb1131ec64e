"""What people and companies are clustered by: connected components, names in dispute, ids that survive reruns.

Components are set logic in SQL. Each round draws a random order of the nodes; every node points at the first of its
neighbours in that order, pointers are followed twice, and the graph is contracted along them: the randomised
contraction of Bögeholz, Brand and Todor ("In-database connected component analysis", ICDE 2020). It needs
logarithmically few rounds whatever the numbers of the nodes are. In the order of the numbers themselves, a path along
which they run would need a round for every few of its links. It spills to disk like any other query.
"""

from __future__ import annotations

from pipelines.lake.engine import Engine, quote_identifier


def components(engine: Engine, edges: str, *, into: str) -> int:
    """Make the table `into (node, component)` from the table `edges (a, b)`, whose nodes are whole numbers.

    A component is the number of one of its nodes. A node that no edge names is in no component: it is alone.

    Returns:
        How many rounds it took.
    """
    rounds = 0
    engine.view_as("edges", f"SELECT a, b FROM {quote_identifier(edges)}")  # noqa: S608 - quoted
    engine.make("identity/clusters/cluster_edges")
    engine.make("identity/clusters/cluster_labels")
    while engine.count("cluster_edges"):
        rounds += 1
        engine.one_row("cluster_round", {"number": rounds})
        engine.make("identity/clusters/cluster_parents")
        engine.make("identity/clusters/cluster_relabelled")
        engine.make("identity/clusters/cluster_contracted")
        engine.rename("cluster_relabelled", "cluster_labels")
        engine.rename("cluster_contracted", "cluster_edges")
    engine.rename("cluster_labels", into)
    return rounds


def disputes(engine: Engine, *, pairs: str, named: str) -> None:
    """Make `torn_names (class)` and `disputed_pairs (a, b)`: what joins nothing though it fits.

    Args:
        engine: the step's database.
        pairs: the table of `a`, `b` and `names_fit`: pairs of different names on one phone.
        named: the query of the `class`es that have a name.
    """
    engine.view_as("name_pairs", f"FROM {pairs}")
    engine.view_as("named_classes", named)
    engine.make("identity/clusters/torn_names")
    engine.make("identity/clusters/disputed_pairs")


def entity_ids(engine: Engine, *, members: str, links: str, known: str, linked: str) -> None:
    """Make `entity_ids (component, entity_id)`, a row each component that has a record.

    Reads `setting`; needs the macros of `identity/people`.

    Args:
        engine: the step's database.
        members: the query of `node`, `component` and `name`: who belongs together.
        links: the table of `node`, `entity_id` and `heir`: who each node, or what was merged into it, was found to be.
        known: the table of `entity_id` and `sequence`: which ids there are, and how old they are.
        linked: the table of `entity_id`: further ids that are somebody's.
    """
    engine.view_as("entity_members", members)
    engine.view_as("entity_links", f"FROM {links}")
    engine.view_as("entity_known", f"FROM {known}")
    engine.view_as("entity_linked", f"FROM {linked}")
    engine.make("identity/clusters/entity_ids")
