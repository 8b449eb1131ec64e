"""The labelled duplicates in `../shared/data/identity`: who is who in them, and what a user would say of their columns.

The files lie beside the project, not in it; where they are missing, whoever needs them says so and goes on. What is
said here is what `sync.toml` would say: which column is which, where it is not plain from its header, and that national
numbers are American. All else is as the settings come.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from connectors.records import SCHEMAS
from pipelines.settings.sections import Settings

FOLDER: Final = Path(os.environ.get("CRM_BRIDGE_SHARED") or Path(__file__).parents[2] / "shared") / "data" / "identity"
MISSING: Final = f"the labelled data are not at {FOLDER}; CRM_BRIDGE_SHARED names the folder that holds data/identity"

Row = dict[str, str]


@dataclass(frozen=True)
class Part:
    """Rows of one kind from one file: a source of its own."""

    file: str
    object: str
    columns: Mapping[str, str]
    """Field → column, where the header does not say it."""
    id_column: str
    delimiter: str = ","
    only: tuple[str, str] | None = None
    """A column and the value that it has in the rows meant."""

    def rows(self) -> list[Row]:
        """The rows, each by its header."""
        with (FOLDER / self.file).open(encoding="utf-8", newline="") as opened:
            found = list(csv.DictReader(opened, delimiter=self.delimiter))
        return [row for row in found if self.only is None or row[self.only[0]] == self.only[1]]


@dataclass(frozen=True)
class Labelled:
    """A data set: its parts by the names of their sources, and its truth as (source, id, entity)."""

    name: str
    parts: Mapping[str, Part]
    truth: Callable[[Labelled], Iterable[tuple[str, str, str]]]
    plain: Mapping[str, str] = field(default_factory=dict)
    """What the others compare → the columns that it stands in, in SQL."""

    def settings(self, folder: Path) -> Settings:
        """Write the parts into `folder` as files and return the settings that a user would write for them."""
        sources: dict[str, Any] = {}
        for name, part in self.parts.items():
            rows = part.rows()
            path = folder / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as opened:
                writer = csv.DictWriter(opened, list(rows[0]), delimiter=part.delimiter)
                writer.writeheader()
                writer.writerows(rows)
            known = SCHEMAS[part.object].names
            options = {"path": str(path), "object": part.object, "id_column": part.id_column}
            columns = {name: column for name, column in part.columns.items() if name in known}
            sources[name] = {"kind": "csv_file", "options": options, "columns": columns}
        return Settings.model_validate({"sources": sources, "match": {"default_region": "US"}, "folder": folder})


def present() -> bool:
    """Whether the data are there."""
    return FOLDER.is_dir()


def _groups(data: Labelled) -> Iterable[tuple[str, str, str]]:
    for name, part in data.parts.items():
        for row in part.rows():
            yield name, row[part.id_column], row["group"]


def _senzing_key(data: Labelled) -> Iterable[tuple[str, str, str]]:
    key = Part("senzing_actual_truthset_key.csv", "contacts", {}, "RECORD_ID").rows()
    entities = {(row["DATA_SOURCE"], row["RECORD_ID"]): row["CLUSTER_ID"] for row in key}
    for name, part in data.parts.items():
        for row in part.rows():
            yield name, row["RECORD_ID"], entities[row["DATA_SOURCE"], row["RECORD_ID"]]


def _listed_pairs(data: Labelled) -> Iterable[tuple[str, str, str]]:
    pairs = (FOLDER / "pyjedai_restaurant_gt.csv").read_text("utf-8").split()
    entity: dict[str, str] = {}
    for first, second in (pair.split("|") for pair in pairs):
        one = entity.setdefault(first, first)
        other = entity.setdefault(second, one)
        entity = {name: one if found == other else found for name, found in entity.items()}
    for name, part in data.parts.items():
        for row in part.rows():
            yield name, row["id"], entity.get(row["id"], row["id"])


_SENZING: Final = {"emails": "EMAIL_ADDRESS", "phones": "PHONE_NUMBER", "country": "ADDR_COUNTRY", "city": "ADDR_CITY"}
_SENZING_PERSON: Final = {
    **_SENZING,
    "full_name": "PRIMARY_NAME_FULL",
    "first_name": "PRIMARY_NAME_FIRST",
    "last_name": "PRIMARY_NAME_LAST",
    "birthday": "DATE_OF_BIRTH",
}
_SENZING_FIRM: Final = {**_SENZING, "name": "PRIMARY_NAME_ORG", "street": "ADDR_LINE1"}


def _senzing(file: str, *, person: bool) -> Part:
    kind = ("RECORD_TYPE", "PERSON" if person else "ORGANIZATION")
    mapped = _SENZING_PERSON if person else _SENZING_FIRM
    if file == "reference" and person:
        mapped = {**mapped, "company_name": "EMPLOYER"}
    return Part(f"senzing_{file}.csv", "contacts" if person else "companies", mapped, "RECORD_ID", only=kind)


DATA: Final = (
    Labelled(
        "fake_20000",
        {"people": Part("splink_fake_20000.csv", "contacts", {"last_name": "surname"}, "unique_id")},
        _groups,
        {"first_name": "first_name", "last_name": "surname", "email": "email", "city": "city", "dob": "dob"},
    ),
    Labelled(
        "senzing",
        {
            "customers": _senzing("customers", person=True),
            "reference": _senzing("reference", person=True),
            "watchlist": _senzing("watchlist", person=True),
            "customer_firms": _senzing("customers", person=False),
            "reference_firms": _senzing("reference", person=False),
        },
        _senzing_key,
        {
            "first_name": "PRIMARY_NAME_FIRST",
            "last_name": "coalesce(PRIMARY_NAME_LAST, PRIMARY_NAME_FULL, PRIMARY_NAME_ORG)",
            "email": "EMAIL_ADDRESS",
            "phone": "PHONE_NUMBER",
            "city": "ADDR_CITY",
            "dob": "DATE_OF_BIRTH",
        },
    ),
    Labelled(
        "restaurants",
        {"places": Part("pyjedai_restaurant.csv", "companies", {"street": "addr"}, "id", delimiter="|")},
        _listed_pairs,
        {"name": "name", "phone": "phone", "city": "city", "addr": "addr"},
    ),
)
