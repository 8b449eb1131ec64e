"""Where a server is: an address that carries no secret, and none in clear."""

from __future__ import annotations

from ipaddress import ip_address

import httpx

from connectors.errors import ConfigurationError


def checked_base_url(text: str) -> str:
    """Return `text` without a trailing slash.

    Raises:
        ConfigurationError: It is no https address, or http beyond this machine, or holds a password or a query.
    """
    try:
        url = httpx.URL(text.strip())
    except httpx.InvalidURL:
        raise ConfigurationError("The base URL is no URL.", guidance="Give https://host[/path].") from None
    shown = f"{url.scheme}://{url.host}{url.path}"  # never the user name, password or query
    if not url.host or url.userinfo or url.query or url.fragment:
        raise ConfigurationError(f"The base URL {shown} is not usable.", guidance="Give https://host[/path].")
    if url.scheme != "https" and not (url.scheme == "http" and _is_this_machine(url.host)):
        raise ConfigurationError(f"The base URL {shown} would send secrets in clear.", guidance="Use https.")
    return str(url).rstrip("/")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
