"""What every section of `sync.toml` is made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class Section(BaseModel):
    """A table of the file: an unknown key is an error, and `"yes"` is not a boolean."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _strict_bool(value: object) -> object:
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false, without quotes")


Switch = Annotated[bool, BeforeValidator(_strict_bool)]
Share = Annotated[float, Field(gt=0, le=1)]
