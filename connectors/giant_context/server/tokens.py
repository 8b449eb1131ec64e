"""Bearer tokens: made for a right API key, good for a while, checked on every other call."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import jwt

from connectors.giant_context.server.refusals import unauthorized

ALGORITHM: Final = "HS256"  # fixed: a token never chooses how it is checked
ISSUER: Final = "crm-bridge-embedded-crm"


class TokenDesk:
    """Hands out tokens for one API key and one database, and checks them."""

    def __init__(
        self, api_key: str, *, secret: str, audience: str, lifetime: timedelta, clock: Callable[[], datetime]
    ) -> None:
        # The key itself is not kept: its hash is enough to compare, and to tie a token to the key it was given for.
        self._key_hash = hashlib.sha256(api_key.encode()).hexdigest()
        self._secret = secret
        self._audience = audience
        self._lifetime = lifetime
        self._clock = clock
        # The last good token and its end: a caller shows the same one with every call.
        self._last: tuple[str, int] = ("", 0)

    def issue(self, api_key: str) -> tuple[str, datetime]:
        """Return a token and its end.

        Raises:
            Refusal: 401, the key is not the right one.
        """
        offered = hashlib.sha256(api_key.encode()).hexdigest()
        if not hmac.compare_digest(offered, self._key_hash):
            raise unauthorized("The API key is not valid.")
        now = self._clock().replace(microsecond=0)
        end = now + self._lifetime
        claims = {
            "iss": ISSUER,
            "aud": self._audience,
            "sub": self._key_hash,
            "iat": int(now.timestamp()),
            "exp": int(end.timestamp()),
        }
        return jwt.encode(claims, self._secret, algorithm=ALGORITHM), end.astimezone(UTC)

    def check(self, authorization: str | None) -> None:
        """Let a call with a good `Authorization` header pass.

        Raises:
            Refusal: 401, for whatever is wrong with it; the answer does not say more than "missing" or "not valid".
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise unauthorized("A bearer token is required.")
        token = token.strip()
        known, end = self._last
        if not hmac.compare_digest(token.encode(), known.encode()):
            end = self._end(token)
            self._last = (token, end)
        if end <= self._clock().timestamp():
            raise unauthorized("The bearer token is not valid.")

    def revoke(self) -> None:
        """Let no token count that was handed out before. No call of the API does this; it holds for this process."""
        # Another secret, and not a list of the revoked: a token of the same second would be the same text again.
        self._secret = secrets.token_hex(32)
        self._last = ("", 0)

    def _end(self, token: str) -> int:
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                self._secret,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=ISSUER,
                # PyJWT knows the system's clock only; the end is checked by ours.
                options={"require": ["exp", "sub"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            raise unauthorized("The bearer token is not valid.") from None
        end = claims["exp"]
        if not isinstance(end, int) or not hmac.compare_digest(str(claims["sub"]), self._key_hash):
            raise unauthorized("The bearer token is not valid.")
        return end
