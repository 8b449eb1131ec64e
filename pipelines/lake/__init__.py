"""The data folder: immutable tables, whole or not there at all, and DuckDB over them."""
