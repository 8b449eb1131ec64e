"""The suite that every connector of an API passes.

A test's file names the connector and its double:

    class TestShop(Contract):
        connector = shop
        vendor = Vendor
"""

from connectors.testing.cases.changes import Changes
from connectors.testing.cases.description import Description
from connectors.testing.cases.fates import Fates
from connectors.testing.cases.pulls import Pulls
from connectors.testing.cases.secrecy import Secrecy
from connectors.testing.cases.size import Size
from connectors.testing.cases.trouble import Trouble
from connectors.testing.cases.windows import Windows

__all__ = ["Contract"]


class Contract(Description, Secrecy, Pulls, Changes, Windows, Fates, Trouble, Size):
    """All cases over one connector and its double."""
