"""Pipedrive, read from its double."""
