"""Options of dlt: what means nothing, or holds a secret, is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.connectors.pulled import source


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"resource": "people"}, "String should match pattern"),
        ({}, "needs either `resource` or `rest_api`"),
        ({"resource": "a:b", "object": None}, "needs either `object` or `streams`"),
        ({"resource": "a:b", "arguments": {"api_key": "x"}}, "arguments.api_key is a secret"),
        ({"rest_api": {"client": {"auth": {"token": "x"}}}}, "rest_api.client.auth.token is a secret"),
        ({"rest_api": {"client": {"headers": {"Authorization": "x"}}}}, "rest_api.client.headers.Authorization is a"),
        ({"resource": "a:b", "arguments": {"pwd": "x"}}, "arguments.pwd is a secret"),
        ({"resource": "a:b", "arguments": {"credentials": "x"}}, "arguments.credentials is a secret"),
        ({"resource": "a:b", "arguments": {"urls": ["https://svc:x@h.example/"]}}, "arguments.urls.0 is a secret"),
        ({"rest_api": {"client": {"base_url": "https://x@h.example/"}}}, "rest_api.client.base_url is a secret"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any], told: str) -> None:
    """A secret in the settings, too: it comes from the environment alone."""
    with pytest.raises(ValidationError, match=told):
        source("dlt", **{"object": "contacts", **options})


def test_keys_that_only_sound_secret_are_taken() -> None:
    """Where a token is to be found, and where it is asked for, are no secrets."""
    client = {
        "base_url": "https://x.example",
        "auth": {"type": "oauth2", "access_token_url": "https://x.example/token"},
    }
    paginator = {"type": "cursor", "cursor_path": "next_page_token", "cursor_param": "page_token"}
    source("dlt", object="contacts", rest_api={"client": {**client, "paginator": paginator}, "resources": ["people"]})
