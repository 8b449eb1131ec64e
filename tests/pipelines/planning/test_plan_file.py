"""A plan as a file: it is applied exactly as it was sealed, and what changed since is left alone and listed."""

from __future__ import annotations

import stat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.errors import ForeignLedger, StateRefused
from connectors.giant_context.wire import ActivityCreate
from pipelines.applying import apply, verify
from pipelines.applying.intentions import intend
from pipelines.applying.operations import update_key
from pipelines.ledger.copies import backup, restore
from pipelines.ledger.effects import Operation
from pipelines.planning import file as plan_file
from pipelines.report import plan as plan_text
from pipelines.report import summary
from pipelines.workspace import Workspace
from tests.pipelines.faults import RoughShop
from tests.pipelines.workshop import AGAIN, TO_PLAN, Workshop

HEADER = "ID,First name,Last name,Email,Title"
ADA, ALAN = "1,Ada,Lovelace,ada@acme.com", "2,Alan,Turing,alan@acme.com"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Two people synced, then changed at the source, a third one new, and the plan for that kept in a file."""
    shop = Workshop(tmp_path_factory.mktemp("world"))
    shop.file("a.csv", f"{HEADER}\n{ADA},CEO\n{ALAN},CEO")
    shop.run()
    shop.file("a.csv", f"{HEADER}\n{ADA},CFO\n{ALAN},CFO\n3,Grace,Hopper,grace@acme.com,Admiral", day=2)
    plan_file.write(shop.run(*TO_PLAN), file(shop))
    return shop


@pytest.fixture
def planned(world: Workshop, tmp_path: Path) -> Workshop:
    """Give that world to one test."""
    return world.twin(tmp_path)


def file(shop: Workshop) -> Path:
    """Where the plan lies."""
    return shop.root / "plan.parquet"


def applied(shop: Workshop) -> Workspace:
    """Apply the file in a run of its own."""
    work = shop.work()
    with work.writing(prune=True):
        plan_file.take(work, file(shop))
        work.reports["apply"] = apply.run(work)
    return work


def done(work: Workspace) -> dict[str, int]:
    """What the run has written."""
    return {name: count for name, count in work.reports["apply"].counts.items() if name.endswith("_done")}


def left(work: Workspace) -> str:
    """What the run says that it has left alone."""
    return "\n".join(plan_text.left(work))


def titles(shop: Workshop) -> dict[str, str | None]:
    """Everybody's title."""
    return {contact.last_name: contact.title for contact in shop.contacts()}


def test_a_plan_is_applied_exactly(planned: Workshop) -> None:
    """Not what the sources say by now, but what the file says; the next run sees to the rest."""
    planned.file("a.csv", f"{HEADER}\n{ADA},CTO", day=3)
    applied(planned)
    assert titles(planned) == {"Lovelace": "CFO", "Turing": "CFO", "Hopper": "Admiral"}
    planned.run()
    assert titles(planned)["Lovelace"] == "CTO"


def test_the_file_is_private(planned: Workshop) -> None:
    """It holds names and addresses, and lies wherever it was wanted."""
    assert stat.S_IMODE(file(planned).stat().st_mode) == 0o600


def test_what_changed_in_the_crm_since_is_skipped_and_listed(planned: Workshop) -> None:
    """A contact that a human edited meanwhile keeps the edit; the others are written."""
    ada = planned.contact("Lovelace")
    planned.edit(ada.id, title="Countess")
    (line,) = plan_text.left(applied(planned))
    assert titles(planned) == {"Lovelace": "Countess", "Turing": "CFO", "Hopper": "Admiral"}
    assert ada.id in line
    assert "changed in the CRM" in line


def test_what_another_run_did_meanwhile_is_not_done_again(planned: Workshop) -> None:
    """After a full run the file has nothing left to do, and nobody is created twice."""
    planned.run(*AGAIN)
    assert done(applied(planned)) == {}
    assert len(planned.contacts()) == 3
    assert planned.run(*AGAIN).reports["apply"].counts["calls"] == 0


def test_what_a_human_took_back_from_a_run_in_between_stays_so(shop: Workshop) -> None:
    """A fill and a tag that another run wrote meanwhile, and a human cleared, do not come back out of the file."""
    header = f"{HEADER},Tags"
    shop.file("a.csv", f"{header}\n{ADA},,")
    shop.run()
    shop.file("a.csv", f"{header}\n{ADA},CEO,vip", day=2)
    plan_file.write(shop.run(*TO_PLAN), file(shop))
    shop.run(*AGAIN)
    ada = shop.contact("Lovelace")
    shop.edit(ada.id, title=None)
    shop.untag(ada.id, "vip")
    work = applied(shop)
    assert (shop.contact("Lovelace").title, shop.contact("Lovelace").tags) == (None, [])
    told = f"left alone: Ada Lovelace (update contacts {ada.id}): written by another run since the plan was made"
    assert left(work) == told
    assert work.reports["apply"].counts == {"writes_on": 1, "calls": 0, "overtaken": 1}


