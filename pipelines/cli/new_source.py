"""`crm-bridge new-source`: a connector to begin with, as a small package of its own that works as it is."""

from __future__ import annotations

import keyword
import re
from importlib.metadata import entry_points
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape

from connectors.errors import ConfigurationError
from pipelines.cli.options import console

FILES: Final = {
    "pyproject.toml": "pyproject",
    "README.md": "readme",
    "crm_bridge_@NAME@.py": "connector",
    "tests/double.py": "double",
    "tests/test_@NAME@.py": "test",
}
"""The files of the package, and the text that each is made of."""


def new_source(
    name: Annotated[str, typer.Argument(help="The kind: lower-case letters, digits and _, such as acme_crm.")],
    folder: Annotated[
        Path | None, typer.Argument(help="The folder to make; without it crm-bridge-NAME in this one.")
    ] = None,
) -> None:
    """Write a connector of an API to begin with: it works, its tests pass, and it is a package of its own."""
    _check(name)
    place = folder or Path(f"crm-bridge-{name}")
    if place.exists():
        raise ConfigurationError(
            f"{place}: it is there already, and is left as it is.", guidance="Name another folder."
        )
    title = "".join(word.capitalize() for word in name.split("_"))
    given = {"@NAME@": name, "@CLASS@": title, "@CAPITALS@": name.upper()}
    texts = {_filled(path, given): _filled(_template(text), given) for path, text in FILES.items()}
    for path, text in texts.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, "utf-8")
    for line in (
        f"Written: {', '.join(texts)} in {place}/",
        f"Run its tests:      cd {place} && python -m pytest",
        f'Use kind = "{name}": python -m pip install --no-deps -e {place}',
        "How to go on:       docs/connectors.md",
    ):
        console.print(escape(line))


def _check(name: str) -> None:
    """Raise ConfigurationError unless a new connector may be called so."""
    from pipelines.settings.sections import SOURCE_NAME
    from pipelines.settings.sources import GROUP

    if not SOURCE_NAME.match(name) or keyword.iskeyword(name):
        raise ConfigurationError(
            f"'{name}' cannot be the name of a connector.",
            guidance="Lower-case letters, digits and _ make one, a letter first: acme_crm.",
        )
    if find_spec(f"connectors.{name}") is not None or entry_points(group=GROUP, name=name):
        raise ConfigurationError(f"'{name}' is taken: crm-bridge has it already.", guidance="Choose another name.")


def _template(name: str) -> str:
    return files("pipelines.cli").joinpath("source_template", f"{name}.txt").read_text("utf-8")


def _filled(text: str, given: dict[str, str]) -> str:
    return re.sub("|".join(given), lambda found: given[found.group()], text)
