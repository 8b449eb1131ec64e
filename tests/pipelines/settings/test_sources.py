"""A source's settings become its connector and the meaning of its columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors import csv_file
from connectors.errors import ConfigurationError, SourceRefused
from pipelines.settings import sources
from pipelines.settings.sections import Settings

PLAIN = ["Name", "Email", "Role", "Rolle"]


def given(folder: Path, **source: Any) -> Settings:
    """Settings with one source `inbox`."""
    options = {"path": "inbox", **source.pop("options", {})}
    inbox = {"kind": "csv_file", "options": options, **source}
    return Settings.model_validate({"sources": {"inbox": inbox}, "folder": folder})


def test_relative_path_starts_at_the_settings_folder(tmp_path: Path) -> None:
    """An absolute one is taken as it is."""
    for path, expected in (("in", tmp_path / "in"), ("/somewhere/in", Path("/somewhere/in"))):
        source = sources.build("inbox", given(tmp_path, options={"path": path}))
        assert isinstance(source, csv_file.Source)
        assert source.options.path == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"kind": "no_such"}, r"sources\.inbox\.kind: there is no connector 'no_such'"),
        ({"kind": "errors"}, r"sources\.inbox\.kind: there is no connector 'errors'"),
        ({"kind": "os.path"}, r"sources\.inbox\.kind: there is no connector"),
        ({"options": {"pth": "c4n4ry"}}, r"sources\.inbox\.options\.pth: unknown key"),
        ({"options": {"delimiter": "c4n4ry"}}, r"sources\.inbox\.options\.delimiter: must be one character"),
    ],
)
def test_wrong_source_is_told_by_its_key(tmp_path: Path, source: dict[str, Any], message: str) -> None:
    """Before anything starts, and without echoing what was given as an option."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        sources.check(given(tmp_path, **source))
    assert "c4n4ry" not in str(caught.value)


def test_settings_mapping_goes_before_the_layout(tmp_path: Path) -> None:
    """In any case of the header; what it does not name stays as the layout has it."""
    own = {"title": ["ROLLE"], "department": []}
    layout = sources.layout_of("inbox", given(tmp_path, columns=own), "contacts", [*PLAIN, "Department"])
    assert layout.columns["title"] == ("ROLLE",)
    assert layout.columns["emails"] == ("Email",)
    assert layout.columns["department"] == ()


def test_mapping_that_a_file_has_no_column_for_leaves_its_layout_alone(tmp_path: Path) -> None:
    """One folder may hold exports of several tools."""
    settings = given(tmp_path, columns={"title": ["Rolle"], "industry": ["Rolle"]})
    layout = sources.layout_of("inbox", settings, "contacts", ["Name", "Email", "Job title"])
    assert layout.columns["title"] == ("Job title",)
    assert "industry" not in sources.layout_of("inbox", settings, "contacts", PLAIN).columns


def test_columns_that_nobody_knows_are_explained_by_the_settings_alone(tmp_path: Path) -> None:
    """With the options' id and dates, and several values in a cell; without a mapping the part is refused."""
    header = ["colour", "contact point", "no", "when"]
    options = {"object": "contacts", "id_column": "no", "date_format": "%d.%m.%Y"}
    with pytest.raises(SourceRefused, match="says anything about contacts"):
        sources.layout_of("inbox", given(tmp_path, options=options), "contacts", header)
    own = {"emails": ["contact point"], "modified_at": ["when"]}
    layout = sources.layout_of("inbox", given(tmp_path, options=options, columns=own), "contacts", header)
    assert layout.columns == {"source_id": ("no",), "emails": ("contact point",), "modified_at": ("when",)}
    assert (layout.separators, layout.date_format) == ((";", "|"), "%d.%m.%Y")


@pytest.mark.parametrize(
    ("source", "declared"),
    [
        ({}, False),
        ({"columns": {"source_id": ["No"]}}, True),
        ({"columns": {"source_id": []}}, False),
        ({"options": {"id_column": "No"}}, True),
    ],
)
def test_id_is_declared_by_mapping_or_option(tmp_path: Path, source: dict[str, Any], declared: bool) -> None:
    """Only then does it count across files."""
    assert sources.declares_ids("inbox", given(tmp_path, **source)) is declared


def test_misspelt_option_is_told_before_the_one_that_is_missing_for_it(tmp_path: Path) -> None:
    """Who writes `pth` misses `path`, too; what was written is what there is to mend."""
    settings = Settings.model_validate(
        {"sources": {"inbox": {"kind": "csv_file", "options": {"pth": "inbox"}}}, "folder": tmp_path}
    )
    with pytest.raises(ConfigurationError, match=r"sources\.inbox\.options\.pth: unknown key"):
        sources.check(settings)


@pytest.mark.parametrize("pattern", ["people.csv", "in/people-*.csv", ""])
def test_series_is_a_pattern_of_file_names(tmp_path: Path, pattern: str) -> None:
    """One name alone is no series, and a folder is no part of a name; one pattern needs no list."""
    assert given(tmp_path, series="people-*.csv").sources["inbox"].series == ("people-*.csv",)
    with pytest.raises(ValidationError, match="must be a pattern of names"):
        given(tmp_path, series=pattern)


APP = {"organization_id": "o", "project_id": "p", "app_id": "a"}


@pytest.mark.parametrize(
    ("base_url", "app", "is_target"),
    [
        ("https://crm.example", "a", True),
        ("https://CRM.example:443/", "a", True),
        ("https://crm.example/v1", "a", False),
        ("https://crm.example:8443", "a", False),
        ("https://crm.example", "b", False),
    ],
)
def test_the_target_is_no_source(tmp_path: Path, base_url: str, app: str, is_target: bool) -> None:
    """An app that is written to is not read as a source, however its address is spelt; another one of it is."""
    inbox = {"kind": "giant_context", "options": {"base_url": base_url, **APP, "app_id": app}}
    settings = Settings.model_validate(
        {"crm": {"base_url": "https://crm.example", **APP}, "sources": {"inbox": inbox}, "folder": tmp_path}
    )
    if is_target:
        with pytest.raises(ConfigurationError, match=r"sources\.inbox\.options: .* \[crm\]"):
            sources.check(settings)
    else:
        sources.check(settings)


def test_the_app_beside_an_embedded_target_is_a_source(tmp_path: Path) -> None:
    """Without an account in `[crm]` the settings cannot tell: every embedded CRM has the same ids."""
    inbox = {"kind": "giant_context", "options": {"base_url": "http://127.0.0.1:8765", **APP}}
    sources.check(Settings.model_validate({"sources": {"inbox": inbox}, "folder": tmp_path}))
