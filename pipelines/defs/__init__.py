"""Dagster's side: assets, checks, jobs, the schedule, the resource. Dagster is imported here, in definitions.py and in cli/execution.py."""
