"""What a run says of a CRM that is not there, or that lets it wait."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.errors import BridgeError
from connectors.giant_context.server.access import API_KEY_VARIABLE
from pipelines.crm import reach
from tests.pipelines.hostile import account, answer, crm_at, hangs, hostile, nobody, nothing_yet
from tests.pipelines.shell import Shell
from tests.pipelines.workshop import Workshop

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what Dagster says of its own interfaces is no matter of ours
    import dagster as dg

    from pipelines.defs.building import build_defs

KEY = {API_KEY_VARIABLE: "gct_made_up"}
INBOX = '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n'


def configured(root: Path, url: str, more: str = "") -> tuple[str | Path, ...]:
    """Settings that name an account at an address; gives the options that name them."""
    Workshop(root).file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in crm_at(url).items())
    (root / "sync.toml").write_text(f"{INBOX}[crm]\n{lines}{more}", "utf-8")
    return ("--config", root / "sync.toml", "--data", root / "data")


@pytest.mark.parametrize("command", [("run", "--dry-run"), ("plan",)], ids=" ".join)
def test_a_crm_that_hangs_is_told_within_five_seconds(
    crm_bridge: Shell, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """One line and code 3, before a source is read."""
    with hostile(hangs) as crm:
        crm_bridge("--help")  # the shell's own start is over
        began = time.monotonic()
        said = crm_bridge(*command, *configured(tmp_path, crm.url), **KEY)
        took = time.monotonic() - began
    assert "cannot be reached: no answer in time" in said.line
    assert said.code == 3
    assert took < 6, "the check, on a busy machine"
    assert not (tmp_path / "data" / "raw").exists()


def test_a_crm_that_refuses_the_key_is_told_at_once(crm_bridge: Shell, tmp_path: Path) -> None:
    """A second run is not needed to learn it."""
    with hostile(lambda _: answer(401, {"message": "unknown key"})) as crm:
        said = crm_bridge("run", *configured(tmp_path, crm.url), **KEY)
    assert (said.code, said.line) == (
        3,
        "crm-bridge: POST /auth/token: 401 unknown key. Check the API key and what it may do.",
    )
    assert not (tmp_path / "data" / "raw").exists()


def test_a_run_says_that_its_calls_wait(crm_bridge: Shell, tmp_path: Path) -> None:
    """Host, reason, times; neither path nor query. Once the server answers the run goes on."""
    first = iter([nothing_yet(), answer(503, {"message": "ada@gmail.com"})])
    with hostile(account(lambda _: next(first, nothing_yet()))) as crm:
        said = crm_bridge("plan", *configured(tmp_path, crm.url), **KEY)
    lines = [line.strip() for line in said.out.splitlines() if "waiting for" in line]
    assert said.code == 0, said.err
    assert lines
    assert lines[0].startswith(f"waiting for {crm.url.removeprefix('http://')}: 503; next attempt in ")
    assert "gives up in" in lines[0]
    assert not any("contacts" in line or "ada@" in line for line in lines)


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """Give an instance of Dagster's, a key, and little time."""
    monkeypatch.setattr(reach, "SECONDS", 0.5)
    monkeypatch.setenv(API_KEY_VARIABLE, "gct_made_up")
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def sync_of(root: Path, url: str) -> dg.JobDefinition:
    """Dagster's job as its UI has it, over a folder whose settings name an account at an address."""
    configured(root, url)
    return build_defs(root / "sync.toml", root / "data").resolve_job_def("sync")


def test_a_run_of_dagsters_own_asks_too_where_it_comes_to_the_crm(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    """A sync from its UI or schedule reads no source while the CRM is not there; landings alone need no CRM."""
    with nobody() as url:
        job = sync_of(tmp_path, url)
        with pytest.raises(BridgeError, match="cannot be reached"):
            job.execute_in_process(instance=instance)
        assert not (tmp_path / "data" / "raw").exists()
        alone = job.execute_in_process(instance=instance, asset_selection=[dg.AssetKey("landings")])
    assert alone.success
    assert list((tmp_path / "data" / "raw").rglob("*.parquet"))


def test_what_a_run_of_dagsters_own_says_is_in_its_log(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    """Nobody sits before it: the log has the line."""
    with hostile(account(lambda _: answer(503, {"message": "down"}, retry_after="200"))) as crm:
        ended = sync_of(tmp_path, crm.url).execute_in_process(instance=instance, raise_on_error=False)
    assert not ended.success
    said = [event.user_message for event in instance.all_logs(ended.run_id)]
    assert any("503; the run goes on, and asks again when it comes to the CRM" in line for line in said)
