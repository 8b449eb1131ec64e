"""What every connector holds, whatever its source: the contract of `connectors.contract`, over every module found."""

from __future__ import annotations

import inspect
import pkgutil
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pyarrow as pa
import pytest
from pydantic import BaseModel, ValidationError

import connectors
from connectors.api import ApiSource
from connectors.contract import REJECTED_SCHEMA, Part, Placed, Source
from connectors.errors import SourceRefused
from connectors.records import SCHEMAS
from tests.connectors import samples
from tests.connectors.samples import Sample


def found_connectors() -> dict[str, ModuleType]:
    """Every module of the package that has `Options` and `Source`, by its name, but those of an API."""
    modules = {
        found.name: import_module(f"connectors.{found.name}") for found in pkgutil.iter_modules(connectors.__path__)
    }
    return {
        name: module
        for name, module in modules.items()
        if inspect.isclass(getattr(module, "Options", None))
        and inspect.isclass(getattr(module, "Source", None))
        and not issubclass(module.Source, ApiSource)
    }


CONNECTORS = found_connectors()


@dataclass(frozen=True, slots=True)
class Case:
    """A connector and its sample."""

    module: ModuleType
    sample: Sample
    folder: Path

    def options(self, **more: object) -> BaseModel:
        """The sample's options, and maybe others."""
        made: BaseModel = self.module.Options.model_validate({**self.sample.options, **more})
        return made

    def source(self) -> Source:
        """A fresh source."""
        make: Callable[[Any], Source] = self.sample.source or self.module.Source
        return make(self.options())

    def parts(self) -> list[Part]:
        """What can be read, from a fresh source."""
        return [found for found in self.source().read() if isinstance(found, Part)]


def sample_of(name: str, folder: Path) -> Sample:
    """Lay out the connector's sample; a connector without one fails."""
    lay_out: Callable[[Path], Sample] | None = getattr(samples, name, None)
    if lay_out is None:
        pytest.fail(
            f"connectors/{name}.py has no sample. Add `def {name}(folder: Path) -> Sample` to"
            " tests/connectors/samples.py: it lays out what the source holds and says what must come out of it."
        )
    return lay_out(folder)


@pytest.fixture(params=sorted(CONNECTORS))
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    """Each connector in turn, with its sample laid out."""
    return Case(CONNECTORS[request.param], sample_of(request.param, tmp_path), tmp_path)


def rows_of(part: Part) -> list[dict[str, str | None]]:
    """The good rows of a part."""
    return [row for batch in part.batches() for row in batch.to_pylist()]


def test_connectors_are_found() -> None:
    """The package's own connector is among those that are looked at."""
    assert "csv_file" in CONNECTORS


def test_a_connector_without_a_sample_is_told_what_to_add(tmp_path: Path) -> None:
    """Nobody forgets: a new module with `Options` and `Source` fails here until it has a sample."""
    with pytest.raises(pytest.fail.Exception, match=r"Add `def newcomer\(folder: Path\) -> Sample`"):
        sample_of("newcomer", tmp_path)


def test_options_take_known_keys_alone_and_say_what_they_mean(case: Case) -> None:
    """A key that is not known is refused by its name, and each known one is described for whoever sets it."""
    with pytest.raises(ValidationError) as caught:
        case.options(no_such_option=1)
    assert [error["loc"] for error in caught.value.errors()] == [("no_such_option",)]
    fields = case.module.Options.model_fields
    assert all(field.description for field in fields.values()), sorted(fields)


def test_reading_gives_parts_and_refusals_in_a_stable_order(case: Case) -> None:
    """Two readings of an unchanged source tell the same, digests included, and no name comes twice."""

    def told() -> list[tuple[object, ...]]:
        return [
            (found.name, found.object, found.digest, found.columns, dict(found.facts))
            if isinstance(found, Part)
            else (found.name, found.line, str(found))
            for found in case.source().read()
        ]

    first = told()
    assert first == told()
    names = [found[0] for found in first]
    assert len(names) == len(set(names))
    assert set(names) == set(case.sample.rows) | case.sample.refused


