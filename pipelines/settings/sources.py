"""A source's settings → its connector: a module of `connectors`, or an entry point of `crm_bridge.sources`."""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from pydantic import BaseModel, SecretStr, ValidationError

from connectors.contract import Layout, Named, Source
from connectors.errors import ConfigurationError, SourceRefused
from connectors.records import LANDED
from pipelines.settings.file import describe
from pipelines.settings.sections import Settings, SourceSettings

if TYPE_CHECKING:  # sources of files need no HTTP
    import httpx

    from connectors.api import ApiSource
    from connectors.http.waiting import Told

AnySource: TypeAlias = "Source | ApiSource"

GROUP: Final = "crm_bridge.sources"

SECRET_PREFIX: Final = "CRM_BRIDGE_SECRET_"  # noqa: S105 - the name of a variable
"""A source's secret comes from the environment variable of this name and the source's own in capitals."""

PLAIN_SEPARATORS: Final = (";", "|")
"""What parts several values in a cell of a table whose columns only the settings explain."""


def build(
    name: str,
    settings: Settings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    waiting: Told | None = None,
    within: float | None = None,
) -> AnySource:
    """Make the source called `name` in the settings. Relative paths in its options start at the settings' folder.

    Of a source of an API `transport` replaces the network, in tests; `waiting` is told of each call that waits; each
    call must have an answer `within` so many seconds.

    Raises:
        ConfigurationError: there is no such connector, its options are wrong, or it is the target; the message names
            the key. That the secret of a source of an API is missing is said when the source is opened.
    """
    source = settings.sources[name]
    module = _module(source.kind, f"sources.{name}.kind")
    try:
        options: BaseModel = module.Options.model_validate(source.options)
    except ValidationError as error:
        raise ConfigurationError(describe(error, f"sources.{name}.options")) from None
    if settings.crm.is_app(dict(options)):
        raise ConfigurationError(
            f"sources.{name}.options: this is the app of [crm], which the sources are written to.",
            guidance="Name another app, or remove the source.",
        )
    paths = {
        key: settings.folder / value for key, value in options if isinstance(value, Path) and not value.is_absolute()
    }
    options = options.model_copy(update=paths)
    if not pulls(name, settings):
        return cast("Source", module.Source(options))
    return cast("ApiSource", module.Source(options, _means(name, settings, transport, waiting, within)))


def pulls(name: str, settings: Settings) -> bool:
    """Whether a source is one of an API, which is pulled: an `ApiSource`."""
    made = _module(settings.sources[name].kind, f"sources.{name}.kind").Source
    # Asked by name, since the module of that class imports HTTP.
    return any(base.__module__ == "connectors.api" for base in made.__mro__)


def secret_variable(name: str) -> str:
    """The environment variable with the secret of the source called `name`."""
    return f"{SECRET_PREFIX}{name.upper()}"


def secret(name: str) -> str:
    """The secret of the source called `name`; empty where there is none."""
    return os.environ.get(secret_variable(name), "").strip()


def _means(
    name: str,
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None,
    waiting: Told | None,
    within: float | None,
) -> Any:
    from connectors.api import Means  # noqa: PLC0415 - sources of files need no HTTP
    from connectors.http import Limits  # noqa: PLC0415 - sources of files need no HTTP

    given = secret(name)
    deadline = settings.limits.deadline_seconds
    limits = Limits(deadline=deadline, attempt=min(60.0, deadline), waiting=waiting)
    limits = limits if within is None else limits.hurried(within)
    return Means(name, secret_variable(name), SecretStr(given) if given else None, transport=transport, limits=limits)


def layout_of(
    name: str,
    settings: Settings,
    object_name: str,
    columns: Sequence[str],
    part: str = "",
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Layout:
    """What a source's columns mean: the settings' own mapping first, then what the connector makes of them.

    A mapping counts where the part has one of its columns: a folder may hold files of several layouts. An empty one
    unmaps its field everywhere, what the part's name says of it included. `labels` are the names by which people know
    columns, by column: the settings may use either. Of a pulled source `part` is the stream, which the layout is called
    after where each stream has ids of its own: records' keys begin with a layout's name.

    Raises:
        SourceRefused: neither says anything about people or companies.
    """
    source = settings.sources[name]
    present = {column.casefold() for column in columns}
    own = {
        field: wanted
        for field, given in source.columns.items()
        if field in LANDED[object_name].names
        and (not (wanted := _columns(given, columns, labels)) or any(one.casefold() in present for one in wanted))
    }
    built = build(name, settings)
    try:
        layout = built.layout(object_name, columns)
    except SourceRefused:
        if not any(own.values()):
            raise
        layout = Layout("plain", object_name, _declared_id(source), PLAIN_SEPARATORS, source.options.get("date_format"))
    if hasattr(built, "ids_by_stream") and cast("ApiSource", built).ids_by_stream(object_name):
        layout = replace(layout, name=f"{layout.name}.{part}")
    told = cast("Named", built).told_by_name(layout, part) if hasattr(built, "told_by_name") else {}
    said = {field: text for field, text in told.items() if field not in own}
    return replace(layout, columns={**layout.columns, **own}, told=said)


def _columns(given: Sequence[str], columns: Sequence[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that the settings name, some maybe by their labels; a column's own name goes before a label."""
    if not labels:
        return tuple(given)
    own = {column.casefold() for column in columns}
    labelled = {label.casefold(): column for column, label in reversed([*labels.items()])}
    return tuple(one if one.casefold() in own else labelled.get(one.casefold(), one) for one in given)


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
        try:
            return cast("ModuleType", point.load())
        except ImportError as error:
            missing = error.name or type(error).__name__
        raise ConfigurationError(
            f"{key}: the connector '{kind}' cannot be loaded: {missing} is missing.",
            guidance="Install it with what it needs.",
        )
    if kind.isidentifier():
        # `connectors.giant_context` is the CRM's client, too: its source is a module of its own there.
        for path in (f"connectors.{kind}", f"connectors.{kind}.source"):
            module = _imported(path)
            if module is not None and hasattr(module, "Options") and hasattr(module, "Source"):
                return module
    raise ConfigurationError(f"{key}: there is no connector '{kind}'.", guidance="docs/settings.md lists them.")


def _imported(path: str) -> ModuleType | None:
    try:
        found = importlib.util.find_spec(path)
    except ModuleNotFoundError:  # its parent is a module, or is not there
        return None
    return importlib.import_module(path) if found is not None else None
