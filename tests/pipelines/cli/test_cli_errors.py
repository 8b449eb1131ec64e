"""What goes wrong is one line and an exit code, and shows nobody's data."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.ledger.ledger import Ledger
from tests.pipelines.shell import Shell
from tests.pipelines.workshop import TO_RESOLVE, Workshop

INBOX = '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n'
ACCOUNT = '[crm]\nbase_url = "https://crm.example"\norganization_id = "o"\nproject_id = "p"\napp_id = "a"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Give settings that are right, and an inbox with a person in it."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "people.csv").write_text("First Name,Last Name,Email\nAda,Lovelace,ada@gmail.com\n", "utf-8")
    path = tmp_path / "sync.toml"
    path.write_text(INBOX, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (INBOX + "[limits]\nmemroy = 1", "limits.memroy: unknown key"),
        (INBOX + '[crm]\nbase_url = "crm.example"', "crm.base_url: must be a URL"),
        (INBOX + '[crm]\nbase_url = "http://crm.example"', "crm.base_url: must use https"),
        (INBOX + '[crm]\nbase_url = "https://crm.example"', "crm.organization_id: missing"),
        (INBOX + '[crm]\napi_key = "gct_topsecret"', "crm.api_key: a secret does not belong in this file"),
        (INBOX + '[match]\ndefault_region = "gct_topsecret"', "match.default_region: a secret does not belong"),
        (INBOX + '[crm]\nwrites = "yes"', "crm.writes: must be true or false"),
        ("[sources.inbox", "not valid TOML"),
        ("", "sources: there is none"),
        ('[sources.inbox]\nkind = "hubspott"', "there is no connector 'hubspott'"),
        (
            '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\noptions.pth = "x"',
            "sources.inbox.options.pth: unknown key",
        ),
        ('[sources.inbox]\nkind = "csv_file"\noptions.path = "outbox"', "outbox"),
        (ACCOUNT + INBOX, "CRM_BRIDGE_CRM_API_KEY"),
    ],
)
def test_wrong_settings_are_told_in_one_line(crm_bridge: Shell, config: Path, text: str, words: str) -> None:
    """Each names the key or the file and what would be right, ends with 2, and shows no secret."""
    config.write_text(text, "utf-8")
    said = crm_bridge("run", "--config", config, "--data", config.parent / "data")
    assert words in said.line
    assert said.code == 2
    assert "topsecret" not in said.line


def test_a_missing_settings_file_is_told(crm_bridge: Shell, tmp_path: Path) -> None:
    """It says which file, and how to name another."""
    said = crm_bridge("run", "--config", tmp_path / "none.toml", "--data", tmp_path / "data")
    assert (said.code, "none.toml: there is no such file. Name one with --config." in said.line) == (2, True)


@pytest.mark.parametrize("args", [("run", "--fast"), ("fly",), ("explain",)])
def test_wrong_use_ends_with_2(crm_bridge: Shell, args: tuple[str, ...]) -> None:
    """An unknown option or command, or a missing word, is wrong use."""
    said = crm_bridge(*args)
    assert said.code == 2
    assert "Traceback" not in said.err


def test_a_busy_folder_ends_with_5(crm_bridge: Shell, config: Path) -> None:
    """While another process holds the folder's lock, a run ends with 5 and the CRM is untouched."""
    data = config.parent / "data"
    data.mkdir()
    with (data / "ledger.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        said = crm_bridge("run", "--config", config, "--data", data)
    assert said.code == 5
    assert "another run is working on" in said.line
    assert not (data / "ledger.db").exists()


@pytest.mark.parametrize("command", ["run", "plan", "export"])
def test_a_data_folder_that_cannot_be_is_told(crm_bridge: Shell, config: Path, command: str) -> None:
    """Where no folder can be made, a line says where and why."""
    (config.parent / "file").write_text("x")
    said = crm_bridge(command, "--config", config, "--data", config.parent / "file" / "data")
    assert said.code == 3
    assert "file" in said.line
    assert "Not a directory" in said.line


@pytest.mark.parametrize("command", ["run", "plan", "export", "status", "ledger", "crm", "ui"])
def test_a_data_folder_that_is_a_file_is_wrong_use(crm_bridge: Shell, config: Path, command: str) -> None:
    """Each command says so in the same words, and leaves the file."""
    (config.parent / "file").write_text("x")
    said = crm_bridge(command, "--config", config, "--data", config.parent / "file")
    assert (said.code, said.line) == (2, f"crm-bridge: --data {config.parent}/file: not a folder. Name a folder.")
    assert (config.parent / "file").read_text() == "x"


def test_a_folder_that_was_there_keeps_its_rights(crm_bridge: Shell, config: Path) -> None:
    """Only a data folder that a command makes is made for its owner alone."""
    ours, theirs = config.parent / "ours", config.parent / "theirs"
    theirs.mkdir()
    theirs.chmod(0o750)
    for folder in (ours, theirs):
        assert crm_bridge("export", "--config", config, "--data", folder).code == 0
    assert ours.stat().st_mode & 0o777 == 0o700
    assert theirs.stat().st_mode & 0o777 == 0o750


def test_what_is_made_in_an_open_folder_is_closed(crm_bridge: Shell, config: Path) -> None:
    """Everything that a run makes at the top of a data folder that was there is its owner's alone."""
    folder = config.parent / "theirs"
    folder.mkdir()
    folder.chmod(0o755)
    assert crm_bridge("run", "--config", config, "--data", folder, DAGSTER_HOME="").code == 0
    made = {path.name: path for path in folder.iterdir()}
    expected = {"raw", "runs", "exports", "dagster", "tmp", "current.json", "ledger.db", "ledger.lock", "crm.db"}
    assert expected <= made.keys()
    modes = {name: path.stat().st_mode & 0o777 for name, path in made.items()}
    assert modes == {name: 0o700 if path.is_dir() else 0o600 for name, path in made.items()}


@pytest.mark.parametrize(
    "args",
    [("apply", "none.parquet"), ("ledger", "restore", "none.db"), ("crm", "--faults", "none.toml", "--port", "0")],
    ids=lambda args: args[0],
)
def test_a_named_file_that_is_not_there_is_wrong_use(crm_bridge: Shell, config: Path, args: tuple[str, ...]) -> None:
    """It ends with 2, as missing settings do."""
    assert crm_bridge("export", "--config", config, "--data", config.parent / "data").code == 0
    said = crm_bridge(*args, "--config", config, "--data", config.parent / "data")
    assert (said.code, "there is no such file" in said.line) == (2, True)


def test_a_dagster_home_that_is_none_is_told(crm_bridge: Shell, config: Path) -> None:
    """A DAGSTER_HOME that is no absolute folder is a wrong setting."""
    for home in ("relative", str(config.parent / "none")):
        said = crm_bridge("run", "--config", config, "--data", config.parent / "data", DAGSTER_HOME=home)
        assert said.code == 2
        assert "DAGSTER_HOME" in said.line


def test_a_ledger_that_is_none_is_told_and_left(crm_bridge: Shell, config: Path) -> None:
    """A damaged ledger ends the run with 3 before anything is sent, and is left as it is."""
    data = config.parent / "data"
    data.mkdir()
    (data / "ledger.db").write_text("no ledger at all" * 100)
    said = crm_bridge("run", "--config", config, "--data", data)
    assert said.code == 3
    assert "ledger.db" in said.line
    assert (data / "ledger.db").read_text() == "no ledger at all" * 100


def test_an_unreachable_crm_is_told_soon(crm_bridge: Shell, config: Path) -> None:
    """When nobody listens the run ends with 3 and a line that names the host and what to look at."""
    account = ACCOUNT.replace("https://crm.example", "http://127.0.0.1:9")
    config.write_text(f"{account}{INBOX}[limits]\ndeadline_seconds = 0.5\n", "utf-8")
    said = crm_bridge(
        "run", "--config", config, "--data", config.parent / "data", CRM_BRIDGE_CRM_API_KEY="gct_topsecret"
    )
    assert said.code == 3
    assert "the CRM at 127.0.0.1:9 cannot be reached: the connection failed" in said.line
    assert "Check crm.base_url and the network" in said.line
    assert "topsecret" not in said.err + said.out


def test_what_nobody_expected_is_one_line_and_the_story_is_kept(crm_bridge: Shell, config: Path) -> None:
    """An error of a kind that we do not know shows its type and where its story is, which is its owner's alone."""
    data = config.parent / "data"
    data.mkdir()
    Ledger(data / "ledger.db", "account").close()
    with closing(sqlite3.connect(data / "ledger.db")) as database:
        database.execute("DROP TABLE traits")
    said = crm_bridge("run", "--dry-run", "--config", config, "--data", data)
    assert said.code == 3
    assert "snapshot: unexpected OperationalError. Details, which may show personal values, are in" in said.line
    story = Path(said.line.split(" are in ")[1].rstrip("."))
    assert "no such table: traits" in story.read_text("utf-8")
    assert story.stat().st_mode & 0o077 == 0


def test_what_nobody_expected_outside_a_run_is_one_line(crm_bridge: Shell, config: Path) -> None:
    """A command that is no run says the type of error alone, and the traceback only on request."""
    shop = Workshop(config.parent)
    shop.run(*TO_RESOLVE)
    data = shop.data
    with closing(sqlite3.connect(data / "ledger.db")) as database:
        database.execute("ALTER TABLE links RENAME COLUMN crm_id TO gone")
    said = crm_bridge("explain", "ada@gmail.com", "--config", config, "--data", data)
    assert (said.code, "unexpected OperationalError" in said.line) == (3, True)
    asked = crm_bridge("explain", "ada@gmail.com", "--config", config, "--data", data, CRM_BRIDGE_TRACEBACK="1")
    assert "no such column" in asked.err
