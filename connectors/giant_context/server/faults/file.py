"""`--faults FILE`: a plan as TOML. Every error is one line: the file, the key, what would be right."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.errors import ConfigurationError
from connectors.giant_context.server.faults.kinds import KINDS, Fault
from connectors.giant_context.server.faults.plan import FaultPlan

GUIDE: Final = "docs/faults.md"


class FaultFile(BaseModel):
    """The file's own keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: Annotated[int, Field(strict=True)] = 0
    fault: Annotated[tuple[Annotated[Fault, Field(discriminator="kind")], ...], Field(min_length=1)]


def read_plan(path: Path) -> FaultPlan:
    """Read and check a file of faults.

    Raises:
        ConfigurationError: It is missing, no TOML, or says something that there is not.
    """
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"{path}: there is no such file.", guidance="Name one with --faults.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: cannot be read ({type(error).__name__}).") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: not valid TOML: {error}.") from None
    try:
        given = FaultFile.model_validate(raw)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {_told(error)}.", guidance=f"See {GUIDE}.") from None
    return FaultPlan(given.fault, seed=given.seed)


def _told(error: ValidationError) -> str:
    """Say the first thing that is wrong: where, and what would be right."""
    first = error.errors(include_url=False)[0]
    place, kind = list(first["loc"]), first["type"]
    where = ""
    if place[0] == "fault" and len(place) > 1:
        where = f"[[fault]] {int(place[1]) + 1}: "
        place = place[3:]  # pydantic names the kind between the fault's number and its key
    # What stands after the key is a number in a list, or pydantic's word for one of several types.
    key = str(place[0]) if place else "kind" if kind.startswith("union_tag") else ""
    if kind == "extra_forbidden":
        return f"{where}{key}: unknown key here"
    if kind.startswith("union_tag"):
        return f"{where}kind: must be one of {', '.join(sorted(KINDS))}"
    if kind == "missing":
        return f"{where}{key}: missing" + ("; give at least one [[fault]]" if key == "fault" else "")
    said = first["msg"].removeprefix("Value error, ")
    return f"{where}{key}: {said}" if key else f"{where}{said}"
