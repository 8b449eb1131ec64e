"""An organisation while it is open: its calls, how many of the day's are used, and queries by REST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from connectors.api import Means
from connectors.errors import ProtocolError, RateLimited, Rejected
from connectors.http import Answer, Clock, Http, Unreadable
from connectors.http.redaction import redacted, texts
from connectors.salesforce.dialect import Salesforce, usage
from connectors.salesforce.fields import Fields
from connectors.salesforce.options import Options
from connectors.salesforce.sign_in import SignIn

T = TypeVar("T")

LONGEST: Final = 8_000
"""Characters of a URL: longer ones go in a body. A URL and its headers may have 16,384 bytes together."""

_BATCH: Final = {"Sforce-Query-Options": "batchSize=2000"}

_USED_UP: Final = "Its calls of 24 hours are used up, or too many are open at once: run again later."


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a query's records."""

    records: list[Any]
    total: int
    """How many the whole query has."""
    more: str | None
    """Where the next page is."""


class Account:
    """Calls to one organisation."""

    def __init__(self, options: Options, means: Means) -> None:
        """Prepare the calls; nothing is sent yet.

        Raises:
            ConfigurationError: the secret is missing or of the wrong form.
        """
        self.clock = means.clock or Clock()
        self.options = options
        self.used: tuple[int, int] | None = None
        """How many calls of 24 hours are used, and how many there are, as the last answer said."""
        self.address = ""
        """Where calls go; known once a token came."""
        self._means = means
        self._sign_in = SignIn(options, means, self.clock)
        self._http: Http | None = None
        self._root = f"/services/data/v{options.api_version}"

    async def aclose(self) -> None:
        """Close all connections."""
        if self._http is not None:
            await self._http.aclose()
        await self._sign_in.aclose()

    async def describe(self, sobject: str, *, sparing: bool = True) -> Answer[Fields]:
        """The fields of an object, as they are now."""
        return await self.call("GET", f"/sobjects/{sobject}/describe", read=Fields.of, sparing=sparing)

    async def query(self, soql: str, *, deleted: bool = True, sparing: bool = True) -> Answer[Found]:
        """The first page of a query, of deleted records, too."""
        resource = "/queryAll" if deleted else "/query"
        path = f"{self._root}{resource}?{urlencode({'q': soql})}"
        if len(path) > LONGEST:
            return await self._in_a_body(path, resource)
        return await self.call(
            "GET", resource, params={"q": soql}, headers=_BATCH, read=_found(self._root), sparing=sparing
        )

    async def more(self, path: str) -> Answer[Found]:
        """The next page of a query; `path` is what the one before said."""
        place, root = path.removeprefix(self._root), self._root
        return await self.call("GET", place, route="/query/{place}", headers=_BATCH, read=_found(root))

    async def _in_a_body(self, path: str, resource: str) -> Answer[Found]:
        """A query that is too long for a URL, as the one part of a composite request: that has a body."""
        part = {"method": "GET", "url": path, "referenceId": "q", "httpHeaders": _BATCH}
        answer = await self.call("POST", "/composite", json={"compositeRequest": [part]}, read=_only_part)
        status, body = answer.value
        name, reason = f"/composite{resource}", "the answer cannot be used"
        if status != 200:
            said = body[0].get("message") if isinstance(body, list) and body and isinstance(body[0], dict) else None
            told = redacted(str(said or "refused"), texts(path))
            raise Rejected(f"{status} {told}", method="GET", route=name, status=status)
        try:
            return Answer(200, _found(self._root)(body), answer.headers, answer.request_id)
        except (ValueError, TypeError, LookupError, AttributeError):
            pass
        raise ProtocolError(reason, method="GET", route=name, status=200)

    async def call(
        self,
        method: str,
        path: str,
        *,
        read: Callable[[Any], T],
        route: str | None = None,
        sparing: bool = True,
        **more: Any,
    ) -> Answer[T]:
        """Ask for something below /services/data/v…; further arguments and errors are those of `Http.call`.

        Nothing that is asked here changes a record: a POST is repeated as a GET is.

        Raises:
            RateLimited: with `sparing`, also where more than the options' share of the day's calls is used.
        """
        route = route or path
        if sparing and self.used is not None and self.used[0] > self.options.daily_share * self.used[1]:
            raise self._spared(method, route)
        try:
            with self._means.named():
                http = await self._opened()
                answer = await http.call(method, self._root + path, route=route, read=read, reads_only=True, **more)
        except RateLimited as error:
            error.guidance = _USED_UP if error.status == 403 else error.guidance
            raise
        self.used = usage(answer.headers) or self.used
        return answer

    async def _opened(self) -> Http:
        if self._http is None:
            address = await self._sign_in.instance()
            if self._http is None:  # nobody else has waited for the same token
                self.address = address
                self._http = Http(
                    address,
                    transport=self._means.transport,
                    auth=self._sign_in.keeper,
                    limits=self._means.limits,
                    clock=self.clock,
                    dialect=Salesforce(),
                    quick=True,
                )
        return self._http

    def _spared(self, method: str, route: str) -> RateLimited:
        assert self.used is not None  # noqa: S101 - seen by the caller
        share, (used, most) = self.options.daily_share, self.used
        return RateLimited(
            f"{used:,} of the organisation's {most:,} calls of 24 hours are used, more than daily_share = {share:g}",
            method=method,
            route=route,
            guidance="Run again later, or raise the option `daily_share`.",
        )


def _found(root: str) -> Callable[[Any], Found]:
    def read(body: Any) -> Found:
        records, total, more = body["records"], body["totalSize"], body.get("nextRecordsUrl")
        if not isinstance(records, list) or type(total) is not int:
            raise Unreadable("it holds no records")
        if more is not None and not (isinstance(more, str) and more.startswith(f"{root}/query") and more.isascii()):
            raise Unreadable("its next page is nowhere")
        if (more is None) != (body["done"] is True):
            raise Unreadable("it does not say whether there is more")
        return Found(records, total, more)

    return read


def _only_part(body: Any) -> tuple[int, Any]:
    (part,) = body["compositeResponse"]
    if type(part["httpStatusCode"]) is not int:
        raise Unreadable("it has no status")
    return part["httpStatusCode"], part["body"]
