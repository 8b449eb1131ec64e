"""`crm-bridge doctor` from the shell."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from pipelines.report.doctor.together import SILENT
from tests.pipelines.hostile import crm_at, hangs, hostile
from tests.pipelines.shell import ROOT, Shell
from tests.pipelines.workshop import Workshop


def test_a_fresh_folder_is_fine_and_stays_as_it_is(crm_bridge: Shell, shop: Workshop) -> None:
    """Each thing has its line, the code is 0, and nothing was made by looking."""
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    (shop.root / "sync.toml").write_text('[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n', "utf-8")
    before = sorted(shop.root.rglob("*"))
    said = crm_bridge("doctor", "--config", shop.root / "sync.toml", "--data", shop.data)
    lines = said.out.splitlines()
    assert [line[:6].strip() for line in lines[:7]] == ["ok"] * 7
    assert [line[6:].partition(":")[0] for line in lines[:7]] == [
        *("settings", "data folder", "ledger", "runs", "dagster", "source inbox", "crm")
    ]
    assert (lines[-1], said.code, said.err) == ("0 wrong, 0 to look at, 7 fine.", 0, "")
    assert sorted(shop.root.rglob("*")) == before


def test_wrong_settings_are_told_and_the_folder_is_still_looked_at(crm_bridge: Shell, shop: Workshop) -> None:
    """Code 1; what can be told without settings is."""
    (shop.root / "sync.toml").write_text("[limits]\nmemroy = 1\n", "utf-8")
    said = crm_bridge("doctor", "--config", shop.root / "sync.toml", "--data", shop.data)
    lines = said.out.splitlines()
    assert lines[0].startswith("wrong settings: ")
    assert "limits.memroy: unknown key" in lines[0]
    assert lines[1].startswith("ok    data folder: ")
    assert said.code == 1


def test_the_fault_of_each_source_is_told(crm_bridge: Shell, shop: Workshop) -> None:
    """Not the first one alone, as by a run."""
    kinds = {
        "a": 'kind = "nothing_such"',
        "b": 'kind = "csv_file"\noptions.pth = "x"',
        "c": 'kind = "csv_file"\noptions.path = "no"',
    }
    text = "".join(f"[sources.{name}]\n{lines}\n" for name, lines in kinds.items())
    (shop.root / "sync.toml").write_text(text, "utf-8")
    said = crm_bridge("doctor", "--config", shop.root / "sync.toml", "--data", shop.data, DAGSTER_HOME="relative")
    wrong = [line for line in said.out.splitlines() if line.startswith("wrong")]
    starts = ["wrong dagster: DAGSTER_HOME is relative", *(f"wrong source {name}: " for name in "abc")]
    assert [line.startswith(start) for line, start in zip(wrong, starts, strict=True)] == [True] * 4
    assert said.code == 1


def test_servers_that_hang_are_over_in_ten_seconds(crm_bridge: Shell, shop: Workshop) -> None:
    """A CRM that accepts and never answers, and an inbox that is fine: all is told, and the rest is not held up."""
    shop.file("people.csv", "First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com")
    crm_bridge("--help")  # the shell's own start is over
    with hostile(hangs) as server:
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in crm_at(server.url).items())
        text = f'[crm]\n{lines}[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n'
        (shop.root / "sync.toml").write_text(text, "utf-8")
        began = time.monotonic()
        options = ("--config", shop.root / "sync.toml", "--data", shop.data)
        said = crm_bridge("doctor", *options, CRM_BRIDGE_CRM_API_KEY="gct_topsecret")
        took = time.monotonic() - began
    *_, source, crm, _, end = said.out.splitlines()
    assert source == "ok    source inbox: 1 file that can be read, by name and header"
    assert crm.startswith("wrong crm: ")
    assert crm.endswith("no answer in time. Check the address, the network, and whether the server is up.")
    assert (end, said.code) == ("1 wrong, 0 to look at, 6 fine.", 1)
    assert took < 10
    assert "topsecret" not in said.out + said.err


STUCK = """
import sys, time
from concurrent.futures import ThreadPoolExecutor
from pipelines.cli import app, doctor
from pipelines.report.doctor import crm
doctor.SECONDS = 1.0
crm.crm = lambda *_: ThreadPoolExecutor().submit(time.sleep, 60).result()
sys.argv = ["crm-bridge", "doctor", "--data", sys.argv[1]]
app.main()
"""


def test_the_process_ends_though_a_library_waits(tmp_path: Path) -> None:
    """A thread of somebody's pool is waited for by Python itself at its end: not by the doctor."""
    began = time.monotonic()
    command = [sys.executable, "-c", STUCK, str(tmp_path / "data")]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50, cwd=ROOT)
    assert time.monotonic() - began < 10
    assert said.returncode == 1, said.stderr
    assert f"wrong crm: {SILENT}" in said.stdout
    assert said.stdout.splitlines()[-1].startswith("1 wrong, ")
