"""What a call is named by: its method and its path below the app, ids left out, such as `GET contacts/*/activities`."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

from fastapi.routing import APIRoute

from connectors.giant_context.server.app import crm, door, extension

_APP: Final = re.compile(r"^/organizations/[^/]+/projects/[^/]+/apps/crm/[^/]+/")


def _named(method: str, path: str) -> str:
    below = _APP.sub("", path, count=1)
    if below == path:
        return f"{method} {path.removeprefix('/')}"
    parts = below.split("/")
    parts[1:2] = ["*"] * len(parts[1:2])
    return f"{method} {'/'.join(parts)}"


ROUTES: Final = frozenset(
    _named(method, route.path)
    for router in (door, crm, extension)
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods or ()
)
METHODS: Final = frozenset(route.partition(" ")[0] for route in ROUTES)


def route_of(method: str, path: str) -> str:
    """Return the name of a call. What is no call of the API is `elsewhere`: its path may hold anything."""
    name = _named(method, path)
    return name if name in ROUTES else f"{method} elsewhere"


def covers(pattern: str, route: str) -> bool:
    """Whether a call is meant by a route, by `*`, or by such as `POST *`."""
    method, _, path = pattern.partition(" ")
    return pattern in ("*", route) or (path == "*" and method == route.partition(" ")[0])


def checked_pattern(pattern: str) -> str:
    """Let what names calls of the API pass.

    Raises:
        ValueError: No call is meant by it: such a fault would never happen, and nobody would notice.
    """
    method, _, path = pattern.partition(" ")
    if pattern == "*" or pattern in ROUTES or (path == "*" and method in METHODS):
        return pattern
    near = get_close_matches(pattern, ROUTES, n=1, cutoff=0.0)
    raise ValueError(f'names no call; "{near[0]}" would, or "POST *", or "*" for all')