def test_a_company_that_a_run_found_meanwhile_is_not_created(shop: Workshop) -> None:
    """A company that a human has made since, and that people are linked to, gets no twin."""
    shop.file("a.csv", f"{HEADER}\n{ADA},CEO")
    shop.run()
    shop.file("a.csv", f"{HEADER},Company,Website\n{ADA},CEO,Acme,https://acme.com", day=2)
    plan_file.write(shop.run(*TO_PLAN), file(shop))
    acme = shop.type_in_company(name="Acme", website="https://acme.com")
    shop.run(*AGAIN)
    work = applied(shop)
    assert [company.id for company in shop.companies()] == [acme.id]
    assert "Acme (create companies): found in the CRM since the plan was made" in left(work)


def test_a_company_that_nobody_has_told_us_of_gets_no_twin(shop: Workshop) -> None:
    """The CRM would take a second company of the name, so that is asked for before one is created."""
    shop.file("a.csv", f"{HEADER},Company,Website\n{ADA},CEO,Acme,https://acme.com\n{ALAN},CEO,Beta,https://beta.com")
    plan_file.write(shop.run(*TO_PLAN), file(shop))
    acme = shop.type_in_company(name="ACME")
    work = applied(shop)
    assert [company.name for company in shop.companies()] == ["ACME", "Beta"]
    assert "Acme (create companies): changed in the CRM since it was read" in left(work)
    shop.run(*AGAIN)
    assert shop.contact("Lovelace").company_id == acme.id


def test_somebody_who_turned_out_to_be_another_is_not_created(shop: Workshop) -> None:
    """A record of the plan's that was joined to somebody else since makes no second contact."""
    shop.file("a.csv", f"{HEADER}\n{ADA},CEO")
    shop.run()
    shop.file("b.csv", f"{HEADER}\n7,Ada,Lovelace,ada@home.example,CEO", day=2)
    plan_file.write(shop.run(*TO_PLAN), file(shop))
    shop.file("c.csv", f"{HEADER}\n9,Ada,Lovelace,ada@acme.com;ada@home.example,CEO", day=3)
    shop.run()
    work = applied(shop)
    (ada,) = shop.contacts()
    assert ada.properties["other_emails"] == ["ada@home.example"]
    assert "(create contacts): one of its records was found to be another's since the plan was made" in left(work)
    assert shop.run(*AGAIN).reports["apply"].counts["calls"] == 0


def test_what_was_cut_off_since_is_looked_for_first(tmp_path: Path) -> None:
    """An update of another run whose answer was lost is found before anything of the file is sent, and listed."""
    shop = RoughShop(tmp_path)
    shop.file("a.csv", f"{HEADER}\n{ADA},CEO\n{ALAN},CEO")
    shop.sync()
    shop.file("a.csv", f"{HEADER}\n{ADA},CFO\n{ALAN},CFO", day=2)
    plan_file.write(shop.run(*TO_PLAN), file(shop))
    ada = shop.contact("Lovelace")
    key, number = update_key(shop.work().account, "contacts", ada.id, {}, 0)
    change = Operation(key, "contacts", "update", "x", {"title": "CFO"}, {"title": "CFO"}, ada.id, number=number)
    with shop.work().ledger() as ledger:
        ledger.journal.intend("cut off", [change])
        ledger.journal.mark_sent("cut off", [], ledger.journal.in_state("INTENT"))
    shop.edit(ada.id, title="CFO")
    work = applied(shop)
    assert titles(shop) == {"Lovelace": "CFO", "Turing": "CFO"}
    assert f"{ada.id}): written by another run since the plan was made" in left(work)
    with shop.work().ledger() as ledger:
        assert ledger.journal.states() == {"DONE": 6}


def test_what_cannot_be_told_or_was_refused_is_listed(planned: Workshop) -> None:
    """A create that the CRM refused in an earlier run, and an update of which nobody knows, are not sent but told."""
    ada = planned.contact("Lovelace")
    with planned.work().ledger() as ledger:
        key, number = update_key(ledger.account, "contacts", ada.id, {}, 0)
        change = Operation(key, "contacts", "update", "x", {"title": "CFO"}, {"title": "CFO"}, ada.id, number=number)
        ledger.journal.intend("another", [change])
        ledger.journal.end(change, "UNKNOWN", "nobody can tell")
    refuse(planned)
    work = applied(planned)
    assert titles(planned) == {"Lovelace": "CEO", "Turing": "CFO"}
    told = left(work)
    assert f"{ada.id}): what was sent since the plan was made cannot be told" in told
    assert "Grace Hopper (create contacts): the CRM refused it before in the same words" in told


