"""The stages of a run, without Dagster: each reads lake tables, makes its own and publishes them."""
