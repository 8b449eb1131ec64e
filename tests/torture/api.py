"""The embedded CRM's API, held by schemathesis against its own description: `python -m tests.torture.api --cases 2000`.

Whatever the description allows must be taken, whatever it does not must be refused, and every answer must be one that
it names. Most ids in the calls are of things that are there, so that calls reach what stands behind them.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from tests.connectors.giant_context.server.crm import KEY, REPOSITORY, ROOT, served

CASES: Final = 2000
FIRST_EXAMPLES: Final = 60
"""Of each call; doubled until there were cases enough."""

TENANT: Final = {"organizationId": ORGANIZATION_ID, "projectId": PROJECT_ID, "appId": APP_ID}


def fill(client: httpx.Client) -> dict[str, list[str]]:
    """Make a few of each kind, and return their ids by the name that a path or a body has for them."""

    def made(path: str, body: dict[str, str]) -> str:
        return str(client.post(f"{ROOT}/{path}", json=body).raise_for_status().json()["id"])

    companies = [made("companies", {"name": f"Company {n}"}) for n in range(3)]
    contacts = [
        made("contacts", {"firstName": "Ada", "lastName": f"L{n}", "companyId": companies[n]}) for n in range(3)
    ]
    logged = [made("activities", {"description": "Met", "contactId": contacts[n]}) for n in range(3)]
    return {"contactId": contacts, "companyId": companies, "activityId": logged}


def settings_of(ids: dict[str, list[str]], token: str) -> str:
    """The settings of schemathesis: who calls, and which values are worth a trial."""
    lines = [f'headers = {{ Authorization = "Bearer {token}" }}', "[parameters]"]
    lines += [f'"path.{name}" = "{value}"' for name, value in TENANT.items()]
    lines += [f'"path.{name}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in ids]
    # A link in a body is good or refused: no description can say which ids there are, nor that two names must agree.
    lines += [f'"body.{name}" = {{ dictionary = "{name}" }}' for name in ("contactId", "companyId")]
    lines += [f'"body.{name}" = {{ dictionary = "writer" }}' for name in ("source", "writtenBy")]
    for name, values in (ids | {"writer": ["crm"]}).items():
        lines += [f"[dictionaries.{name}]", f"values = {values}"]
    # Inside of free JSON: there a description cannot forbid it.
    lines += ["[generation]", "allow-x00 = false"]
    return "\n".join(lines)


def fuzz(seed: int, examples: int) -> tuple[int, bool, str]:
    """Make so many examples of each call of a fresh CRM; returns how many cases, whether all passed, the report."""
    with TemporaryDirectory(prefix="api-") as folder, served(Path(folder) / "data") as (base, _):
        token = httpx.post(base + wire.TOKEN_PATH, json={"apiKey": KEY}).json()["token"]
        with httpx.Client(base_url=base, headers={"authorization": f"Bearer {token}"}) as client:
            settings = Path(folder) / "schemathesis.toml"
            settings.write_text(settings_of(fill(client), token), encoding="utf-8")
        command = [sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(settings), "run"]
        options = ["--seed", str(seed), "--max-examples", str(examples), "--warnings", "off"]
        ended = subprocess.run(
            [*command, *options, f"{base}/openapi.json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=folder,  # it keeps what failed in its current folder
            env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.torture.api_hooks", "PYTHONPATH": str(REPOSITORY)},
        )
    told = re.search(r"(\d+) generated", ended.stdout)
    return int(told[1]) if told else 0, ended.returncode == 0, ended.stdout


def main() -> int:
    """Make cases until there are as many as wanted; returns 1 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.api")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    seed, examples = secrets.randbelow(1_000_000) if given.seed is None else given.seed, FIRST_EXAMPLES
    while True:
        cases, passed, report = fuzz(seed, examples)
        if not passed:
            sys.stdout.write(f"{report}\nreplay: python -m tests.torture.api --seed {seed} --cases {given.cases}\n")
            return 1
        sys.stdout.write(f"{cases} cases of the API, seed {seed}: 0 failures\n")
        sys.stdout.flush()
        if cases >= given.cases:
            return 0
        examples *= 2


if __name__ == "__main__":
    sys.exit(main())
