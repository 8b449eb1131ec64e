"""`module:function` of the settings → resources of dlt. What stands there is seen before anything is called."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.errors import ConfigurationError


def call(path: str, arguments: Mapping[str, Any], folder: Path, key: str) -> dict[str, Any]:
    """Import the module, and make the resources by name.

    Args:
        path: `module:function`.
        arguments: The function's.
        folder: Where the module is looked for after Python's own path.
        key: The settings' key that `path` comes from, for messages.

    Raises:
        ConfigurationError: It is not there, dlt knows nothing of it, or it does not take the arguments.
    """
    from dlt.extract import DltResource, DltSource  # noqa: PLC0415 - an extra
    from dlt.extract.reference import SourceFactory  # noqa: PLC0415 - an extra

    module, _, function = path.partition(":")
    if (place := str(folder.resolve())) not in sys.path:
        sys.path.append(place)
    try:
        named: Any = getattr(importlib.import_module(module), function)
    except (ModuleNotFoundError, AttributeError) as error:
        missing = getattr(error, "name", None) or path
        told = f"{key}: '{path}' is not there ({missing})."
        raise ConfigurationError(told, guidance=f"It is looked for in {place}, too.") from None
    if not isinstance(named, (DltResource, DltSource, SourceFactory)):
        told = f"{key}: {function} is no resource or source of dlt, and was not called."
        raise ConfigurationError(told, guidance="Decorate it with @dlt.resource or @dlt.source.")
    if not _takes(named, arguments):
        told = f"{key}: {function} does not take {', '.join(arguments) or 'no argument'}."
        raise ConfigurationError(told, guidance="See `arguments`.")
    make: Any = named
    found = make(**arguments) if _makes(named) else named
    if isinstance(found, DltSource):
        return resources(found)
    if isinstance(found, DltResource):
        return {found.name: found}
    raise ConfigurationError(f"{key}: {function} gives no resource or source of dlt.")


def resources(source: Any) -> dict[str, Any]:
    """A source's resources by name, each as the source with it alone selected."""
    return {name: source.with_resources(name) for name in source.resources}


def _makes(named: Any) -> bool:
    """Whether it makes resources when it is called; else it is one or several, made already."""
    from dlt.extract import DltResource, DltSource  # noqa: PLC0415 - an extra

    return not named.args_bound if isinstance(named, DltResource) else not isinstance(named, DltSource)


def _takes(named: Any, arguments: Mapping[str, Any]) -> bool:
    """Whether it can be called with the arguments, as far as its signature says."""
    if not _makes(named):
        return not arguments
    # A transformer's first argument is the rows, which dlt itself hands to it.
    rows = (None,) if getattr(named, "is_transformer", False) else ()
    try:
        inspect.signature(named).bind(*rows, **arguments)
    except TypeError:
        return False
    return True
