"""Edges → connected components, as set logic in SQL.

Each round, every node points at its least neighbour, pointers are followed twice, and the graph is contracted along
them. The least-neighbour contraction is Borůvka's step without weights; it needs logarithmically few rounds even on
long paths, where label propagation needs one a link, and it spills to disk like any other query.
"""

from __future__ import annotations

from pipelines.engine import Engine, quote_identifier


def components(engine: Engine, edges: str, *, into: str) -> None:
    """Make the table `into (node, component)` from the table `edges (a, b)`, whose nodes are whole numbers.

    A component is the number of one of its nodes. A node that no edge names is in no component: it is alone.
    """
    engine.view_as("edges", f"SELECT a, b FROM {quote_identifier(edges)}")  # noqa: S608 - quoted
    engine.make("cluster/cluster_edges")
    engine.make("cluster/cluster_labels")
    while engine.count("cluster_edges"):
        engine.make("cluster/cluster_parents")
        engine.make("cluster/cluster_relabelled")
        engine.make("cluster/cluster_contracted")
        engine.rename("cluster_relabelled", "cluster_labels")
        engine.rename("cluster_contracted", "cluster_edges")
    engine.rename("cluster_labels", into)
