"""Dagster's side: assets, checks and previews. Dagster is imported here, in definitions.py and in cli/execution.py."""
