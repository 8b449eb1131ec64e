"""The documentation is true: every setting, option, command and table is in it, and its queries run."""

import re
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from pydantic import BaseModel
from typer.main import get_command

from connectors.csv_file import Options
from connectors.dlt.options import Options as DltOptions
from connectors.giant_context.source import Options as AppOptions
from connectors.records import SCHEMAS
from connectors.sql.options import Options as SqlOptions
from pipelines.applying import apply, verify
from pipelines.cli.app import app
from pipelines.crm import snapshot
from pipelines.identity import resolve
from pipelines.intake import clean, extract
from pipelines.planning import plan
from pipelines.settings import crm as crm_settings
from pipelines.settings import file as settings_file
from pipelines.settings import sections as settings
from pipelines.settings.environment import Secrets

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text("utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text("utf-8")
ANALYSTS = (ROOT / "docs" / "analysts.md").read_text("utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
DATA = (ROOT / "docs" / "data.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")

SECTIONS: list[type[BaseModel]] = [
    *(
        crm_settings.Crm,
        settings.SourceSettings,
        settings.Match,
        settings.FieldSettings,
        settings.Limits,
        settings.Gates,
    ),
    settings.Privacy,
    Options,
]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.__name__)
def test_every_setting_is_documented(section: type[BaseModel]) -> None:
    """Each key of each section, and each option of the CSV connector, stands in docs/settings.md."""
    missing = [name for name in section.model_fields if f"`{name}`" not in SETTINGS]
    assert not missing


@pytest.mark.parametrize("options", [SqlOptions, DltOptions, AppOptions], ids=["sql", "dlt", "giant_context"])
def test_every_option_of_a_source_is_documented(options: type[BaseModel], request: pytest.FixtureRequest) -> None:
    """Each option of a connector stands on its page in docs/sources, and in the list of docs/settings.md."""
    page = (ROOT / "docs" / "sources" / f"{request.node.callspec.id}.md").read_text("utf-8")
    missing = [name for name in options.model_fields if f"`{name}`" not in page or f"`{name}`" not in SETTINGS]
    assert not missing


def test_every_section_is_documented() -> None:
    """Each table of sync.toml has a heading in docs/settings.md."""
    names = [name for name in settings.Settings.model_fields if name != "folder"]
    missing = [name for name in names if f"## `[{name}" not in SETTINGS]
    assert not missing


def test_every_secret_is_documented() -> None:
    """Each environment variable that holds a secret stands in docs/settings.md."""
    missing = [name for name in Secrets.model_fields if f"`CRM_BRIDGE_{name.upper()}`" not in SETTINGS]
    assert not missing


def test_every_field_and_policy_is_documented() -> None:
    """Each field that a column can be mapped to, or that has a policy, stands in docs/settings.md."""
    names = {name for schema in SCHEMAS.values() for name in schema.names} | set(settings.POLICY_FIELDS)
    missing = sorted(name for name in names if f"`{name}`" not in SETTINGS)
    assert not missing


def test_defaults_in_the_documentation_are_the_defaults() -> None:
    """A number that docs/settings.md gives as a default is the one in the code."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", SETTINGS, re.MULTILINE))
    defaults = {name: field.default for section in SECTIONS for name, field in section.model_fields.items()}
    assert rows
    assert {name: float(value) for name, value in rows.items()} == {name: float(defaults[name]) for name in rows}


def test_every_command_is_documented() -> None:
    """Each command stands in the table of docs/commands.md, and the table names none that is not there."""
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^\| .* \| `crm-bridge ([\w-]+)", COMMANDS, re.MULTILINE))
    assert named == commands


def test_output_in_the_readme_is_real() -> None:
    """The README shows what a run prints: no placeholder, and how the next run ends."""
    assert "@@" not in README
    assert "Sent: 40 companies created, 242 contacts created, 242 activities logged." in README
    assert "Nothing was sent: the CRM already agrees with the sources." in README


def test_every_published_table_is_documented() -> None:
    """Each table that a stage publishes stands in docs/data.md."""
    tables = {
        *clean.TABLES,
        *snapshot.TABLES,
        *resolve.TABLES,
        *plan.TABLES,
        *apply.TABLES,
        *verify.TABLES,
        "landings",
        "refused_files",
    }
    assert extract.REFUSED is not None
    missing = sorted(table for table in tables if f"`{table}`" not in DATA)
    assert not missing


def test_the_readme_fits_three_screens() -> None:
    """A newcomer reads the README in one go; the rest is in docs/, and each link leads to a file."""
    assert len(README.splitlines()) <= 150
    links = re.findall(r"\]\(((?!https?:)[^)#]+)", README)
    assert links
    assert not [link for link in links if not (ROOT / link).exists()]


def test_links_between_documents_lead_somewhere() -> None:
    """Each relative link of docs/ leads to a file."""
    for page in (ROOT / "docs").glob("*.md"):
        links = re.findall(r"\]\(((?!https?:)[^)#]+)", page.read_text("utf-8"))
        assert not [link for link in links if not (page.parent / link).exists()], page.name


def test_which_room_is_a_short_table() -> None:
    """A reader finds a line's room at one glance."""
    table = CONTRIBUTING[CONTRIBUTING.index("## Which room?") :].split("\n\n")[1]
    assert len(table.splitlines()) - 2 <= 16


def test_every_dependency_says_why() -> None:
    """Each direct dependency has its line in CONTRIBUTING.md."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text[text.index("dependencies = [") : text.index("[project.optional-dependencies]")]
    names = re.findall(r'^\s+"([a-z0-9-]+)', block, re.MULTILINE)
    missing = [name for name in names if name not in CONTRIBUTING]
    assert names
    assert not missing


def test_rooms_that_are_named_exist() -> None:
    """Each module that CONTRIBUTING.md or docs/architecture.md names is there."""
    text = CONTRIBUTING + ARCHITECTURE
    named = re.findall(r"`((?:connectors|pipelines|docs|tests|benchmarks)/[\w./]+)`", text)
    missing = [name for name in named if not (ROOT / name).exists()]
    assert named
    assert not missing


def test_queries_for_analysts_run_as_printed(exports: Path) -> None:
    """Each SQL block of docs/analysts.md runs on what a run exported, and answers with rows."""
    blocks = re.findall(r"```sql\n(.*?)```", ANALYSTS, re.DOTALL)
    assert len(blocks) >= 2
    for block in blocks:
        rows = duckdb.connect().execute(block.replace("'data/exports/", f"'{exports}/")).fetchall()
        assert rows


def test_columns_of_the_exports_are_documented(exports: Path) -> None:
    """Each column that an export has stands in docs/data.md."""
    for path in exports.rglob("*.parquet"):
        columns = [field.name for field in pq.read_schema(path)]
        missing = [column for column in columns if column != "month" and f"`{column}`" not in DATA]
        assert not missing


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of one run over the example inbox."""
    from pipelines.applying import apply
    from pipelines.crm import export
    from pipelines.workspace import Workspace

    data = tmp_path_factory.mktemp("data")
    work = Workspace(settings_file.load(ROOT / "sync.toml"), data, "documented")
    try:
        for stage in (extract, clean, snapshot, resolve, plan, apply, export):
            stage.run(work)
    finally:
        work.lock.free()
    return data / "exports"
