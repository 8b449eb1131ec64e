"""HTTP for all connectors: one client with auth, deadline, retry, rate limit, strict reading and redaction."""

from connectors.http.call import AS_LIMITED, Answer
from connectors.http.client import Http
from connectors.http.dialect import Dialect
from connectors.http.limits import Clock, Limits
from connectors.http.token import Auth, FixedToken, Grant, TokenKeeper
from connectors.http.waiting import Waiting
from connectors.strict_json import Unreadable

__all__ = [
    "AS_LIMITED",
    "Answer",
    "Auth",
    "Clock",
    "Dialect",
    "FixedToken",
    "Grant",
    "Http",
    "Limits",
    "TokenKeeper",
    "Unreadable",
    "Waiting",
]
