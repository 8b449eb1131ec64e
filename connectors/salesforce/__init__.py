"""Salesforce: accounts, contacts, leads, tasks and events; by REST where they are few, by Bulk API 2.0 where many."""

from connectors.salesforce.options import Options
from connectors.salesforce.source import Source

__all__ = ["Options", "Source"]
