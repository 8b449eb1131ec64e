"""The double's token endpoint: client credentials, a refresh token, and a login that is signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

CLIENT: Final = "3MVG9consumerKeyOfTheApp"
SECRET: Final = "9A8B7C6D5E4F3021AABBCCDDEEFF00112233445566778899"
REFRESH: Final = "5Aep861refreshTokenOfTheApp"
USERNAME: Final = "integration@acme.example"
AUDIENCE: Final = "https://login.salesforce.com"
LONGEST: Final = 300
"""Seconds for which a signed login may count at most."""


class NoToken(Exception):
    """A login that is refused."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.body = {"error": error, "error_description": description}


@cache
def private_key() -> RSAPrivateKey:
    """The app's key, made once a process."""
    return generate_private_key(65537, 2048)


def pem(key: RSAPrivateKey | None = None) -> str:
    """A key as the source's secret."""
    return (key or private_key()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def checked(form: Mapping[str, str], now: datetime, refresh_token: str = REFRESH) -> None:
    """See that a form is a login; `refresh_token` is the one that counts.

    Raises:
        NoToken: it is none.
    """
    grant = form.get("grant_type")
    if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer":
        _signed(form.get("assertion", ""), now)
        return
    if grant not in ("client_credentials", "refresh_token"):
        raise NoToken("unsupported_grant_type", "grant type not supported")
    if form.get("client_id") != CLIENT:
        raise NoToken("invalid_client_id", "client identifier invalid")
    if form.get("client_secret") != SECRET:
        raise NoToken("invalid_client", "invalid client credentials")
    if grant == "refresh_token" and form.get("refresh_token") != refresh_token:
        raise NoToken("invalid_grant", "expired access/refresh token")


def _signed(assertion: str, now: datetime) -> None:
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            private_key().public_key(),
            algorithms=["RS256"],
            audience=AUDIENCE,
            options={"verify_exp": False, "require": ["iss", "sub", "aud", "exp"]},
        )
    except jwt.InvalidAudienceError:
        raise NoToken("invalid_grant", "audience is invalid") from None
    except jwt.InvalidTokenError:
        raise NoToken("invalid_grant", "invalid assertion") from None
    if claims["iss"] != CLIENT:
        raise NoToken("invalid_client_id", "client identifier invalid")
    if claims["sub"] != USERNAME:
        raise NoToken("invalid_grant", "user hasn't approved this consumer")
    if not now.timestamp() < claims["exp"] <= now.timestamp() + LONGEST:
        raise NoToken("invalid_grant", "expired authorization code")
