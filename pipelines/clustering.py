"""Edges → connected components, as set logic in SQL.

Each round, every node points at its least neighbour, pointers are followed twice, and the graph is contracted along
them. The least-neighbour contraction is Borůvka's step without weights; it needs logarithmically few rounds even on
long paths, where label propagation needs one a link, and it spills to disk like any other query.
"""

from __future__ import annotations

from pipelines.engine import Engine


def components(engine: Engine) -> None:
    """Make `components (name, component)` from the table `edges (a, b)`. A name without an edge is in none."""
    engine.make("cluster/cluster_nodes")
    engine.make("cluster/cluster_edges")
    engine.connection.execute("CREATE OR REPLACE TABLE cluster_labels AS SELECT id, id AS label FROM cluster_nodes")
    while engine.count("cluster_edges"):
        engine.make("cluster/cluster_parents")
        engine.make("cluster/cluster_relabelled")
        engine.make("cluster/cluster_contracted")
        engine.rename("cluster_relabelled", "cluster_labels")
        engine.rename("cluster_contracted", "cluster_edges")
    engine.make("cluster/components")
