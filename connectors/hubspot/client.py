"""The calls that are made of HubSpot. Their answers are read as far as paging needs; records are read elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from connectors.api import Means
from connectors.errors import AccessError, CallError, Forbidden, ProtocolError, RateLimited, Rejected
from connectors.http import Answer, Auth, Clock, FixedToken, Grant, Http, Limits, TokenKeeper
from connectors.hubspot.dialect import HubSpotDialect
from connectors.hubspot.kinds import Kind
from connectors.hubspot.layouts import ID
from connectors.hubspot.options import Options, Refreshing, secret_of
from connectors.marks import server_time
from connectors.strict_json import Unreadable

T = TypeVar("T")

SEARCH_PAGE: Final = 200
LIST_PAGE: Final = 100
BATCH: Final = 100
"""Records of a batch that is read."""

ASSOCIATIONS: Final = 1000
"""Records whose associations are read by one call."""

PRIMARY: Final = ("HUBSPOT_DEFINED", 1)
"""The type of association of a contact with its primary company."""

Filter = tuple[str, str, int]
"""Property, operator, value."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list as it came."""

    results: list[Any]
    after: str | None
    """Where the next page begins; None: there is none."""
    moment: datetime
    """When it was answered, by HubSpot's clock."""

    @property
    def goes_on(self) -> bool:
        """Whether there is a page after it."""
        return self.after is not None and bool(self.results)


class HubSpot:
    """One account."""

    def __init__(self, options: Options, means: Means) -> None:
        """Raise ConfigurationError where the secret is missing or wrong; nothing is sent."""
        secret = secret_of(options, means)
        self._version = options.api_version
        self._variable = means.variable
        self._clock = means.clock or Clock()
        limits = means.limits or Limits()
        self._keeper: TokenKeeper | None = None
        self._ids_alone = False
        auth: Auth
        if isinstance(secret, Refreshing):
            self._refreshing = secret
            auth = self._keeper = TokenKeeper(self._grant, self._clock)
        else:
            auth = FixedToken(secret)

        def client(within: Limits) -> Http:
            return Http(
                options.base_url,
                transport=means.transport,
                auth=auth,
                limits=within,
                clock=self._clock,
                dialect=HubSpotDialect(),
                quick=True,
            )

        self._http = client(limits)
        # Searches have a limit of their own, and no headers that tell of it: a 429 of theirs must not slow the others.
        self._searching = client(replace(limits, requests_per_second=options.searches_per_second))

    async def aclose(self) -> None:
        """Close all connections."""
        if self._keeper:
            await self._keeper.aclose()
        await self._searching.aclose()
        await self._http.aclose()

    async def _grant(self) -> Grant:
        """Exchange the refresh token."""
        secret = self._refreshing
        form = {
            "grant_type": "refresh_token",
            "client_id": secret.client_id,
            "client_secret": secret.client_secret,
            "refresh_token": secret.refresh_token,
        }
        path = f"/oauth/{self._version}/token"
        answer = await self._http.call("POST", path, route=path, read=_grant, form=form, anonymous=True)
        return answer.value

    async def properties(self, kind: Kind) -> dict[str, str]:
        """The account's properties of an object, with their labels."""
        path = f"/crm/properties/{self._version}/{kind.name}"
        return (await self._call(kind, "GET", path, _labels)).value

    async def search(
        self, kind: Kind, filters: Iterable[Filter], after: int, properties: Sequence[str], limit: int = SEARCH_PAGE
    ) -> Listed:
        """The first records that the filters find, in the order of their ids, of those with a greater id than `after`.

        So nothing is ever paged: no query is asked for more than its first page, and neither its 10,000 results nor
        records with one change time are a matter. HubSpot's page on search says that a body of more than 3,000
        characters is refused, which the names of many properties come to; others report longer ones that were taken. So
        it is tried, and after a refusal a search asks for ids alone, and the records are read in batches.
        """
        wanted = [*filters, (ID, "GT", after)]
        if not self._ids_alone:
            try:
                return await self._searched(kind, wanted, properties, limit)
            except Rejected as error:
                if error.status != 400 or len(properties) <= 1:
                    raise
        listed = await self._searched(kind, wanted, (ID,), limit)
        self._ids_alone = self._ids_alone or len(properties) > 1
        return replace(listed, results=await self._filled(kind, listed, properties))

    async def _searched(self, kind: Kind, wanted: Sequence[Filter], properties: Sequence[str], limit: int) -> Listed:
        body = {
            "filterGroups": [
                {"filters": [{"propertyName": name, "operator": how, "value": str(to)} for name, how, to in wanted]}
            ],
            "sorts": [{"propertyName": ID, "direction": "ASCENDING"}],
            "properties": [*properties],
            "limit": limit,
            "after": "0",
        }
        path = f"/crm/objects/{self._version}/{kind.name}/search"
        return self._listed(await self._call(kind, "POST", path, _page, json=body, http=self._searching))

    async def _filled(self, kind: Kind, listed: Listed, properties: Sequence[str]) -> list[Any]:
        """The records that were found, with their properties. One that is not there any more was archived meanwhile."""
        ids = [one["id"] for one in listed.results if isinstance(one, dict) and str(one.get("id")).isdecimal()]
        reads = [self.read(kind, ids[start : start + BATCH], properties) for start in range(0, len(ids), BATCH)]
        known = {one["id"]: one for part in await asyncio.gather(*reads) for one in part}
        gone = {"properties": dict[str, str](), "archived": True, "archivedAt": listed.moment.isoformat()}
        known = {**{one: {"id": one, **gone} for one in ids}, **known}
        return [known.get(one.get("id"), one) if isinstance(one, dict) else one for one in listed.results]

    async def archived(self, kind: Kind, after: str | None = None) -> Listed:
        """A page of the records that are archived, with no property but their id."""
        return await self._list(kind, {"limit": LIST_PAGE, "archived": "true", "properties": ID}, after)

    async def any(self, kind: Kind) -> Answer[Any]:
        """Read one record, to see whether it can be read."""
        path = f"/crm/objects/{self._version}/{kind.name}"
        return await self._call(kind, "GET", path, _page, params={"limit": 1, "properties": ID})

    async def _list(self, kind: Kind, params: dict[str, str | int], after: str | None) -> Listed:
        if after is not None:
            params["after"] = after
        path = f"/crm/objects/{self._version}/{kind.name}"
        return self._listed(await self._call(kind, "GET", path, _page, params=params))

    async def read(self, kind: Kind, ids: Sequence[str], properties: Sequence[str]) -> list[Any]:
        """The records with these ids, at most 100: those that stand."""
        body = {
            "inputs": [{"id": one} for one in ids],
            "properties": [*properties],
            "propertiesWithHistory": list[str](),
        }
        path = f"/crm/objects/{self._version}/{kind.name}/batch/read"
        return (await self._call(kind, "POST", path, _batch, json=body)).value

    async def associated(self, kind: Kind, to: str, ids: Sequence[str]) -> dict[str, list[str]]:
        """The ids of what records are associated with, by the records' ids; a primary one first."""
        found: dict[str, list[str]] = {}
        path = f"/crm/associations/{self._version}/{kind.name}/{to}/batch/read"
        inputs = [{"id": one} for one in ids]
        seen = set[tuple[str, str]]()
        while inputs:
            part, inputs = inputs[:ASSOCIATIONS], inputs[ASSOCIATIONS:]
            for one, others, after in (
                await self._call(kind, "POST", path, _associations, json={"inputs": part})
            ).value:
                found.setdefault(one, []).extend(others)
                if after is not None:  # one record has more of them than an answer holds
                    if (one, after) in seen:
                        raise ProtocolError("an answer goes on where one before it did", method="POST", route=path)
                    seen.add((one, after))
                    inputs.append({"id": one, "after": after})
        return found

    async def details(self) -> Answer[dict[str, Any]]:
        """The account's number, and where people see it."""
        path = f"/account-info/{self._version}/details"
        return await self._call(None, "GET", path, dict)

    async def _call(
        self,
        kind: Kind | None,
        method: str,
        path: str,
        read: Callable[[Any], T],
        *,
        json: Any = None,
        params: Mapping[str, str | int] | None = None,
        http: Http | None = None,
    ) -> Answer[T]:
        try:
            return await (http or self._http).call(
                method, path, route=path, read=read, json=json, params=params, reads_only=True, expect=(200, 207)
            )
        except CallError as error:
            failure = _explained(error, kind, self._variable)
        raise failure

    def _listed(self, answer: Answer[tuple[list[Any], str | None]]) -> Listed:
        results, after = answer.value
        return Listed(results, after, server_time(answer.headers, self._clock))


