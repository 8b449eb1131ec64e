"""Gates: how much one run may do at once before somebody has to allow it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConfigurationError, GateClosed
from pipelines.planning import gates
from pipelines.planning.gates import Asked
from pipelines.settings.sections import Gates
from tests.pipelines.workshop import AGAIN, Workshop


def people(first: int, last: int, title: str = "Buyer") -> str:
    """A CSV file of numbered people."""
    rows = [f"{n},A{n},Name{n},a{n}@acme.com,{title}" for n in range(first, last)]
    return "\n".join(("ID,First name,Last name,Email,Title", *rows))


@pytest.mark.parametrize(
    ("count", "total", "by_share", "closes"),
    [
        (49, 10, True, False),  # under the floor, whatever the share
        (60, 1000, True, False),
        (60, 100, True, True),  # over the share
        (60, 0, True, True),  # any share of nothing
        (60, 0, False, False),  # the first run into an empty CRM
        (10_001, 1_000_000, True, True),  # over the number, under the share
    ],
)
def test_a_gate_closes_over_share_or_number_and_never_under_the_floor(
    count: int, total: int, by_share: bool, closes: bool
) -> None:
    """So that ten rows trip no percentage, and a large account is no licence for ten thousand creates."""
    lines = gates.closed(Gates(), [Asked("created", count, total, by_share)], {})
    assert bool(lines) == closes


@given(st.sampled_from(gates.KINDS), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_closed_gate_says_the_limit_and_what_opens_it(kind: str, count: int, total: int) -> None:
    """The words that it prints open it, and one more would not."""
    asked = [Asked(kind, count, total, whose="inbox" if kind == "dropped" else "")]
    for gate in gates.closed(Gates(), asked, {}):
        assert f"gates.{kind}" in gate.words
        allowed = gates.parse([gates.key([gate]).removeprefix("--allow ")])
        assert gates.closed(Gates(), asked, allowed) == []
        assert gates.closed(Gates(), asked, {kind: count - 1}) == [gate]


def test_several_closed_gates_are_one_line_and_opened_by_one_command() -> None:
    """First what is over which limit, one after the other, then everything that has to be said to go on."""
    dropped = [Asked("dropped", count, 100, whose=source) for count, source in ((90, "a"), (80, "b"))]
    asked = [Asked("created", 60, 100), *dropped]
    with pytest.raises(GateClosed) as failure:
        gates.check(gates.closed(Gates(), asked, {}))
    assert str(failure.value) == (
        "nothing was sent: 60 contacts would be created (of 100), over gates.created_share = 0.5; "
        "90 records are gone from the source a since a run was last applied (of 100), over gates.dropped_share = 0.2; "
        "80 records are gone from the source b since a run was last applied (of 100), over gates.dropped_share = 0.2. "
        "Allow it once: --allow created=60 --allow dropped=90"
    )
    allowed = gates.parse(str(failure.value).rpartition("once: --allow ")[2].split(" --allow "))
    assert gates.closed(Gates(), asked, allowed) == []


@pytest.mark.parametrize("word", ["created", "created=", "created=-1", "deleted=3", "created=many"])
def test_what_opens_no_gate_is_refused_in_one_line(word: str) -> None:
    """The line names the word and the kinds there are."""
    with pytest.raises(ConfigurationError, match="created, overwritten, retracted, dropped"):
        gates.parse([word])


def test_a_first_run_into_an_account_with_people_says_what_it_expects(shop: Workshop) -> None:
    """Sixty creates beside three contacts are over the share: nothing is sent until they are allowed."""
    for name in ("X", "Y", "Z"):
        shop.type_in(first_name="There", last_name=name)
    shop.file("people.csv", people(0, 60))
    with pytest.raises(GateClosed, match=r"60 contacts would be created .of 3., over gates.created_share = 0.5"):
        shop.run()
    assert len(shop.contacts()) == 3
    shop.allowed = {"created": 60}
    shop.run(*AGAIN)
    assert len(shop.contacts()) == 63


def test_a_first_run_into_an_empty_crm_passes_under_the_number(shop: Workshop) -> None:
    """A share of nothing means nothing there; the number still counts."""
    shop.sections = {"gates": {"created": 59}}
    shop.file("people.csv", people(0, 60))
    with pytest.raises(GateClosed, match=r"gates\.created = 59"):
        shop.run()
    shop.sections = {}
    shop.run(*AGAIN)
    assert len(shop.contacts()) == 60


def test_overwriting_and_losing_sources_are_gated(shop: Workshop) -> None:
    """A file that changes everybody's title is held; so is a source of which most records are gone."""
    shop.sections = {"gates": {"floor": 5}}
    shop.file("people.csv", people(0, 12))
    shop.run()
    shop.file("people.csv", people(0, 12, "Head Buyer"), day=2)
    with pytest.raises(GateClosed, match=r"12 contacts would have something overwritten"):
        shop.run()
    assert {contact.title for contact in shop.contacts()} == {"Buyer"}
    shop.allowed = {"overwritten": 12}
    shop.run(*AGAIN)
    shop.allowed = {}
    shop.sections = {"gates": {"floor": 5}, "sources": {}}
    with pytest.raises(GateClosed, match=r"12 records are gone from the source inbox"):
        shop.run()
    shop.allowed = {"dropped": 12}
    shop.run(*AGAIN)
    shop.allowed = {}
    assert shop.run(*AGAIN).reports["apply"].counts["calls"] == 0


def test_a_first_run_that_was_cut_off_is_still_the_first(shop: Workshop) -> None:
    """What it has created itself is no measure for the rest: the next run ends where an undisturbed one would have."""
    shop.file("people.csv", people(0, 3))
    planned = shop.run("extract", "clean", "snapshot", "resolve", "plan")
    shop.file("people.csv", people(0, 60), day=2)
    with shop.work(planned.run).ledger() as ledger:
        assert ledger.traits.get("applied") is None
    work = shop.work(planned.run)
    with work.writing(prune=True), work.ledger() as ledger:
        for number in range(3):
            contact = shop.type_in(first_name=f"A{number}", last_name=f"Name{number}", email=f"a{number}@acme.com")
            ledger.identities.place("contacts", [], [(f"person {number}", contact.id)])
    shop.run()
    assert len(shop.contacts()) == 60


def test_a_file_that_shrinks_is_held(shop: Workshop) -> None:
    """A newer file of the same name with a quarter of the rows is noticed, though its records are all kept."""
    shop.sections = {"gates": {"floor": 5}}
    shop.file("people.csv", people(0, 12))
    shop.run()
    shop.file("people.csv", people(0, 3), day=2)
    with pytest.raises(GateClosed, match=r"9 records are gone from the source inbox .* .of 12."):
        shop.run()


def test_a_first_run_that_landed_nothing_is_still_the_first(shop: Workshop) -> None:
    """Nobody was in the inbox, so nobody is in the CRM: the next run is not asked for a share of nothing."""
    shop.file("people.csv", people(0, 0))
    shop.run()
    shop.file("people.csv", people(0, 60), day=2)
    shop.run()
    assert len(shop.contacts()) == 60
