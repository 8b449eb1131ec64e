"""What a server may do to a call: refuse it, fail, answer with something else, or with half of it."""

from __future__ import annotations

import pytest

from connectors.api import ApiSource, Page
from connectors.errors import AccessError, CallError
from connectors.testing.bench import VARIABLE, Bench, taken
from connectors.testing.cases.case import Case
from connectors.testing.double import Fault

PASSING = {
    "429": Fault(429),
    "429 with a pause": Fault(429, headers={"retry-after": "7"}),
    "500": Fault(500),
    "503": Fault(503),
    "html with 500": Fault(500, "html"),
}
"""What passes: the call is made again."""

LASTING = {
    "403": Fault(403),
    "500": Fault(500),
    "html with 200": Fault(200, "html"),
    "html with 403": Fault(403, "html"),
    "words": Fault(kind="not_json"),
    "another answer": Fault(kind="other"),
}
"""What is no answer, each time."""

GARBLED = {"cut": Fault(kind="cut"), "words": Fault(kind="not_json"), "another answer": Fault(kind="other")}
"""What comes with a 200 and is no answer, once."""

MOST_REQUESTS = 8
"""So many of a pull's requests fail in their turn."""


class Trouble(Case):
    """Refusals, failures, answers that are none."""

    @pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING.keys())
    def test_what_passes_is_waited_for(self, stream: str, fault: Fault) -> None:
        """Whichever request of a pull fails once, the pull goes on and gives everything once."""
        for number in range(_requests(self.bench(), stream)):
            bench = self.bench()
            bench.fail_at(number, fault)
            assert sorted(bench.ids(stream, bench.pull(stream))) == sorted(bench.double.ids(stream)), number
            assert bench.double.faults.count(fault) == 0

    @pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING.keys())
    def test_what_lasts_is_an_error_of_the_call(self, stream: str, fault: Fault) -> None:
        """Nothing is taken for an answer that is none: the error names the call, and says no more than one line."""
        bench = self.bench()
        bench.fail(fault)
        with pytest.raises(CallError) as caught:
            bench.pull(stream)
        assert "\n" not in str(caught.value)
        bench.double.faults.clear()
        assert sorted(bench.ids(stream, bench.pull(stream))) == sorted(bench.double.ids(stream))

    @pytest.mark.parametrize("fault", GARBLED.values(), ids=GARBLED.keys())
    def test_half_an_answer_loses_nothing(self, stream: str, fault: Fault) -> None:
        """Whichever answer is cut or garbled is asked for again, or an error says so and the rest comes later."""
        for number in range(_requests(self.bench(), stream)):
            bench = self.bench()
            bench.fail_at(number, fault)
            pages, error = _outcome(bench, stream)
            came = bench.ids(stream, pages) if pages else []
            if error is not None:
                later = bench.pull(stream, pages[-1].cursor if pages else None)
                came += bench.ids(stream, later)
            assert set(came) == set(bench.double.ids(stream)), f"request {number}, {error}"

    def test_a_token_that_ended_is_renewed_once(self, stream: str) -> None:
        """One 401 may be a token's end; the call goes on. A second one says that we may not."""
        bench = self.bench()

        async def after(source: ApiSource, times: int) -> list[str]:
            await taken(source.pull(stream, None))
            bench.fail(Fault(401), times)
            return bench.ids(stream, await taken(source.pull(stream, None)))

        assert sorted(bench.opened(lambda source: after(source, 1))) == sorted(bench.double.ids(stream))
        with pytest.raises(AccessError, match=VARIABLE):
            bench.opened(lambda source: after(source, 2))

    def test_a_window_that_fails_is_an_error(self, stream: str) -> None:
        """A window is given whole, or not at all."""
        bench = self.bench()
        times = bench.times(stream, bench.pull(stream)).values()
        bench.fail(Fault(500))
        with pytest.raises(CallError):
            bench.window(stream, min(times), max(times))


def _requests(bench: Bench, stream: str) -> int:
    bench.pull(stream)
    return min(bench.requests, MOST_REQUESTS)


def _outcome(bench: Bench, stream: str) -> tuple[list[Page], CallError | None]:
    """The pages that came, and what ended them."""
    pages: list[Page] = []

    async def read(source: ApiSource) -> None:
        async for page in source.pull(stream, None):
            pages.append(page)

    try:
        bench.opened(read)
    except CallError as error:
        return pages, error
    return pages, None
