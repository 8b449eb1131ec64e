"""A source's settings → its connector: a module of `connectors`, or an entry point of `crm_bridge.sources`."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Final, cast

from pydantic import BaseModel, ValidationError

from connectors.contract import Layout, Named, Source
from connectors.errors import ConfigurationError, SourceRefused
from connectors.records import SCHEMAS
from pipelines.settings.file import describe
from pipelines.settings.sections import Settings, SourceSettings

GROUP: Final = "crm_bridge.sources"

PLAIN_SEPARATORS: Final = (";", "|")
"""What parts several values in a cell of a table whose columns only the settings explain."""


def build(name: str, settings: Settings) -> Source:
    """Make the source called `name` in the settings. Relative paths in its options start at the settings' folder.

    Raises:
        ConfigurationError: there is no such connector, or its options are wrong; the message names the key.
    """
    source = settings.sources[name]
    module = _module(source.kind, f"sources.{name}.kind")
    try:
        options: BaseModel = module.Options.model_validate(source.options)
    except ValidationError as error:
        raise ConfigurationError(describe(error, f"sources.{name}.options")) from None
    paths = {
        key: settings.folder / value for key, value in options if isinstance(value, Path) and not value.is_absolute()
    }
    return cast("Source", module.Source(options.model_copy(update=paths)))


def layout_of(name: str, settings: Settings, object_name: str, columns: Sequence[str], part: str = "") -> Layout:
    """What a source's columns mean: the settings' own mapping first, then what the connector makes of them.

    A mapping counts where the part has one of its columns: a folder may hold files of several layouts. An empty one
    unmaps its field everywhere, what the part's name says of it included.

    Raises:
        SourceRefused: neither says anything about people or companies.
    """
    source = settings.sources[name]
    present = {column.casefold() for column in columns}
    own = {
        field: wanted
        for field, wanted in source.columns.items()
        if field in SCHEMAS[object_name].names and (not wanted or any(one.casefold() in present for one in wanted))
    }
    built = build(name, settings)
    try:
        layout = built.layout(object_name, columns)
    except SourceRefused:
        if not any(own.values()):
            raise
        layout = Layout("plain", object_name, _declared_id(source), PLAIN_SEPARATORS, source.options.get("date_format"))
    told = cast("Named", built).told_by_name(layout, part) if hasattr(built, "told_by_name") else {}
    said = {field: text for field, text in told.items() if field not in own}
    return replace(layout, columns={**layout.columns, **own}, told=said)


def check_columns(name: str, settings: Settings, headers: Sequence[Sequence[str]]) -> None:
    """See that each column that the settings name stands in one of the source's files at least.

    Raises:
        ConfigurationError: none of those named for a field stands in any; the message names them.
    """
    present = {column.casefold() for header in headers for column in header}
    for field, columns in settings.sources[name].columns.items():
        if present and columns and not any(column.casefold() in present for column in columns):
            raise ConfigurationError(
                f"sources.{name}.columns.{field}: no file has a column called {' or '.join(columns)}.",
                guidance="Name a column as it stands in a file's header.",
            )


def check(settings: Settings) -> None:
    """Make every source once, so that a wrong one is known before anything starts."""
    for name in settings.sources:
        build(name, settings)


def declares_ids(name: str, settings: Settings) -> bool:
    """Whether the settings say which column of this source is its id: then it counts across files."""
    source = settings.sources[name]
    return bool(source.columns.get("source_id") or source.options.get("id_column"))


def _declared_id(source: SourceSettings) -> dict[str, tuple[str, ...]]:
    column = source.options.get("id_column")
    return {"source_id": (column,)} if column else {}


def _module(kind: str, key: str) -> ModuleType:
    for point in entry_points(group=GROUP, name=kind):
        return cast("ModuleType", point.load())
    if kind.isidentifier() and importlib.util.find_spec(f"connectors.{kind}") is not None:
        module = importlib.import_module(f"connectors.{kind}")
        if hasattr(module, "Options") and hasattr(module, "Source"):
            return module
    raise ConfigurationError(f"{key}: there is no connector '{kind}'.", guidance="csv_file is one.")
