"""A sign of life from the CRM, before a source is read."""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connectors.errors import AccessError, BridgeError, NotFound, StateRefused
from connectors.giant_context.server import access
from pipelines.crm import reach
from pipelines.workspace import Quiet, Workspace
from tests.pipelines.faults import Fault, Mishap, RoughShop, on
from tests.pipelines.hostile import account, answer, crm_at, hangs, hostile, nobody, nothing_yet
from tests.pipelines.workshop import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "gct_made_up"


class Heard(Quiet):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        """Keep a line."""
        self.lines.append(line)


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "SECONDS", 0.6)
    monkeypatch.setenv(access.API_KEY_VARIABLE, KEY)


def work_at(url: str, tmp_path: Path) -> Workspace:
    """A workspace of a run whose CRM is at an address."""
    return Workspace(Workshop(tmp_path, crm=crm_at(url)).settings, tmp_path / "data", "r", Heard())


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """See that something takes no longer."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def said(work: Workspace) -> list[str]:
    """What the check says and does not end the run for."""
    work.run_stage(reach.STAGE, reach.run)
    assert isinstance(work.progress, Heard)
    return work.progress.lines


def refused(work: Workspace, kind: type[BridgeError] = BridgeError) -> str:
    """The line with which the check ends the run."""
    with at_most(3), pytest.raises(kind) as caught:
        reach.run(work)
    return str(caught.value).replace(work.settings.crm.base_url or "", "URL")


def test_a_crm_that_answers_is_asked_twice(tmp_path: Path) -> None:
    """For a token and for one contact, once in a run."""
    with hostile(account(lambda _: nothing_yet())) as crm:
        work = work_at(crm.url, tmp_path)
        assert said(work) == []
        assert said(work) == []
    assert len(crm.asked) == 2


def test_nobody_at_the_address_ends_the_run(tmp_path: Path) -> None:
    """One line: what, where, what to do."""
    with nobody() as url:
        line = refused(work_at(url, tmp_path))
    assert line == (
        f"the CRM at {url.removeprefix('http://')} cannot be reached: the connection failed (ConnectError). "
        "Nothing was read or sent. Check crm.base_url and the network; crm-bridge doctor looks at both."
    )


def test_a_server_that_hangs_or_drips_ends_the_run(tmp_path: Path) -> None:
    """Whatever it does, the check is over in time."""
    with hostile(hangs) as crm:
        assert "cannot be reached: no answer in time" in refused(work_at(crm.url, tmp_path))
    with hostile(account(lambda _: nothing_yet()), drips=True) as crm:
        assert "cannot be reached: no answer in time" in refused(work_at(crm.url, tmp_path))


@pytest.mark.parametrize(
    ("status", "kind"), [(401, AccessError), (403, AccessError), (404, NotFound)], ids=["401", "403", "404"]
)
def test_a_refusal_for_good_ends_the_run(tmp_path: Path, status: int, kind: type[BridgeError]) -> None:
    """The key, its rights or the ids are wrong: the first refusal counts, no second attempt is made."""
    with hostile(account(lambda _: answer(status, {"message": "no"}))) as crm:
        assert f"{status} no" in refused(work_at(crm.url, tmp_path), kind)
    assert sum(path.endswith("contacts?page=1&pageSize=1") for path in crm.asked) <= 2  # after a 401 with a new token


def test_a_key_that_is_refused_ends_the_run(tmp_path: Path) -> None:
    """No token: 401 at the first call."""
    with hostile(lambda _: answer(401, {"message": "unknown key"})) as crm:
        line = refused(work_at(crm.url, tmp_path), AccessError)
    assert line == "POST /auth/token: 401 unknown key. Check the API key and what it may do."
    assert len(crm.asked) == 1


def test_a_page_of_html_ends_the_run(tmp_path: Path) -> None:
    """Where a token should be there is somebody else's page: the address is another server's."""
    with hostile(lambda _: answer(200, "<html>Welcome</html>")) as crm:
        assert "the answer cannot be used" in refused(work_at(crm.url, tmp_path))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_says_later_ends_no_run(tmp_path: Path, status: int) -> None:
    """It is there: the run reads its sources meanwhile, and its own calls have their own deadline."""
    with hostile(lambda _: answer(status, {"message": "later"}, retry_after="120")) as crm, at_most(3):
        (line,) = said(work_at(crm.url, tmp_path))
    assert line.endswith(f": {status}; the run goes on, and asks again when it comes to the CRM")


def test_a_connection_that_is_lost_twice_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again within the time, and nothing is said."""
    monkeypatch.setattr(reach, "SECONDS", 4.0)
    with hostile(account(lambda _: nothing_yet()), resets=2) as crm:
        assert said(work_at(crm.url, tmp_path)) == []
    assert len(crm.asked) == 4


def test_a_slow_list_after_a_token_ends_no_run(tmp_path: Path) -> None:
    """The server was there and took the key."""
    with hostile(account(hangs)) as crm, at_most(3):
        (line,) = said(work_at(crm.url, tmp_path))
    assert "no answer that can be used; the run goes on" in line


ENDS: dict[Mishap, bool] = {
    Fault.UNREACHABLE: False,
    Fault.LOST_BEFORE: False,
    Fault.STALLED_BEFORE: False,
    Fault.GARBLED_AFTER: False,
    Fault.TRUNCATED_AFTER: False,
    **dict.fromkeys((400, 408, 429, 500, 502, 503, 504), False),
    **dict.fromkeys((401, 403, 404), True),
}


@pytest.mark.parametrize(("fault", "ends"), ENDS.items(), ids=lambda value: str(getattr(value, "name", value)))
def test_what_happens_to_the_list_ends_the_run_only_where_it_stays_so(
    tmp_path: Path, fault: Mishap, ends: bool
) -> None:
    """Once a token came, the run ends for a refusal that stays alone: the snapshot knows how to go on with the rest."""
    shop = RoughShop(tmp_path, crm=crm_at("http://127.0.0.1"))
    shop.rule = on("GET contacts", fault)
    if ends:
        with pytest.raises(BridgeError):
            shop.run("reach")
    else:
        shop.run("reach")


def test_the_embedded_crm_is_not_called(tmp_path: Path) -> None:
    """It is in this process: no call, no token, and none is made by looking."""
    shop = RoughShop(tmp_path)
    shop.run("reach")
    assert not (shop.data / "crm.db").exists()
    shop.contacts()
    shop.run("reach")
    assert (shop.calls, shop.tokens) == ([], 0)


def test_an_embedded_crm_that_is_damaged_ends_the_run(tmp_path: Path) -> None:
    """Before a source is read."""
    shop = Workshop(tmp_path)
    shop.data.mkdir()
    (shop.data / "crm.db").write_bytes(b"no database")
    with pytest.raises(StateRefused, match=r"crm\.db"):
        shop.run("reach")
