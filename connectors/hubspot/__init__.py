"""HubSpot as a source: companies, contacts and activities by its CRM API of 2026-09."""

from connectors.hubspot.options import Options
from connectors.hubspot.source import Source

__all__ = ["Options", "Source"]
