"""SQL as a source: a query over Parquet and CSV files, of a SQLite file, or of a PostgreSQL server."""

from connectors.sql.options import Options
from connectors.sql.source import Source

__all__ = ["Options", "Source"]
