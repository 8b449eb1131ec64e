"""What a call gives, made ready for the columns of a table."""

from __future__ import annotations

import json
from typing import Any

from connectors.giant_context import wire
from connectors.giant_context.server.store.normal_text import required, tag_list, trimmed

Json = dict[str, Any]


def columns_of(model: type[wire.Model], *without: str) -> dict[str, str]:
    """Return the column of each key of a wire model: the table calls them as the model does."""
    return {str(field.alias): name for name, field in model.model_fields.items() if name not in without}


def given_fields(given: wire.Given, *never_empty: str) -> Json:
    """Return what was given, by the wire's keys: texts trimmed, objects and tags as the JSON that their columns hold.

    Raises:
        Refusal: 400, a tag is blank, or a field that may never be empty is.
    """
    fields = trimmed(given.body())
    required(fields, *never_empty)
    for key in ("address", "data", "properties"):
        if key in fields:
            fields[key] = as_json(fields[key] or {})
    if "tags" in fields:
        fields["tags"] = as_json(tag_list(fields["tags"]))
    return fields


def as_json(value: Any) -> str:
    """Return a JSON column's text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
