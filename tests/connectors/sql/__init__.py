"""Tests of SQL as a source."""
