"""A vendor's own OpenAPI documents, held against what a connector asks and what the vendor's double answers.

    Documents(folder).check("GET", "/api/v2/persons", {"limit": "100"}, None, 200, answer)

The documents are no part of this project. They lie in `<root>/../shared/data/openapi/<vendor>`, where they lie at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import pytest
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.templating.paths.exceptions import PathError
from openapi_core.templating.paths.finders import APICallPathFinder
from openapi_core.testing import MockRequest, MockResponse

FOLDER: Final = Path(__file__).parents[3] / "shared" / "data" / "openapi"

METHODS: Final = {"get", "post", "put", "patch", "delete"}
FORM: Final = "application/x-www-form-urlencoded"

Mend = Callable[[dict[str, Any]], None]
"""Corrects a document where it is known to be wrong, before it is used."""


def documents_of(vendor: str, mend: Mend | None = None) -> Documents:
    """Return a vendor's documents; where they are absent the test is skipped, and says so."""
    if not (FOLDER / vendor).is_dir():
        pytest.skip(f"{vendor}'s OpenAPI documents are not in {FOLDER / vendor}")
    return Documents(FOLDER / vendor, mend)


class Documents:
    """All documents of a folder."""

    def __init__(self, folder: Path, mend: Mend | None = None) -> None:
        self._documents = [_Document(path, mend) for path in sorted(folder.glob("*.json"))]
        assert self._documents, folder

    def check(self, method: str, path: str, query: Mapping[str, str], body: Any, status: int, answer: Any) -> None:
        """See that the request and its answer are as a document says that has the path.

        A parameter that it does not name is refused, and so is a member of a body that it does not name; an answer may
        have more than it names. An answer of success is looked at only where the document describes that status.

        Args:
            method: in capitals.
            path: the whole path, without the query.
            query: the query's parameters.
            body: the request's JSON, its form as a mapping, or None.
            status: the answer's status.
            answer: its JSON.

        Raises:
            AssertionError: it is not; the message says what is wrong.
        """
        found = [one for one in self._documents if one.has(method, path)]
        assert found, f"no document has {method} {path}"
        # HubSpot's documents of objects share one template: the one that is named in the path is the right one.
        chosen = next((one for one in found if one.name in path.split("/")), found[0])
        try:
            chosen.check(method, path, query, body, status, answer)
        except OpenAPIError as error:
            raise AssertionError(f"{chosen.name}: {method} {path} {status}: {_said(error)}") from None


class _Document:
    def __init__(self, path: Path, mend: Mend | None) -> None:
        self.name = path.stem
        # An answer of any media type is JSON all the same.
        text = path.read_text("utf-8").replace('"*/*"', '"application/json"')
        self._document: dict[str, Any] = json.loads(text)
        self._document["security"] = []
        for item in self._document["paths"].values():
            for method in METHODS & item.keys():
                item[method]["security"] = []  # who we are is the double's to check
        if mend is not None:
            mend(self._document)
        self._host = "{0.scheme}://{0.netloc}".format(urlsplit(self._document["servers"][0]["url"]))

    @cached_property
    def _strict(self) -> OpenAPI:
        return OpenAPI.from_dict(self._document, Config(additional_properties_default_policy="forbid"))

    @cached_property
    def _plain(self) -> OpenAPI:
        return OpenAPI.from_dict(self._document)

    def has(self, method: str, path: str) -> bool:
        try:
            self._operation(method, path)
        except PathError:
            return False
        return True

    def _operation(self, method: str, path: str) -> Mapping[str, Any]:
        found = APICallPathFinder(self._plain.spec).find(method.lower(), self._host + path)
        operation: Mapping[str, Any] = found.operation.read_value()
        return operation

    def check(self, method: str, path: str, query: Mapping[str, str], body: Any, status: int, answer: Any) -> None:
        operation = self._operation(method, path)
        named = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"}
        assert set(query) <= named, f"{method} {path}: no such parameter: {sorted(set(query) - named)}"
        kinds = operation.get("requestBody", {}).get("content", {})
        kind = FORM if FORM in kinds else "application/json"
        data = b"" if body is None else (urlencode(body) if kind == FORM else json.dumps(body)).encode()
        assert not data or kind in kinds, f"{method} {path}: it takes no body"
        request = MockRequest(self._host, method, path, args=dict(query), data=data, content_type=kind)
        self._strict.validate_request(request)
        if str(status) in operation["responses"] or (status >= 400 and "default" in operation["responses"]):
            self._plain.validate_response(request, MockResponse(json.dumps(answer).encode(), status))


def _said(error: BaseException) -> str:
    causes = [str(error)]
    while (error := error.__cause__ or error.__context__) is not None:  # type: ignore[assignment]
        causes += [str(one.message) for one in getattr(error, "schema_errors", ())] or [str(error)]
    return " ← ".join(causes)
