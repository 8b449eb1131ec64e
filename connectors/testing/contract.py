"""The suite that every connector of an API passes.

A test's file names the connector and its double:

    class TestShop(Contract):
        connector = shop
        vendor = Vendor
"""

from connectors.testing.cases.description import Description
from connectors.testing.cases.pulls import Pulls
from connectors.testing.cases.size import Size
from connectors.testing.cases.trouble import Trouble

__all__ = ["Contract"]


class Contract(Description, Pulls, Trouble, Size):
    """All cases over one connector and its double."""
