"""Pipedrive: organizations, persons and activities by API v2, notes by v1, deletions by v1's recent changes."""

from connectors.pipedrive.options import Options
from connectors.pipedrive.source import Source

__all__ = ["Options", "Source"]
