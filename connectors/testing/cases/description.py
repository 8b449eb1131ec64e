"""What a connector says of itself: options, streams, layout, places, access."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.api import Access, ApiSource
from connectors.errors import BridgeError
from connectors.records import LANDED
from connectors.testing.bench import taken, wrong
from connectors.testing.cases.case import Case
from connectors.testing.double import Fault

ORDER = ("companies", "contacts", "activities")


class Description(Case):
    """Options, streams, layout, access."""

    def test_options_take_known_keys_alone_and_say_what_they_mean(self) -> None:
        """A key that is not known is refused by its name, and each known one is described for whoever sets it."""
        with pytest.raises(ValidationError) as caught:
            self.bench().options(no_such_option=1)
        assert [error["loc"] for error in caught.value.errors()] == [("no_such_option",)]
        fields = self.connector.Options.model_fields
        assert [name for name, field in fields.items() if not field.description] == []

    def test_streams_and_origin_need_neither_secret_nor_call(self) -> None:
        """What it gives, and of which account, is known before anything is asked."""
        bench = self.bench()
        source = bench.source(secret=None)
        assert isinstance(source, ApiSource)
        assert source.kind == self.vendor.kind
        assert {stream.name: stream.object for stream in source.streams} == dict(self.vendor.streams)
        places = [ORDER.index(stream.object) for stream in source.streams]
        assert places == sorted(places), "companies come before contacts, and those before activities"
        assert all(stream.name.replace("_", "").isalnum() for stream in source.streams)
        assert source.origin
        assert bench.double.log == []

    def test_another_account_has_another_origin(self) -> None:
        """A cursor of one account says nothing of another one."""
        bench = self.bench()
        assert bench.source().origin == bench.source().origin
        assert bench.source().origin != bench.source(base_url="https://other.test").origin

    def test_another_users_secret_has_another_origin(self) -> None:
        """He may see other records, of which no change time tells; a double says why not, where that is so."""
        bench = self.bench()
        other = bench.source(secret=wrong(bench.double.secret))
        assert (bench.source().origin == other.origin) == bool(self.vendor.one_view), self.vendor.one_view

    def test_the_layout_names_known_fields_and_columns_that_are_there(self, stream: str) -> None:
        """Id and change time are mapped, each field is known, and it takes columns alone to say so."""
        bench = self.bench()
        columns = bench.pull(stream)[0].rows.schema.names
        object_name = self.vendor.streams[stream]
        asked = len(bench.double.log)
        layout = bench.source(secret=None).layout(object_name, list(columns))
        assert (layout.object, bool(layout.name)) == (object_name, True)
        assert {"source_id", "modified_at"} <= set(layout.columns)
        assert set(layout.columns) <= set(LANDED[object_name].names)
        for mapped in layout.columns.values():
            assert mapped
            assert len(mapped) == len(set(mapped))
            assert set(mapped) <= set(columns)
        assert set(layout.labels) | set(layout.labels.values()) <= set(columns)
        assert all(layout.separators)
        assert len(bench.double.log) == asked

    def test_each_record_has_a_place(self, stream: str) -> None:
        """Of each row it is said where a person can look at the record."""
        bench = self.bench()

        async def places(source: ApiSource) -> tuple[int, int]:
            pages = await taken(source.pull(stream, None))
            rows = dict(enumerate(bench.ids(stream, pages)))
            found = source.places(stream, rows, source.facts)
            assert set(found) == set(rows)
            return len(rows), len({*found.values()})

        rows, distinct = bench.opened(places)
        assert rows == distinct == len(bench.double.ids(stream))

    def test_check_says_which_account_it_is(self) -> None:
        """In a few calls it is known that everything can be read."""
        bench = self.bench()
        access = bench.opened(lambda source: source.check())
        assert isinstance(access, Access)
        assert access.account
        assert access.wrong == ()
        assert access.server_time is None or abs((access.server_time - bench.double.now).total_seconds()) < 60
        assert 0 < bench.requests <= 10

    def test_check_of_a_server_that_fails_is_an_error(self) -> None:
        """Nothing is said of an account that cannot be asked."""
        bench = self.bench()
        bench.fail(Fault(500))
        with pytest.raises(BridgeError):
            bench.opened(lambda source: source.check())
