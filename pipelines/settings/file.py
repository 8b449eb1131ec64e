"""`sync.toml` → `Settings`. Every error names the key and says what would be right, and never the value given."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from connectors.errors import ConfigurationError
from pipelines.settings.sections import Settings

SECRET_KEY: Final = re.compile(r"(^|[_-])(api[_-]?key|token|secret|password|passwd|bearer)$", re.IGNORECASE)
SECRET_VALUE: Final = re.compile(r"^(gct_|pat-|sk-|Bearer\s)\S+")


def load(path: Path) -> Settings:
    """Read and check `sync.toml`.

    Raises:
        ConfigurationError: the file is missing or not TOML, a key is unknown, a value is wrong, or it holds a secret.
    """
    try:
        return _checked(path, tomllib.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: there is no such file.", guidance="Name one with --config.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({type(error).__name__}).") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}.") from None
    except RecursionError:
        raise ConfigurationError(f"{path}: nested too deeply.", guidance="No setting is a table in so many.") from None


def _checked(path: Path, raw: dict[str, Any]) -> Settings:
    for key, value in _leaves(raw):
        if SECRET_KEY.search(key.rsplit(".", 1)[-1]) or (isinstance(value, str) and SECRET_VALUE.match(value)):
            raise ConfigurationError(
                f"{path}: {key}: a secret does not belong in this file.",
                guidance=f"Remove it and set the environment variable {_variable_of(key)}.",
            )

    if "folder" in raw:
        raise ConfigurationError(f"{path}: folder: unknown key.")
    try:
        settings = Settings.model_validate({**raw, "folder": path.resolve().parent})
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {describe(error)}") from None
    crm = settings.crm
    for name in ("organization_id", "project_id", "app_id"):
        if crm.base_url and not getattr(crm, name):
            raise ConfigurationError(f"{path}: crm.{name}: missing; crm.base_url needs it.")
    if not settings.sources:
        raise ConfigurationError(
            f"{path}: sources: there is none.",
            guidance='Add one, such as [sources.inbox] with kind = "csv_file" and options.path.',
        )
    return settings


def _variable_of(key: str) -> str:
    """The environment variable for a secret that stands at a key of the file."""
    section, _, rest = key.partition(".")
    return f"CRM_BRIDGE_SECRET_{rest.partition('.')[0].upper()}" if section == "sources" else "CRM_BRIDGE_CRM_API_KEY"


def describe(error: ValidationError, prefix: str = "") -> str:
    """Say one fault of a pydantic error in one line: the key and what is wrong, never the value given.

    An unknown key comes first: it may be the misspelt one that another fault says is missing.
    """
    faults = error.errors(include_input=False, include_url=False)
    fault = min(faults, key=lambda one: one["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in ((prefix, *fault["loc"]) if prefix else fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return f"{key}: unknown key; docs/settings.md lists those there are."
    if fault["type"] == "missing":
        return f"{key}: missing."
    words = {
        "tuple_type": 'must be a list, such as ["a"]',
        "model_type": "must be a table",
        "dict_type": "must be a table",
    }
    said = words.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    return f"{key}: {said}." if key else f"{said}."


def _leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        key = f"{prefix}.{name}" if prefix else name
        if isinstance(value, dict):
            yield from _leaves(value, key)
        elif isinstance(value, list):
            yield from _leaves({str(place): item for place, item in enumerate(value)}, key)
        else:
            yield key, value
