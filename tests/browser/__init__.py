"""Dagster's UI, walked in a headless Chromium as a person walks it."""
