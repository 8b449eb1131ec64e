"""A command imports what it needs, and waits for nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.giant_context.server import access
from tests.pipelines.workshop import Workshop

ROOT = Path(__file__).resolve().parents[3]
COMMAND = (sys.executable, "-X", "importtime", "-c", "from pipelines.cli.app import main; main()")

SERVER = {"fastapi", "uvicorn", "starlette"}
CALLS = {"aiohttp", "httpx", "tenacity"}
ROWS = {"duckdb", "pyarrow", "numpy", "phonenumbers", "sqlite3"}
NEVER = {"dagster", "pandas"}
"""What only runs through Dagster need."""

SETTINGS = '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n'


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A data folder after a run, and a file that has changed since."""
    shop = Workshop(tmp_path_factory.mktemp("world"))
    (shop.root / "sync.toml").write_text(SETTINGS, "utf-8")
    shop.file("a.csv", "ID,First Name,Last Name,Email,Phone,Title\n1,Ada,Lovelace,ada@acme.com,312-555-0115,CEO")
    shop.run()
    shop.file("a.csv", "ID,First Name,Last Name,Email,Phone,Title\n1,Ada,Lovelace,ada@acme.com,312-555-0115,CFO", day=2)
    return shop


def environment(**more: str) -> dict[str, str]:
    """An environment without settings of ours but those given."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CRM_BRIDGE_")} | more


def imported(*args: str | Path, **more: str) -> set[str]:
    """The packages that a command imports, or tries to, in a process of its own that ends well."""
    said = subprocess.run(
        [*COMMAND, *map(str, args)], cwd=ROOT, env=environment(**more), capture_output=True, text=True, check=False
    )
    times = [line for line in said.stderr.splitlines() if line.startswith("import time:")]
    assert said.returncode == 0, said.stderr[-2000:]
    assert "Traceback" not in said.stderr
    return {line.rsplit("|", 1)[1].strip().partition(".")[0] for line in times}


def over(shop: Workshop) -> tuple[str | Path, ...]:
    """The options that name the shop's folder."""
    return ("--config", shop.root / "sync.toml", "--data", shop.data)


def test_help_imports_the_command_line_alone() -> None:
    """Neither what reads settings or rows, nor what calls, nor what serves, nor Dagster."""
    found = imported("--help")
    assert "typer" in found
    assert not found & (NEVER | SERVER | CALLS | ROWS | {"pydantic", "asyncio"})


@pytest.mark.parametrize("command", ["run", "plan", "ledger"])
def test_help_of_a_command_imports_nothing_that_it_works_with(command: str) -> None:
    """The same, but for what Typer itself takes to describe options."""
    assert not imported(command, "--help") & (NEVER | SERVER | CALLS | ROWS)


@pytest.mark.parametrize(
    "args",
    [
        ("status",),
        ("explain", "ada@acme.com"),
        ("conflicts",),
        ("ledger",),
        ("ledger", "--out", "l.parquet"),
        ("retry",),
    ],
    ids=" ".join,
)
def test_what_reads_the_data_folder_calls_nobody(world: Workshop, tmp_path: Path, args: tuple[str, ...]) -> None:
    """No Dagster, no pandas, no server, and no client of one: these commands make no call."""
    shop = world.twin(tmp_path)
    command = [shop.root / arg if arg.endswith(".parquet") else arg for arg in args]
    found = imported(*command, *over(shop))
    assert "pyarrow" in found
    assert not found & (NEVER | SERVER | CALLS)


@pytest.mark.parametrize("args", [("plan",), ("plan", "--out", "p.parquet"), ("export",)], ids=" ".join)
def test_what_reads_the_embedded_crm_needs_no_dagster(world: Workshop, tmp_path: Path, args: tuple[str, ...]) -> None:
    """The embedded CRM answers in process: its server is imported, but not what serves sockets, Dagster or pandas."""
    shop = world.twin(tmp_path)
    command = [shop.root / arg if arg.endswith(".parquet") else arg for arg in args]
    found = imported(*command, *over(shop))
    assert {"duckdb", "fastapi"} <= found
    assert not found & (NEVER | {"uvicorn"})


def test_the_doctor_of_the_embedded_crm_needs_no_server(world: Workshop, tmp_path: Path) -> None:
    """Its file is looked at, and Dagster's home: neither a server nor Dagster is imported for that."""
    shop = world.twin(tmp_path)
    assert not imported("doctor", *over(shop)) & (NEVER | SERVER)


@contextmanager
def served(data: Path) -> Iterator[str]:
    """Serve the folder's CRM in another process; gives its address."""
    command = (sys.executable, "-m", "connectors.giant_context.server", "--data", str(data), "--port", "0")
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@pytest.mark.parametrize("command", ["plan", "export"])
def test_what_reads_an_account_needs_no_server_of_ours(world: Workshop, tmp_path: Path, command: str) -> None:
    """Where the settings name an account, nothing that serves is imported, and again neither Dagster nor pandas."""
    shop = world.twin(tmp_path / "sources")
    crm = world.twin(tmp_path / "crm")
    with served(crm.data) as address:
        (shop.root / "sync.toml").write_text(
            f'{SETTINGS}[crm]\nbase_url = "{address}"\norganization_id = "{access.ORGANIZATION_ID}"\n'
            f'project_id = "{access.PROJECT_ID}"\napp_id = "{access.APP_ID}"\n'
        )
        found = imported(command, *over(shop), CRM_BRIDGE_CRM_API_KEY=access.ensure_api_key(crm.data))
    assert {"duckdb", "aiohttp"} <= found
    assert not found & (NEVER | SERVER)
