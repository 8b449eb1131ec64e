"""Tests of the HubSpot connector, against the double of `tests/vendors/hubspot.py`."""
