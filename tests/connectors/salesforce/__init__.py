"""Salesforce, read from its double."""