def refuse(shop: Workshop) -> None:
    """Let another run have intended all creates of the plan, and the CRM have refused them."""
    work = shop.work()
    plan_file.take(work, file(shop))
    with work.engine() as engine, work.ledger() as ledger:
        intend(engine, ledger, work.run)
        for operation in ledger.journal.in_state("INTENT"):
            if operation.kind == "create":
                ledger.journal.end(operation, "REJECTED", "400 no")


def test_another_ledger_stops_it_before_anything_is_sent(tmp_path: Path) -> None:
    """Days may have gone by since the plan was made: whether we are alone is looked at again."""
    shop = RoughShop(tmp_path)
    shop.file("a.csv", f"{HEADER}\n{ADA},CEO")
    plan_file.write(shop.run(*TO_PLAN), file(shop))
    data = {"externalId": "x", "ledgerId": "0c0ffee0-0000-4000-8000-000000000001"}
    shop.crm(lambda crm: crm.log_activity(ActivityCreate(description="Imported", source="crm-bridge", data=data)))
    with pytest.raises(ForeignLedger):
        applied(shop)
    assert shop.contacts() == []


def test_a_ledger_that_went_back_wants_another_plan(planned: Workshop) -> None:
    """A ledger that was put back cannot tell what was written since the plan was made: the file is refused."""
    ledger, copy = planned.work().ledger_path, planned.root / "copy"
    backup(ledger, copy)
    restore(ledger, copy, planned.work().account)
    with pytest.raises(StateRefused, match="the ledger or the clock went back"):
        applied(planned)
    assert titles(planned)["Lovelace"] == "CEO"


def test_what_it_wrote_is_read_back(planned: Workshop) -> None:
    """What the file has sent stands there and wants no second write; what was left alone is no part of it."""
    planned.edit(planned.contact("Lovelace").id, title="Countess")
    work = applied(planned)
    nothing = {"remaining": 0, "not_read_back": 0, "changed_again": 0}
    assert verify.run(work).counts == {**nothing, "read_back": 2, "left": 1}
    work.end()


def test_it_is_applied_once(planned: Workshop) -> None:
    """The same file again sends nothing and says so in one line; what a run wrote since is told apart."""
    assert done(applied(planned)) == {"contacts_create_done": 1, "contacts_update_done": 2, "activities_log_done": 1}
    for again in (applied(planned), applied(planned)):
        assert again.reports["apply"].counts == {"writes_on": 1, "calls": 0, "done_before": 3}
        assert left(again) == ""
        assert summary.applied(again) == "Nothing was sent: all of it is done."
    planned.file("a.csv", f"{HEADER}\n{ADA},CTO", day=3)
    planned.run()
    assert left(third := applied(planned)).count("written by another run") == 1
    assert "overtaken" in summary.applied(third)


def test_a_changed_row_breaks_the_seal(planned: Workshop) -> None:
    """Whoever edits the file has it refused."""
    table = pq.read_table(file(planned))
    names = table.schema.names
    told = [text if text != "CFO" else "Boss" for text in table["proposed"].to_pylist()]
    pq.write_table(table.set_column(names.index("proposed"), "proposed", pa.array(told, pa.string())), file(planned))
    with pytest.raises(StateRefused, match="its rows were changed"):
        applied(planned)
    assert titles(planned)["Lovelace"] == "CEO"


@pytest.mark.parametrize("section", [{"fields": {"title": {"policy": "source_wins"}}}, {"match": {"hub_limit": 7}}])
def test_other_settings_want_another_plan(planned: Workshop, section: dict[str, object]) -> None:
    """A plan holds for the settings that it was made with; how fast and how much at once is no part of them."""
    other_pace: dict[str, object] = {"limits": {"threads": 1, "concurrency": 2}, "gates": {"floor": 7}}
    planned.sections = {**other_pace, **section}
    with pytest.raises(StateRefused, match="the settings have changed"):
        applied(planned)
    planned.sections = other_pace
    applied(planned)


def test_another_account_wants_another_plan(planned: Workshop, tmp_path: Path) -> None:
    """A plan for one CRM is refused by another."""
    other = Workshop(tmp_path / "other")
    other.file("a.csv", f"{HEADER}\n{ADA},CEO")
    other.run()
    for run in (planned.data / "runs").iterdir():
        run.rename(other.data / "runs" / run.name)
    file(planned).rename(file(other))
    with pytest.raises(StateRefused, match="another account"):
        applied(other)


def test_what_is_no_plan_is_refused(shop: Workshop) -> None:
    """Neither a text nor another Parquet file is taken for one."""
    pq.write_table(pa.table({"a": [1]}), other := shop.data.parent / "other.parquet")
    for content in (b"hello", other.read_bytes()):
        file(shop).write_bytes(content)
        with pytest.raises(StateRefused, match="not a plan"):
            applied(shop)
