"""CSV files on disk: exports of address books, CRMs and event tools, and tables kept by hand."""

from connectors.csv_file.source import Options, Source

__all__ = ["Options", "Source"]
