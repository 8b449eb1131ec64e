"""Secrets: a missing and a wrong one are said by their variable, and none is ever shown."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import pytest

from connectors.api import ApiSource
from connectors.errors import AccessError, BridgeError, ConfigurationError
from connectors.testing.bench import VARIABLE, Bench, secrets_in, taken, wrong
from connectors.testing.cases.case import Case
from connectors.testing.double import Fault


class Secrecy(Case):
    """What is said of secrets."""

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

    def test_secrets_are_told_nowhere(self, stream: str, caplog: pytest.LogCaptureFixture) -> None:
        """They stand in no log record, error, page, cursor, fact or origin; nor do tokens that they are exchanged for.

        A server may repeat in an error what it was given.
        """
        for secret, more in self.vendor().secrets().items():
            bench, said = self.bench(), list[str]()
            caplog.clear()

            async def tell(source: ApiSource, bench: Bench = bench, said: list[str] = said) -> None:
                pages = await taken(source.pull(stream, None))
                said.extend(str(page.rows.to_pylist()) + str(page.cursor) for page in pages)
                said.extend((str(await source.check()), str(dict(source.facts)), source.origin, repr(source)))
                for fault in (Fault(400), Fault(401), Fault(403), Fault(500), Fault(400, "echo"), Fault(500, "echo")):
                    bench.double.faults.clear()
                    bench.fail(fault)
                    try:
                        await taken(source.pull(stream, None))
                    except BridgeError as error:
                        said.append(_told(error))

            with caplog.at_level(logging.DEBUG):
                bench.opened(tell, bench.source(secret, **more))
            told = "\n".join((*said, caplog.text, *(str(record.__dict__) for record in caplog.records)))
            assert len(said) > 5
            hidden = [*secrets_in(secret), *bench.double.access_tokens]
            assert not [place for place, part in enumerate(hidden) if part in told]


def _told(error: BaseException | None) -> str:
    """All that an error and those behind it say."""
    told = []
    while error is not None:
        told.append(f"{error} {error!r} {getattr(error, 'guidance', '')}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(told)
