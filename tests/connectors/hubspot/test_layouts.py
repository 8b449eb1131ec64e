"""What HubSpot's properties mean, and that custom ones can be mapped by their labels."""

import pytest

from connectors.errors import SourceRefused
from connectors.hubspot.kinds import KINDS
from connectors.hubspot.layouts import FIELDS, layout_of
from connectors.records import LANDED
from tests.connectors.hubspot.account import gathered, pulled, source
from tests.vendors.hubspot import Vendor


def test_only_fields_that_exist_are_mapped() -> None:
    """Each field that the connector names is one of its object's."""
    for name, fields in FIELDS.items():
        assert fields.keys() <= {*LANDED[name].names}, name


@pytest.mark.parametrize("stream", KINDS)
def test_what_a_stream_gives_is_understood(stream: str) -> None:
    """A stream's columns hold id, change time and tombstone, and the layout names no column that is not there."""
    double = Vendor(contacts=30, companies=5, activities=10)
    opened = source(double)
    columns = [*pulled(opened, stream).rows[0]]
    layout = opened.layout(KINDS[stream].object, columns)
    assert {"source_id", "modified_at", "tombstone"} <= layout.columns.keys()
    assert {one for named in layout.columns.values() for one in named} <= {*columns}
    assert layout.date_format is None


def test_columns_of_something_else_are_refused() -> None:
    """A table that has no id of HubSpot's says nothing."""
    with pytest.raises(SourceRefused):
        layout_of("contacts", ["name", "email"])


def test_labels_are_known_once_a_page_came() -> None:
    """A custom property is known by the name that people gave it."""
    import asyncio

    double = Vendor(contacts=3, companies=2, activities=0)

    async def run() -> None:
        async with source(double) as opened:
            assert opened.labels("contacts") == {}
            given = await gathered(opened.pull("contacts", None))
            labels = opened.labels("contacts")
            assert labels["kundennummer_2"] == "Kundennummer"
            assert labels.keys() <= given.rows[0].keys()

    asyncio.run(run())


def test_opt_outs_and_addresses_are_read() -> None:
    """Who is unsubscribed says so in the column that means it, and further addresses stand in theirs."""
    double = Vendor(contacts=30, companies=5, activities=0)
    opened = source(double)
    rows = pulled(opened, "contacts").rows
    layout = opened.layout("contacts", [*rows[0]])
    (opted_out,) = layout.columns["email_opt_out"]
    assert {row[opted_out] for row in rows} == {"true", None}
    assert layout.columns["emails"] == ("email", "hs_additional_emails")
    assert "fax" not in layout.columns["phones"]
