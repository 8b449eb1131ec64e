"""A small server with the shape of many public APIs: pages of JSON, a token, `updated_since`. All people are made up.

python examples/dlt/server.py [--port 8765]
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

TOKEN = "only-an-example"  # noqa: S105 - it guards nothing
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
FIRST, LAST = ("Ada", "Grace", "Linus", "Margaret", "Ken", "Barbara"), ("Quill", "Rowan", "Sorrel", "Tansy", "Umber")


def moment(day: float) -> str:
    """When something changed, in the API's own form."""
    return (BEGINNING + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


def world() -> dict[str, list[dict[str, Any]]]:
    """30 members of 5 clubs."""
    clubs = [
        {
            "id": f"c{number}",
            "company_name": f"{name} Club",
            "domain": f"{name.lower()}.example",
            "updated_at": moment(0),
        }
        for number, name in enumerate(LAST)
    ]
    members = [
        {
            "id": number,
            "name": {"first": FIRST[number % 6], "last": LAST[number % 5]},
            "email": f"{FIRST[number % 6]}.{LAST[number % 5]}@{LAST[number % 5]}.example".lower(),
            "club": f"c{number % 5}",
            "interests": ["chess", "go"][: number % 3],
            "updated_at": moment(number),
        }
        for number in range(30)
    ]
    return {"/v1/clubs": clubs, "/v1/members": members}


class Handler(BaseHTTPRequestHandler):
    """Lists by change time, in pages of at most 20."""

    records: ClassVar[dict[str, list[dict[str, Any]]]] = world()
    log: ClassVar[list[str]] = []
    """The paths that were asked for."""

    def do_GET(self) -> None:
        """Answer a list."""
        url = urlsplit(self.path)
        query = dict(parse_qsl(url.query))
        self.log.append(self.path)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._answer(401, {"error": "the token is missing or wrong"})
        elif url.path not in self.records:
            self._answer(404, {"error": "no such list"})
        else:
            found = [one for one in self.records[url.path] if one["updated_at"] >= query.get("updated_since", "")]
            found.sort(key=lambda one: one["updated_at"])
            page, size = int(query.get("page", 1)), min(20, int(query.get("per_page", 20)))
            last = page * size >= len(found)
            further = f"http://{self.headers['Host']}{url.path}?{urlencode({**query, 'page': page + 1})}"
            self._answer(200, {"data": found[(page - 1) * size : page * size], "next": None if last else further})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def main() -> None:
    """Serve until somebody stops it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    port = parser.parse_args().port
    print(f"http://127.0.0.1:{port}/v1/members, /v1/clubs, token {TOKEN}")  # noqa: T201 - a script
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
