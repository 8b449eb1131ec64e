"""A resource of dlt as a source: its rows land as any other's, and its state is the cursor.

dlt keeps what a resource remembers (`dlt.sources.incremental`, `dlt.current.resource_state`) in a mapping. A pipeline
of dlt writes it to its own folder once rows are extracted, which is before ours have landed. So no pipeline runs here:
the resource is iterated under a mapping that we give, and what stands in it afterwards is the cursor of the last page.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Self

import pyarrow as pa
from pydantic import BaseModel

from connectors.api import Access, ApiSource, Means, Page, Stream
from connectors.contract import Layout
from connectors.csv_file.named import named_layout
from connectors.dlt import function, library
from connectors.dlt.options import Options
from connectors.dlt.paging import pages
from connectors.errors import ConfigurationError
from connectors.threads import in_a_thread

DEPENDS: Final = "read by dlt: windows and tombstones depend on that resource"

REMEMBERED: Final = 1_000_000
"""What a resource may remember, in characters."""

FUTURE: Final = timedelta(days=1)
"""A change time so far ahead of our clock is no change time."""


class Source(ApiSource):
    """One resource or several. A cursor is what a resource remembers; only the last page bears a new one."""

    kind: ClassVar[str] = "dlt"

    def __init__(self, options: BaseModel, means: Means) -> None:
        """Take the options; dlt is not imported yet."""
        if not isinstance(options, Options):
            raise TypeError(f"dlt takes its own Options, not {type(options).__name__}")
        self._options = options
        self._means = means
        self._notes: tuple[str, ...] = ()
        self._first: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        """Import dlt and the resource's module; the resource asks for nothing before it is read."""
        library.load(self._key("kind"))
        with library.mended(self._means, self._key("options")):
            self._first = self._made()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""

    @property
    def streams(self) -> tuple[Stream, ...]:
        """The only one is called as what its rows are, several as their resources."""
        if self._options.object is not None:
            return (Stream(self._options.object, self._options.object),)
        order = ("companies", "contacts", "activities")
        found = [Stream(name, what) for name, what in self._options.streams.items()]
        return tuple(sorted(found, key=lambda one: order.index(one.object)))

    @property
    def origin(self) -> str:
        """The resource, or the host of `rest_api`, and a digest of all that is asked of it: none of that is shown."""
        options = self._options
        if options.rest_api is None:
            told = f", arguments {_digest(options.arguments)}" if options.arguments else ""
            return f"{options.resource}{told}"
        client = options.rest_api.get("client")
        url = str(client.get("base_url", "")) if isinstance(client, Mapping) else ""
        return f"rest_api {library.host_of(url)}, settings {_digest(options.rest_api)}"

    @property
    def windows(self) -> bool:
        """A resource of dlt has none that could be asked for from outside."""
        return False

    def whole(self, stream: str) -> bool:
        """Where the resource's write disposition is `replace`, which is dlt's word for it."""
        name, made = self._resource(stream, self._first)
        disposition: Any = getattr(made, "resources", {name: made})[name].write_disposition
        if isinstance(disposition, Mapping):
            disposition = disposition.get("disposition")
        return bool(disposition == "replace")

    def ids_by_stream(self, object_name: str) -> bool:
        """Where there are several: resources know nothing of each other's numbers."""
        return sum(stream.object == object_name for stream in self.streams) > 1

    def pull(self, stream: str, cursor: str | None) -> AsyncIterator[Page]:
        """Run the resource with what it remembered; what it remembers afterwards is the last page's cursor."""
        return in_a_thread(lambda: self._pages(stream, cursor))

    def window(self, stream: str, start: datetime, end: datetime) -> AsyncIterator[Page]:  # noqa: ARG002 - it has none
        """Not to be asked for."""
        raise ConfigurationError(f"sources.{self._means.name}: windows depend on its resource.", guidance="Pull it.")

    async def check(self) -> Access:
        """Say which resource it is; whether its server answers is known when it is read."""
        library.load(self._key("kind"))
        with library.mended(self._means, self._key("options")):
            return Access(f"dlt, {self.origin}", (f"resources: {', '.join(self._made())}", DEPENDS))

    def layout(self, object_name: str, columns: Sequence[str]) -> Layout:
        """Columns called as fields are these fields; others by the words of headers."""
        return named_layout(object_name, columns, self._means.name, self._options.id_column)

    @property
    def facts(self) -> Mapping[str, str]:
        """What people should know of what was landed."""
        return {"note": "; ".join((DEPENDS, *self._notes))}

    def _pages(self, stream: str, cursor: str | None) -> Generator[Page, None, None]:
        from dlt.common.configuration.container import Container  # noqa: PLC0415 - an extra
        from dlt.common.json import json as typed  # noqa: PLC0415 - an extra
        from dlt.common.pipeline import StateInjectableContext  # noqa: PLC0415 - an extra

        self._notes = ()
        state: Any = _remembered(cursor)
        start = typed.typed_dumps(state)
        with library.mended(self._means, self._key("options")):
            _, made = self._resource(stream, self._made())
            with Container().injectable_context(StateInjectableContext(state=state)):
                items = iter(made)
            last: tuple[pa.RecordBatch, pa.Table | None] | None = None
            for page in pages(items):
                if last is not None:
                    yield Page(last[0], start, last[1])
                last = page
        if last is not None:
            yield Page(last[0], self._cursor(state, start, typed.typed_dumps(state)), last[1])

    def _cursor(self, state: dict[str, Any], start: str, end: str) -> str:
        """Where the next pull goes on: where this one began, if a record of the future would hide all others."""
        if any(_in_future(value) for value in _last_values(state)):
            self._notes = ("a change time lies in the future, so the next pull asks for the same again",)
            return start
        if len(end) > REMEMBERED:
            self._notes = ("the resource remembers more than is kept, so the next pull asks for the same again",)
            return start
        return end

    def _made(self) -> dict[str, Any]:
        """The resources by name, made anew: one that was read to its end gives nothing more."""
        options = self._options
        made = self._rest_api(options.rest_api) if options.rest_api else self._call(options.resource or "")
        if options.object is not None:
            if len(made) != 1:
                told = f"{self._key('options')}.object: there are the resources {', '.join(made)}."
                raise ConfigurationError(told, guidance="Say in `streams` what the rows of each are.")
            return made
        for name in options.streams:
            if name not in made:
                told = f"{self._key('options')}.streams: there is no resource '{name}'; there are {', '.join(made)}."
                raise ConfigurationError(told)
        return made

    def _rest_api(self, given: dict[str, Any]) -> dict[str, Any]:
        from dlt.sources.rest_api import rest_api_source  # noqa: PLC0415 - an extra

        config: Any = copy.deepcopy(given)
        self._place_secret(config)
        return function.resources(rest_api_source(config, name=self._means.name))

    def _call(self, path: str) -> dict[str, Any]:
        arguments = copy.deepcopy(self._options.arguments)
        self._place_secret(arguments)
        return function.call(path, arguments, self._options.folder, f"{self._key('options')}.resource")

    def _place_secret(self, table: dict[str, Any]) -> None:
        name = self._options.secret_argument
        if name is None:
            return
        if self._means.secret is None:
            raise ConfigurationError(f"{self._means.variable} is not set.", guidance=f"It is for `{name}`.")
        *path, last = name.split(".") if self._options.rest_api is not None else [name]
        for part in path:
            table = table.setdefault(part, {})
            if not isinstance(table, dict):
                raise ConfigurationError(f"{self._key('options')}.secret_argument: {part} is no table.")
        table[last] = self._means.secret.get_secret_value()

    def _resource(self, stream: str, made: Mapping[str, Any]) -> tuple[str, Any]:
        """A stream's resource of those that were made, or its source with it alone selected; after its name."""
        name = next(iter(made)) if self._options.object is not None else stream
        return name, made[name]

    def _key(self, name: str) -> str:
        return f"sources.{self._means.name}.{name}"


def _digest(told: Mapping[str, Any]) -> str:
    """What tells two tables of the settings apart, and shows nothing of them."""
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:12]


def _remembered(cursor: str | None) -> dict[str, Any]:
    """What a cursor remembers. One that cannot be read means to begin anew: then nothing is lost."""
    from dlt.common.json import json as typed  # noqa: PLC0415 - an extra

    try:
        state: Any = typed.typed_loads(cursor) if cursor else {}
        list(_last_values(state))
    except Exception:  # noqa: BLE001 - each type that dlt writes has errors of its own
        return {}
    return state if isinstance(state, dict) else {}


def _last_values(state: Mapping[str, Any]) -> Iterator[Any]:
    for source in state.get("sources", {}).values():
        for resource in source.get("resources", {}).values():
            for incremental in resource.get("incremental", {}).values():
                yield incremental.get("last_value")


def _in_future(value: Any) -> bool:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return False
    if not isinstance(value, datetime):
        return False
    return (value if value.tzinfo else value.replace(tzinfo=UTC)) > datetime.now(UTC) + FUTURE
