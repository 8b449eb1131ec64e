"""The double's query jobs of Bulk API 2.0: their states, their results in CSV, their locators."""

from __future__ import annotations

import csv
import io
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.vendors.salesforce_soql import Query, Refused
from tests.vendors.salesforce_world import Table, written

GOING: Final = ("UploadComplete", "InProgress")
_ENDS: Final = {"LF": "\n", "CRLF": "\r\n"}


@dataclass(slots=True)
class Job:
    """A query job."""

    id: str
    query: Query
    text: str
    line_end: str
    state: str = "UploadComplete"
    looks: int = 0
    table: Table | None = None
    """The object's records as they were when the job read them."""
    numbers: Sequence[int] = ()
    given: set[int] = field(default_factory=set)
    """Places that a locator was given for."""

    @property
    def body(self) -> dict[str, Any]:
        """What is said of it."""
        said: dict[str, Any] = {"id": self.id, "operation": "queryAll", "state": self.state}
        said |= {"object": self.query.entity}
        said |= {"contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": self.line_end, "apiVersion": 67.0}
        if self.state == "Failed":
            said["errorMessage"] = "InvalidBatch : Failed to process query: QUERY_TIMEOUT"
        return said


class Jobs:
    """The jobs of the organisation."""

    def __init__(self) -> None:
        self.known: dict[str, Job] = {}
        self.looks = 2
        """At this look at a job it is complete."""
        self.ends_as = "JobComplete"
        self.headless = False
        """Whether only a job's first results have a header."""

    def make(self, body: Any, read: Callable[[str], Query]) -> Job:
        """A job of its description."""
        if not isinstance(body, dict) or body.get("operation") not in ("query", "queryAll"):
            raise Refused("INVALIDJOB", "operation")
        if body.get("contentType", "CSV") != "CSV" or body.get("columnDelimiter", "COMMA") != "COMMA":
            raise Refused("INVALIDJOB", "this double writes CSV with commas alone")
        query = read(str(body.get("query")))
        if not query.columns or query.order:
            raise Refused("INVALIDJOB", "this double's jobs take neither aggregates nor an order")
        job = Job(f"750000000{len(self.known):06d}AAA", query, body["query"], body.get("lineEnding", "LF"))
        self.known[job.id] = job
        return job

    def one(self, job: str) -> Job:
        """A job that is there."""
        if job not in self.known:
            raise Refused("NOT_FOUND", "The requested resource does not exist", 404)
        return self.known[job]

    def look(self, job: Job, run: Callable[[Job], None]) -> Any:
        """A job's state; a look moves it on."""
        job.looks += 1
        if job.state in GOING:
            job.state = self.ends_as if job.looks >= self.looks else "InProgress"
            if job.state == "JobComplete":
                run(job)
        return job.body

    def results(self, job: Job, locator: str | None, most: int, fields: dict[str, str]) -> tuple[bytes, dict[str, str]]:
        """A part of a job's results and its headers."""
        if job.state != "JobComplete" or job.table is None:
            raise Refused("INVALIDJOBSTATE", "the job is not complete")
        start = 0
        if locator is not None:
            try:
                start = int(b64decode(locator, validate=True))
            except ValueError:
                start = -1
            if start not in job.given:
                raise Refused("INVALIDLOCATOR", "invalid locator")
        part = job.numbers[start : start + most]
        end = start + len(part)
        job.given.add(end)
        behind = b64encode(str(end).encode()).decode() if end < len(job.numbers) else "null"
        sink = io.StringIO()
        rows = csv.writer(sink, quoting=csv.QUOTE_ALL, lineterminator=_ENDS[job.line_end])
        if start == 0 or not self.headless:
            rows.writerow(job.query.columns)
        kinds = [(name, fields[name]) for name in job.query.columns]
        table = job.table
        rows.writerows([_cell(record.get(name), kind) for name, kind in kinds] for record in map(table.record, part))
        headers = {"sforce-locator": behind, "sforce-numberofrecords": str(len(part)), "content-type": "text/csv"}
        return sink.getvalue().encode(), headers


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return ""
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "datetime":
        return written(value, "Z") if isinstance(value, int) else value
    return value
