"""Tests of resources of dlt as sources."""
