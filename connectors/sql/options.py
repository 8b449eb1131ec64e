"""What can be said of a query in sync.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


class Options(BaseModel):
    """A query, where it is asked, and what its rows are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str | None = Field(None, min_length=1, description="one SELECT, in the words of the database that is asked")
    query_file: Path | None = Field(None, description="a file with the query, instead of `query`")
    object: Literal["contacts", "companies", "activities"] = Field(description="what a row is")
    id_column: str | None = Field(None, description="the column with the record's own id")
    change_column: str | None = Field(
        None, description="the column with the time of a row's last change: then only what changed is read again"
    )
    time_zone: str = Field("UTC", description="the zone of times that bear none, such as Europe/Berlin")
    overlap_minutes: int = Field(10, ge=0, description="how late a row may appear below the greatest change time")
    attach: Literal["postgres"] | Path | None = Field(
        None, description='a SQLite file, or "postgres"; without it DuckDB asks Parquet and CSV files'
    )
    folder: Path = Field(Path(), description="the folder that paths in a query of files start at")
    host: str | None = Field(None, description="the PostgreSQL server, where the secret does not say it")
    port: int | None = Field(None, ge=1, le=65535, description="its port")
    user: str | None = Field(None, description="the role that reads")
    database: str | None = Field(None, description="the database")

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError('must be a zone of the IANA database, such as "Europe/Berlin"')
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        if (self.query is None) == (self.query_file is None):
            raise ValueError("needs either `query` or `query_file`")
        if self.attach != "postgres" and any((self.host, self.port, self.user, self.database)):
            raise ValueError('`host`, `port`, `user` and `database` need `attach = "postgres"`')
        return self
