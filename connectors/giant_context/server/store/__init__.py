"""The embedded CRM's store: one SQLite file, read and written as the API's rules say."""
