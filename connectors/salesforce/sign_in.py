"""Who we are in an organisation: a token by one of three grants, and the address where calls go with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import httpx

from connectors.api import Means
from connectors.errors import ConfigurationError
from connectors.http import Clock, Grant, Http, TokenKeeper, Unreadable
from connectors.http.base_url import checked_base_url
from connectors.salesforce.options import Options

TOKEN: Final = "/services/oauth2/token"  # noqa: S105 - a path

SIGNED_FOR: Final = 180
"""Seconds for which a signed login counts; Salesforce takes none that counts for longer."""

DOMAINS: Final = (".salesforce.com", ".force.com", ".cloudforce.com", ".salesforce.mil")
"""Where Salesforce's own hosts end."""

_JWT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class SignIn:
    """Gets tokens; they have no known life, and count until a 401 says otherwise."""

    def __init__(self, options: Options, means: Means, clock: Clock) -> None:
        """Read the secret; nothing is sent yet.

        Raises:
            ConfigurationError: the secret is missing or of the wrong form; nothing of it is shown.
        """
        secret = means.secret.get_secret_value().strip() if means.secret is not None else ""
        self._login_url = options.login_url
        self._form = _form(options, secret, means.variable, clock)
        self._refresh_token: str | None = None
        self._instance: str | None = None
        self._http = Http(options.login_url, transport=means.transport, limits=means.limits, clock=means.clock)
        self.keeper = TokenKeeper(self._exchange, clock)

    async def aclose(self) -> None:
        """Close the connection to where tokens come from."""
        await self.keeper.aclose()
        await self._http.aclose()

    async def instance(self) -> str:
        """The address where calls go; it comes with the first token."""
        await self.keeper.headers()
        assert self._instance is not None  # noqa: S101 - it came with the token
        return self._instance

    async def _exchange(self) -> Grant:
        form = self._form()
        if self._refresh_token is not None:  # Salesforce has handed out a new one
            form["refresh_token"] = self._refresh_token
        read = partial(_granted, login_url=self._login_url)
        answer = await self._http.call("POST", TOKEN, route=TOKEN, read=read, form=form, repeatable=True)
        token, address, again = answer.value
        self._refresh_token = again or self._refresh_token
        self._instance = self._instance or address  # a pull stays where it began
        return Grant(token)


def _granted(body: Any, *, login_url: str) -> tuple[str, str, str | None]:
    token, address, again = body["access_token"], body["instance_url"], body.get("refresh_token")
    if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
        raise Unreadable("it holds no token")
    try:
        address = checked_base_url(address)
        trusted = _is_salesforce(httpx.URL(address), httpx.URL(login_url))
    except (ConfigurationError, AttributeError):
        trusted = False
    if not trusted:
        raise Unreadable("its instance_url is no address that a token may be sent to")
    return token, address, again if isinstance(again, str) and again else None


def _is_salesforce(address: httpx.URL, login: httpx.URL) -> bool:
    """Whether tokens may go to an address: where the login went, or to a host of Salesforce's own."""
    if (address.scheme, address.host, address.port) == (login.scheme, login.host, login.port):
        return True
    return address.scheme == "https" and address.host.endswith(DOMAINS)


def _form(options: Options, secret: str, variable: str, clock: Clock) -> Callable[[], dict[str, str]]:
    """What is sent for a token, made anew for each."""
    if options.auth == "client_credentials":
        if not secret:
            raise ConfigurationError(f"{variable} is not set.", guidance="Set it to the app's consumer secret.")
        if secret.startswith("{") or "PRIVATE KEY" in secret or not secret.isprintable():
            raise ConfigurationError(
                f"{variable} is no consumer secret.", guidance="Give the secret alone, or set `auth` to what it is for."
            )
        said = {"grant_type": "client_credentials", "client_id": options.client_id, "client_secret": secret}
        return lambda: dict(said)
    if options.auth == "refresh_token":
        client_secret, refresh_token = _pair(secret, variable)
        said = {"grant_type": "refresh_token", "client_id": options.client_id}
        said |= {"client_secret": client_secret, "refresh_token": refresh_token}
        return lambda: dict(said)
    key = _private_key(secret, variable)
    return lambda: {"grant_type": _JWT, "assertion": _signed(options, key, clock)}


def _pair(secret: str, variable: str) -> tuple[str, str]:
    try:
        given = json.loads(secret)
        found = given["client_secret"], given["refresh_token"]
    except (ValueError, TypeError, LookupError):
        found = None, None
    if not all(isinstance(one, str) and one for one in found):
        state = "does not hold what a refresh needs" if secret else "is not set"
        guidance = 'With auth = "refresh_token" it is JSON: {"client_secret": "…", "refresh_token": "…"}.'
        raise ConfigurationError(f"{variable} {state}.", guidance=guidance) from None
    return found


def _private_key(secret: str, variable: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey  # noqa: PLC0415 - a heavy library
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - the same

    try:
        # Where an environment takes one line only, line ends are written as \n.
        key = load_pem_private_key(secret.replace("\\n", "\n").encode(), None)
    except Exception:  # noqa: BLE001 - OpenSSL's own kinds; none of their words may be shown
        key = None
    if not isinstance(key, RSAPrivateKey):
        state = "is no private RSA key" if secret else "is not set"
        guidance = 'With auth = "jwt" it is the PEM text of the key, without a passphrase.'
        raise ConfigurationError(f"{variable} {state}.", guidance=guidance) from None
    return key


def _signed(options: Options, key: Any, clock: Clock) -> str:
    import jwt  # noqa: PLC0415 - a heavy library

    ends = int(clock.wall().timestamp()) + SIGNED_FOR
    claims = {"iss": options.client_id, "sub": options.username, "aud": options.signed_for, "exp": ends}
    return jwt.encode(claims, key, algorithm="RS256")
