"""A plan as a file: it is applied exactly as it was sealed, and what changed since is left alone and listed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from connectors.errors import StateRefused
from pipelines import plan_file, plan_text
from pipelines.stages import apply
from pipelines.workspace import Workspace
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
    try:
        work.lock.take()
        plan_file.take(work, file(shop))
        work.reports["apply"] = apply.run(work)
    finally:
        work.end()
    return work


def done(work: Workspace) -> dict[str, int]:
    """What the run has written."""
    return {name: count for name, count in work.reports["apply"].counts.items() if name.endswith("_done")}


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


def test_what_changed_in_the_crm_since_is_skipped_and_listed(planned: Workshop) -> None:
    """A contact that a human edited meanwhile keeps the edit; the others are written."""
    ada = planned.contact("Lovelace")
    planned.edit(ada.id, title="Countess")
    work = applied(planned)
    assert titles(planned) == {"Lovelace": "Countess", "Turing": "CFO", "Hopper": "Admiral"}
    (line,) = plan_text.left(work)
    assert ada.id in line
    assert "changed in the CRM" in line


def test_what_another_run_did_meanwhile_is_not_done_again(planned: Workshop) -> None:
    """After a full run the file has nothing left to do, and nobody is created twice."""
    planned.run(*AGAIN)
    assert done(applied(planned)) == {}
    assert len(planned.contacts()) == 3
    assert planned.run(*AGAIN).reports["apply"].counts["calls"] == 0


def test_it_is_applied_once(planned: Workshop) -> None:
    """The same file again sends nothing."""
    assert done(applied(planned)) == {"contacts_create_done": 1, "contacts_update_done": 2, "activities_log_done": 1}
    assert done(applied(planned)) == {}


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
    planned.sections = {"limits": {"threads": 1, "concurrency": 2}, "gates": {"floor": 7}}
    planned.sections |= section
    with pytest.raises(StateRefused, match="the settings have changed"):
        applied(planned)
    planned.sections = {"limits": {"threads": 1, "concurrency": 2}, "gates": {"floor": 7}}
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
    file(shop).write_text("hello")
    with pytest.raises(StateRefused, match="not a plan"):
        applied(shop)
    pq.write_table(pa.table({"a": [1]}), file(shop))
    with pytest.raises(StateRefused, match="not a plan"):
        applied(shop)
