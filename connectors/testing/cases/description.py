"""What a connector says of itself: options, streams, layout, access; and what it never says: its secret."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import pytest
from pydantic import ValidationError

from connectors.api import Access, ApiSource
from connectors.errors import AccessError, BridgeError, ConfigurationError
from connectors.records import LANDED
from connectors.testing.bench import VARIABLE, secrets_in, taken, wrong
from connectors.testing.cases.case import Case
from connectors.testing.double import Fault

ORDER = ("companies", "contacts", "activities")


class Description(Case):
    """Options, streams, layout, access, secret."""

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

    def test_a_missing_secret_names_its_variable(self) -> None:
        """Nothing is sent without a secret, and whoever reads the error knows what to set."""
        bench = self.bench()
        with pytest.raises(ConfigurationError, match=VARIABLE):
            bench.opened(lambda source: source.check(), bench.source(secret=None))
        assert bench.requests == 0

    def test_a_wrong_secret_names_its_variable(self, stream: str) -> None:
        """The server refuses it, or it is seen before that; the error says what to mend, and never shows it."""
        bench = self.bench()
        given = wrong(bench.double.secret)
        uses: tuple[Callable[[ApiSource], Awaitable[object]], ...] = (
            lambda source: source.check(),
            lambda source: taken(source.pull(stream, None)),
        )
        for use in uses:
            with pytest.raises((AccessError, ConfigurationError), match=VARIABLE) as caught:
                bench.opened(use, bench.source(secret=given))
            assert not [part for part in secrets_in(given) if part in _told(caught.value)]

    def test_the_secret_is_told_nowhere(self, stream: str, caplog: pytest.LogCaptureFixture) -> None:
        """It stands in no log record, error, page, cursor, fact or origin."""
        bench, said = self.bench(), list[str]()

        async def tell(source: ApiSource) -> None:
            pages = await taken(source.pull(stream, None))
            said.extend(str(page.rows.to_pylist()) + str(page.cursor) for page in pages)
            said.extend((str(await source.check()), str(dict(source.facts)), source.origin, repr(source)))
            for status in (400, 401, 403, 500):
                bench.double.faults.clear()
                bench.fail(Fault(status))
                try:
                    await taken(source.pull(stream, None))
                except BridgeError as error:
                    said.append(_told(error))

        with caplog.at_level(logging.DEBUG):
            bench.opened(tell)
        told = "\n".join((*said, caplog.text, *(str(record.__dict__) for record in caplog.records)))
        assert len(said) > 5
        assert not [place for place, part in enumerate(secrets_in(bench.double.secret)) if part in told]


def _told(error: BaseException | None) -> str:
    """All that an error and those behind it say."""
    told = []
    while error is not None:
        told.append(f"{error} {error!r} {getattr(error, 'guidance', '')}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(told)