def _explained(error: CallError, kind: Kind | None, variable: str) -> CallError:
    """The same error, with what to do about it."""
    if error.status == 429 and not isinstance(error, RateLimited):
        return RateLimited(
            "HubSpot's limit of calls a day is used up",
            method=error.method,
            route=error.route,
            status=error.status,
            guidance="It begins anew at midnight in the account's time zone: pull again then.",
        )
    if isinstance(error, AccessError):
        error.guidance = f"Check the token in {variable} and what it may do."
    if isinstance(error, Forbidden) and kind is not None:
        error.guidance = f"Give the app the scope {kind.scope}."
    return error


def _page(value: Any) -> tuple[list[Any], str | None]:
    results = value["results"]
    if not isinstance(results, list):
        raise Unreadable("its results are no list")
    return results, _after(value)


def _after(value: Mapping[str, Any]) -> str | None:
    following = (value.get("paging") or {}).get("next") or {}
    return str(following["after"]) if following.get("after") else None


def _batch(value: Any) -> list[Any]:
    """A batch's results. That a record is not there, or associated with nothing, is no failure; all else is."""
    failed = [one for one in value.get("errors") or () if one.get("category") != "OBJECT_NOT_FOUND"]
    if failed:
        raise Unreadable(f"a part of the batch failed: {str(failed[0].get('category'))[:40]}")
    results: list[Any] = value["results"]
    return results


def _associations(value: Any) -> list[tuple[str, list[str], str | None]]:
    return [
        (
            str(one["from"]["id"]),
            [str(to["toObjectId"]) for to in sorted(one["to"], key=_rank)],
            _after(one),
        )
        for one in _batch(value)
    ]


def _rank(to: Mapping[str, Any]) -> tuple[bool, int, str]:
    """The primary one first, the others in the order of their ids: so that a row only differs where they do."""
    types = [(one.get("category"), one.get("typeId")) for one in to.get("associationTypes") or ()]
    other = str(to["toObjectId"])
    return PRIMARY not in types, len(other), other


def _labels(value: Any) -> dict[str, str]:
    return {
        str(one["name"]): str(one.get("label") or one["name"]) for one in value["results"] if not one.get("archived")
    }


def _grant(value: Any) -> Grant:
    return Grant(str(value["access_token"]), float(value["expires_in"]))
