"""What the vendors' documents are held against is really held against them: each kind of deviation is found."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.vendors.openapi import Documents

PERSON = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
BODY = {"content": {"application/json": {"schema": {**PERSON, "properties": {"id": {"type": "string"}}}}}}
DOCUMENT = {
    "openapi": "3.0.1",
    "info": {"title": "people", "version": "1"},
    "servers": [{"url": "https://api.people.example/v2"}],
    "paths": {
        "/people": {
            "get": {
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
                "responses": {
                    "200": {"description": "", "content": {"application/json": {"schema": PERSON}}},
                    "default": {"description": "", "content": {"*/*": {"schema": PERSON}}},
                },
            },
            "post": {"requestBody": BODY, "responses": {"201": {"description": ""}}},
        }
    },
}


@pytest.fixture
def documents(tmp_path: Path) -> Documents:
    """One small document."""
    (tmp_path / "people.json").write_text(json.dumps(DOCUMENT))
    return Documents(tmp_path)


def test_what_is_documented_passes(documents: Documents) -> None:
    """A request and an answer as the document says are fine; an answer may say more than it."""
    documents.check("GET", "/v2/people", {"limit": "3"}, None, 200, {"id": "1", "name": "Anna"})
    documents.check("GET", "/v2/people", {}, None, 404, {"id": "1"})
    documents.check("POST", "/v2/people", {}, {"id": "1"}, 201, None)


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "status", "answer", "said"),
    [
        ("GET", "/v1/people", {}, None, 200, {"id": "1"}, "no document has GET /v1/people"),
        ("PUT", "/v2/people", {}, None, 200, {"id": "1"}, "no document has PUT"),
        ("GET", "/v2/people", {"limits": "3"}, None, 200, {"id": "1"}, "no such parameter"),
        ("GET", "/v2/people", {"limit": "x"}, None, 200, {"id": "1"}, "limit"),
        ("GET", "/v2/people", {}, None, 200, {"id": 1}, "not of type 'string'"),
        ("GET", "/v2/people", {}, None, 500, {}, "'id' is a required property"),
        ("GET", "/v2/people", {}, {"id": "1"}, 200, {"id": "1"}, "takes no body"),
        ("POST", "/v2/people", {}, {"id": "1", "nam": ""}, 201, None, "'nam' was unexpected"),
    ],
)
def test_what_is_not_documented_fails(
    documents: Documents, method: str, path: str, query: Any, body: Any, status: int, answer: Any, said: str
) -> None:
    """A path, a method, a parameter, a member or a value that the document does not have is found and named."""
    with pytest.raises(AssertionError, match=said):
        documents.check(method, path, query, body, status, answer)