def test_what_is_refused_says_why_and_the_others_go_on(case: Case) -> None:
    """Refusals are yielded, not raised, and name what is refused with a reason."""
    refused = {found.name: found for found in case.source().read() if isinstance(found, SourceRefused)}
    assert set(refused) == case.sample.refused
    assert all(found.reason for found in refused.values())


def test_parts_say_what_they_are(case: Case) -> None:
    """Object, moment, digest, columns and facts are of the kinds that landings are made of."""
    for part in case.parts():
        assert part.object in SCHEMAS
        assert part.dated.tzinfo is not None
        assert part.digest
        assert part.columns
        assert len({column.casefold() for column in part.columns}) == len(part.columns)
        assert all(isinstance(text, str) for fact in part.facts.items() for text in fact)


def test_rows_come_as_text_under_the_parts_columns(case: Case) -> None:
    """Batches are Arrow batches, every column text, in the order that the part announces."""
    for part in case.parts():
        schema = pa.schema([(column, pa.string()) for column in part.columns])
        for batch in part.batches():
            assert isinstance(batch, pa.RecordBatch)
            assert batch.schema.equals(schema)
            batch.validate(full=True)


def test_every_row_is_given_or_set_aside(case: Case) -> None:
    """Rows in = rows in the batches + rows set aside, each of those with its place, its reason and its text."""
    rows = {}
    for part in case.parts():
        good = len(rows_of(part))
        aside = part.rejected()
        assert aside.schema.equals(REJECTED_SCHEMA)
        assert all(row["line"] >= 1 and row["reason"] and row["text"] is not None for row in aside.to_pylist())
        assert aside["line"].to_pylist() == sorted(aside["line"].to_pylist())
        rows[part.name] = good + aside.num_rows
    assert rows == dict(case.sample.rows)


def test_each_row_that_was_given_has_a_place(case: Case) -> None:
    """A source that says where a row is to be seen says so of every row that it gave, and of no other."""
    source = case.source()
    if not hasattr(source, "places"):
        pytest.skip("this source names no places")
    for part in case.parts():
        numbers = range(len(rows_of(part)))
        places = cast("Placed", source).places(part.name, [*numbers, len(numbers)], part.facts)
        assert sorted(places) == list(numbers)
        assert len({*places.values()}) == len(numbers)
        assert all(places.values())


def test_rows_are_the_same_each_time(case: Case) -> None:
    """The same digest means the same rows in the same order."""
    assert [rows_of(part) for part in case.parts()] == [rows_of(part) for part in case.parts()]


def test_the_layout_names_known_fields_and_own_columns(case: Case) -> None:
    """A layout maps fields of the object's schema to columns that are there, each named once."""
    source = case.source()
    for part in case.parts():
        layout = source.layout(part.object, part.columns)
        assert (layout.object, bool(layout.name)) == (part.object, True)
        assert layout.columns
        assert set(layout.columns) <= set(SCHEMAS[part.object].names)
        for columns in layout.columns.values():
            assert columns
            assert len(columns) == len(set(columns))
            assert set(columns) <= set(part.columns)
        assert set(layout.labels) | set(layout.labels.values()) <= set(part.columns)
        assert all(layout.separators)
        assert layout.date_format is None or "%" in layout.date_format


def test_the_layout_needs_columns_alone(case: Case) -> None:
    """A landing is mapped again when its source is long gone: same columns, same layout, nothing is read."""
    known = [(part.object, part.columns) for part in case.parts()]
    source = case.source()
    before = [source.layout(object_name, columns) for object_name, columns in known]
    shutil.rmtree(case.folder)
    assert [case.source().layout(object_name, list(columns)) for object_name, columns in known] == before


@pytest.mark.parametrize("object_name", sorted(SCHEMAS))
def test_columns_that_say_nothing_have_no_layout(case: Case, object_name: str) -> None:
    """Columns about neither people nor companies are refused, not guessed at."""
    with pytest.raises(SourceRefused):
        case.source().layout(object_name, ["colour", "height"])
