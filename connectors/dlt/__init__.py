"""Any resource of dlt as a source, its declarative `rest_api` included. The library itself is an extra."""

from connectors.dlt.options import Options
from connectors.dlt.source import Source

__all__ = ["Options", "Source"]
