"""E-mail and phone → people, as one would write it with pandas and networkx.

    python -m benchmarks.peers.networkx_keys KEYS.parquet CLUSTERS.parquet HUB_LIMIT

`KEYS` has `record`, `email`, `phone` and `name`, ready to compare; `CLUSTERS` gets `record` and `cluster`. A key on
more than `HUB_LIMIT` different names joins nobody. Each key links its records to the first of them, which is as few
edges as there can be. The clock runs from reading to the column of clusters.
"""

from __future__ import annotations

import json
import sys
import time

import networkx as nx
import pandas as pd

from benchmarks.memory import peak_bytes


def edges(records: pd.DataFrame, key: str, hub_limit: int) -> pd.DataFrame:
    """Return pairs of records (`record`, `first`) that share the key."""
    held = records[records[key].notna()]
    grouped = held.groupby(key)
    first = grouped["record"].transform("min")
    names = grouped["name"].transform("nunique")
    pairs = pd.DataFrame({"record": held["record"], "first": first})[names <= hub_limit]
    return pairs[pairs["record"] != pairs["first"]]


def join(source: str, target: str, hub_limit: int) -> dict[str, float]:
    """Join, write, and return `seconds` and `peak_bytes`."""
    begin = time.perf_counter()
    records = pd.read_parquet(source)
    graph = nx.Graph()
    graph.add_nodes_from(records["record"])
    for key in ("email", "phone"):
        pairs = edges(records, key, hub_limit)
        graph.add_edges_from(zip(pairs["record"], pairs["first"], strict=True))
    cluster = {node: number for number, nodes in enumerate(nx.connected_components(graph)) for node in nodes}
    clusters = pd.DataFrame({"record": records["record"], "cluster": records["record"].map(cluster)})
    seconds = time.perf_counter() - begin
    peak = peak_bytes()
    clusters.to_parquet(target)
    return {"seconds": seconds, "peak_bytes": peak}


if __name__ == "__main__":
    print(json.dumps(join(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
