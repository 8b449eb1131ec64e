"""Dagster: assets, checks, jobs, schedule, resource. Else only definitions.py and cli/execution.py import it."""
