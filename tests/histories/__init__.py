"""Random histories of humans, sources, faults and kills, checked against a model in plain Python."""
