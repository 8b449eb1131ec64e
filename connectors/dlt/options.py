"""What can be said of a resource of dlt in sync.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

ObjectName = Literal["contacts", "companies", "activities"]

_SECRET: Final = re.compile(
    r"token|password|passwd|pwd|passphrase|secret|credential|private_key|api_?key|authorization", re.IGNORECASE
)
_NO_SECRET: Final = re.compile(r"url|path|location|^name$|^secret_argument$|type|cursor|page", re.IGNORECASE)
"""Keys that hold a secret, and those that only sound so: `access_token_url`, `next_page_token_path`."""

_IN_A_URL: Final = re.compile(r"://[^/?#\s]*@")
"""A name, and maybe a password, before a URL's host."""


class Options(BaseModel):
    """A resource, and what its rows are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    resource: str | None = Field(
        None, pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", description="module:function of a resource or source of dlt"
    )
    arguments: dict[str, Any] = Field(default_factory=dict, description="the function's arguments; nothing secret")
    rest_api: dict[str, Any] | None = Field(None, description="a REST API in dlt's own words, instead of `resource`")
    secret_argument: str | None = Field(
        None, description="which argument gets the secret; in `rest_api` a key with dots, such as client.auth.token"
    )
    object: ObjectName | None = Field(None, description="what the rows of the only resource are")
    streams: dict[str, ObjectName] = Field(
        default_factory=dict, description="resources to read, and what their rows are"
    )
    id_column: str | None = Field(None, description="the column with the record's own id")
    folder: Path = Field(Path(), description="where the module is looked for after Python's own path")

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.resource is None) == (self.rest_api is None):
            raise ValueError("needs either `resource` or `rest_api`")
        if (self.object is None) == (not self.streams):
            raise ValueError("needs either `object` or `streams`")
        if self.rest_api is not None and self.arguments:
            raise ValueError("`arguments` are a resource's: `rest_api` has none")
        for key in (*_secrets(self.arguments, "arguments"), *_secrets(self.rest_api or {}, "rest_api")):
            raise ValueError(f"{key} is a secret, or has one in it: leave it out, and name it in `secret_argument`")
        return self


def _secrets(value: Any, place: str) -> Iterator[str]:
    """The keys under which a value seems to hold a secret."""
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _secrets(one, f"{place}.{number}")
    elif isinstance(value, dict):
        for key, one in value.items():
            if isinstance(one, str) and one and _SECRET.search(key) and not _NO_SECRET.search(key):
                yield f"{place}.{key}"
            else:
                yield from _secrets(one, f"{place}.{key}")
    elif isinstance(value, str) and _IN_A_URL.search(value):
        yield place
