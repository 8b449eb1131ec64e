"""Runs over a network that does its worst, killed over and over: `python -m tests.torture.outages --kills 64 --seed 7`.

The embedded CRM, a faulty proxy before it and the worker are three processes. In each round the sources change, a human
edits contacts in the CRM, and a run meets an outage or faults at random, and is killed at one of its writing calls or
at any moment. After some rounds the network is well: runs go on until one sends nothing, and then

- everybody whom the sources name is there, with what they say, exactly once, and so is each one's entry;
- what a human edited stands;
- a run that says that a second plan would be empty is followed by one that sends nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from urllib.request import Request, urlopen

from connectors.errors import BridgeError
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from tests.connectors.giant_context.server.crm import KEY, REPOSITORY, served
from tests.pipelines.forks import warm
from tests.pipelines.workshop import SYNC, Workshop
from tests.torture.faulty_proxy import LONGEST_DELAY

ROUNDS: Final = 8
"""Rounds, each with a death or an outage, before the network is well."""
HEALTHY_RUNS: Final = 6
"""Runs over a good network after which everything has arrived."""
FIELDS: Final = ("title", "department")
HEADER: Final = ("ID", "First name", "Last name", "Email", "Phone", "Job title", "Department", "Tags")


@dataclass
class Person:
    """What the sources say of somebody now."""

    number: int
    title: str
    department: str

    @property
    def email(self) -> str:
        """By which they are found in the CRM."""
        return f"p{self.number}@torture.example"

    @property
    def row(self) -> tuple[str, ...]:
        """Their line in the file."""
        name = (f"First{self.number}", f"Last{self.number}", self.email, f"+1 312 555 {self.number:04d}")
        return (str(self.number), *name, self.title, self.department, "customer")


@dataclass
class World:
    """One CRM behind one proxy, its sources and its humans."""

    root: Path
    proxy: str
    upstream: str
    chance: random.Random
    people: list[Person] = field(default_factory=list)
    edits: dict[str, dict[str, str | None]] = field(default_factory=dict)
    """By e-mail: what a human typed last."""
    day: int = 0
    counted: Counter[str] = field(default_factory=Counter)

    def shop(self, url: str) -> Workshop:
        """The data folder, and the CRM by way of `url`."""
        ids = {"organization_id": ORGANIZATION_ID, "project_id": PROJECT_ID, "app_id": APP_ID}
        return Workshop(
            self.root,
            crm={"base_url": url, **ids, "writes": True},
            limits={"threads": 1, "settle_seconds": 2 * LONGEST_DELAY, "deadline_seconds": 4},
            gates={"created": 10**6, "overwritten": 10**6},
        )

    def tell(self, **orders: Any) -> None:
        """Tell the proxy what to do from now on."""
        request = Request(f"{self.proxy}/proxy", json.dumps(orders).encode(), {"content-type": "application/json"})  # noqa: S310 - our own
        urlopen(request).close()  # noqa: S310 - our own

    def asked(self) -> Counter[str]:
        """What the proxy has done so far."""
        with urlopen(f"{self.proxy}/proxy") as answer:  # noqa: S310 - our own
            return Counter(json.load(answer))

    def quiet(self) -> None:
        """Wait until nothing is under way any more: a human acts on what stands there."""
        while self.asked()["under_way"]:
            time.sleep(0.05)

    # What happens in a round

    def change_sources(self) -> None:
        """People come, and some of those who are there change."""
        chance = self.chance
        for person in self.people:
            for name in FIELDS:
                if chance.random() < 0.2:
                    setattr(person, name, f"{name} {chance.randrange(10**6)}")
        first = len(self.people)
        self.people += [Person(n, f"title {n}", f"department {n}") for n in range(first, first + chance.randint(6, 18))]
        self.day += 1
        self.shop(self.upstream).table("people.csv", HEADER, [person.row for person in self.people], day=self.day)

    def edit(self) -> None:
        """A human changes and clears values of contacts."""
        human = self.shop(self.upstream)
        for contact in human.contacts():
            if self.chance.random() < 0.25:
                name = self.chance.choice(FIELDS)
                value = self.chance.choice([None, f"by hand {self.chance.randrange(10**6)}"])
                if getattr(contact, name) != value:
                    human.edit(contact.id, **{name: value})
                    self.edits.setdefault(str(contact.email), {})[name] = value
                    self.counted["edits"] += 1

    def run(self, *, kill: bool) -> int:
        """A run in a process of its own, killed or not; returns 0, 1 for an error that is told, or -9."""
        timer = kill and self.chance.random() < 0.3
        read, write = os.pipe()
        process = os.fork()
        if not process:
            os.read(read, 1)  # until the proxy knows whom to kill
            code = 0
            try:
                self.shop(self.proxy).run("reach", *SYNC, "verify")
            except BridgeError:
                code = 1
            except BaseException:  # noqa: BLE001 - told, and counted by the parent
                sys.excepthook(*sys.exc_info())
                code = 2
            os._exit(code)
        if kill and not timer:
            when = self.chance.choice(["before", "after"])
            self.tell(**self.weather, kill={"pid": process, "at": self.chance.randint(1, 25), "when": when})
        os.write(write, b"!")
        if timer:
            time.sleep(self.chance.random() * 4)
            os.kill(process, signal.SIGKILL)
        os.close(read)
        os.close(write)
        _, status = os.waitpid(process, 0)
        end = os.waitstatus_to_exitcode(status)
        self.counted["runs"] += 1
        self.counted["kills"] += end == -signal.SIGKILL
        if end == 2:
            raise AssertionError("a run ended with an error that nobody expected: see above")
        return end

    def round(self) -> None:
        """Sources and humans change, and a run does not come to its end."""
        self.change_sources()
        self.quiet()
        self.edit()
        if self.chance.random() < 0.25:
            self.weather: dict[str, Any] = {"outage": [self.chance.choice(["/contacts", "/activities", "/fields"])]}
            self.counted["outages"] += 1
        else:
            self.weather = {"share": self.chance.choice([0.0, 0.1, 0.3])}
        self.tell(**self.weather)
        self.run(kill="outage" not in self.weather)
        self.quiet()

    # What must hold

    def heal(self) -> list[str]:
        """Run over a good network until a run sends nothing; returns what is wrong with that."""
        self.weather = {}
        self.tell()
        wrong = []
        promised = False
        for _ in range(HEALTHY_RUNS):
            before = self.asked()["writes"]
            if self.run(kill=False) != 0:
                wrong.append("a run over a good network ended with an error")
            sent = self.asked()["writes"] - before
            if promised and sent:
                wrong.append(f"{sent} writes after a run whose second plan would be empty")
            if promised:
                return wrong
            promised = not self.shop(self.upstream).rows("remaining")
        return [*wrong, f"still not done after {HEALTHY_RUNS} runs over a good network"]

    def wrong(self) -> list[str]:
        """What the CRM holds that it should not, or the other way round."""
        human = self.shop(self.upstream)
        contacts = human.contacts()
        found = Counter(contact.email for contact in contacts)
        wrong = [f"{email} is there {count} times" for email, count in found.items() if count > 1]
        wrong += [f"{person.email} never arrived" for person in self.people if not found[person.email]]
        said = {person.email: person for person in self.people}
        for contact in contacts:
            email = str(contact.email)
            for name in FIELDS:
                edits = self.edits.get(email, {})
                stands, wanted = getattr(contact, name), edits.get(name, getattr(said[email], name))
                if stands != wanted:
                    whose = "a human's edit" if name in edits else "what the sources say"
                    wrong.append(f"{email}: {name} is {stands!r}, not {wanted!r}, which is {whose}")
            entries = Counter(str(entry.data.get("externalId")) for entry in human.timeline(contact.id))
            if sum(entries.values()) != 1:
                wrong.append(f"{email} has {sum(entries.values())} entries: {dict(entries)}")
        return wrong


@contextmanager
def worlds(seed: int) -> Iterator[World]:
    """A fresh CRM, a proxy before it, and nothing in either."""
    with TemporaryDirectory(prefix="outages-") as folder, served(Path(folder) / "crm") as (upstream, _):
        command = [sys.executable, "-m", "tests.torture.faulty_proxy", upstream, str(seed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
            try:
                assert process.stdout is not None
                proxy = process.stdout.readline().strip()
                yield World(Path(folder) / "world", proxy, upstream, random.Random(seed))  # noqa: S311 - no secret
            finally:
                process.kill()


def walk(seed: int, counted: Counter[str]) -> list[str]:
    """Go through one world; returns what is wrong at its end."""
    with worlds(seed) as world:
        for _ in range(ROUNDS):
            world.round()
        wrong = world.heal() + world.wrong()
        counted.update(world.counted)
        counted["people"] += len(world.people)
        done = world.asked()
        counted.update({name: count for name, count in done.items() if name not in ("under_way", "killed")})
        return wrong


def main() -> int:
    """Walk worlds until there were enough kills; returns 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture.outages")
    parser.add_argument("--kills", type=int, default=64)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    os.environ["CRM_BRIDGE_CRM_API_KEY"] = KEY
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    warm()
    counted: Counter[str] = Counter()
    broken = 0
    while counted["kills"] < given.kills:
        wrong = walk(seed, counted)
        broken += bool(wrong)
        told = "".join(f"\n    {line}" for line in wrong)
        sys.stdout.write(f"seed {seed}: {'BROKEN' if wrong else 'held'}, {counted['kills']} kills so far{told}\n")
        sys.stdout.flush()
        seed += 1
    sys.stdout.write(", ".join(f"{count} {name}" for name, count in sorted(counted.items())) + "\n")
    return min(1, broken)


if __name__ == "__main__":
    sys.exit(main())
