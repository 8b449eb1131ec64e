"""How the answers of the CRM's API are read: tolerant of what is more, and strict with what is missing or wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from connectors.http import Unreadable

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


def model_reader(model: type[M]) -> Callable[[Any], M]:
    """Read what must be of this model as it is."""
    return _validated(model.model_validate)


def object_reader(model: type[M]) -> Callable[[Any], M]:
    """Read a single object, bare or as `{"data": {…}}`. An Activity has `data` of its own, but beside an `id`."""
    read = model_reader(model)

    def unwrapped(value: Any) -> M:
        lone = isinstance(value, dict) and "id" not in value and isinstance(value.get("data"), dict)
        return read(value["data"] if lone else value)

    return unwrapped


def array_reader(model: type[M]) -> Callable[[Any], list[M]]:
    """Read a list that must be whole, bare or as `{"data": […]}`."""
    read = _validated(TypeAdapter(list[model]).validate_python)  # type: ignore[valid-type]

    def unwrapped(value: Any) -> list[M]:
        if not isinstance(value, dict):
            return read(value)
        items = read(value.get("data"))
        meta = value.get("meta", value.get("pagination"))
        if isinstance(meta, dict) and meta.get("total", len(items)) != len(items):
            raise Unreadable("one page came where the whole list was promised")
        return items

    return unwrapped


def _validated(validate: Callable[[Any], T]) -> Callable[[Any], T]:
    """Say where the contract is broken without showing the values, as pydantic's own text would."""

    def read(value: Any) -> T:
        try:
            return validate(value)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False, include_context=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the whole"
            reason = f"{place}: {first['type']} ({error.error_count()} such places{_whose(value, first['loc'])})"
        raise Unreadable(reason)

    return read


def _whose(page: Any, place: tuple[int | str, ...]) -> str:
    """Which row of a page a place in it belongs to."""
    match place:
        case ("data", int(number), *_):
            row = page["data"][number]
            return f", in {row['id'][:64]!r}" if isinstance(row, dict) and isinstance(row.get("id"), str) else ""
        case _:
            return ""
