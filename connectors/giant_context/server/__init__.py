"""The embedded CRM: the same REST API over one SQLite file."""
