"""Write the example inbox: made-up people in five exports, with the troubles that real exports have.

`python examples/make_inbox.py` rewrites the same bytes each time, and `examples/README.md`, which lists where each
trouble stands.
"""

from __future__ import annotations

import csv
import io
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from made_up import COUNTRIES, LAST, Company, Person, ascii_of, companies, people

HEADERS = {
    "google_contacts.csv": "First Name,Middle Name,Last Name,Organization Name,Organization Title,Birthday,Notes,"
    "Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,"
    "Phone 2 - Label,Phone 2 - Value,Address 1 - Country",
    "linkedin_connections.csv": "First Name,Last Name,URL,Email Address,Company,Position,Connected On",
    "hubspot_contacts.csv": "Record ID,First Name,Last Name,Email,Phone Number,Job Title,Company Name,Contact owner,"
    "Lifecycle Stage,Lead Status,Create Date,Last Modified Date,Country/Region,Associated Company,"
    "Associated Company IDs",
    "hubspot_companies.csv": "Record ID,Company name,Company Domain Name,Company owner,Industry,Number of Employees,"
    "Phone Number,City,Country/Region,Last Modified Date",
    "webinar_signups.csv": "Signup ID,Full name,Email,Phone,Company,Job title,Country,Tags,Updated at",
}
PREAMBLE = (
    'Notes:\r\n"When exporting your connection data, you may notice that some of the email addresses are missing. '
    'You will only see email addresses for connections who have ""allowed"" it."\r\n\r\n'
)
Cells = dict[str, str]


@dataclass
class Inbox:
    """Rows by file, each with the troubles it stands for."""

    rng: random.Random
    rows: dict[str, list[tuple[list[str], tuple[str, ...]]]] = field(default_factory=dict)
    day: date = date(2026, 10, 30)

    def add(self, file: str, cells: Cells, *cases: str, extra: tuple[str, ...] | None = None) -> None:
        """Add a row; `extra` cells make it too long, an empty `extra` cuts its last cells off."""
        header = HEADERS[file].split(",")
        if unknown := cells.keys() - set(header):
            raise KeyError(unknown)
        row = [cells.get(column, "") for column in header]
        if extra is not None:
            row = [*row, *extra] if extra else row[:-3]
        self.rows.setdefault(file, []).append((row, cases))

    def before(self, days: int) -> date:
        """A day up to so many before the export."""
        return self.day - timedelta(days=self.rng.randrange(1, days))

    def google(self, who: Person, *cases: str, **more: str) -> None:
        """Add a person to the address book. `more` overrides cells."""
        cells = named("First Name,Last Name,Organization Name", who.first, who.last, who.company.name)
        cells |= named("Organization Title,Labels,E-mail 1 - Label", who.title, "* myContacts", "* Work")
        cells |= named("E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value", who.email, "Work", who.phone)
        cells |= {"Address 1 - Country": COUNTRIES[who.company.country]}
        self.add("google_contacts.csv", {**cells, **more}, *cases)

    def linkedin(self, who: Person, *cases: str, **more: str) -> None:
        """Add a connection; most show no e-mail."""
        handle = "-".join(filter(None, (ascii_of(who.first), ascii_of(who.last)))) or who.email.split("@")[0]
        cells = named("First Name,Last Name,Company,Position", who.first, who.last, who.company.name, who.title)
        cells |= {
            "URL": f"https://www.linkedin.example/in/{handle}-{who.company.number:02d}",
            "Email Address": who.email if self.rng.random() < 0.15 else "",
            "Connected On": f"{self.before(2000):%d %b %Y}",
        }
        self.add("linkedin_connections.csv", {**cells, **more}, *cases)

    def hubspot(self, who: Person, *cases: str, extra: tuple[str, ...] | None = None) -> None:
        """Add a CRM contact, linked to its company by id."""
        created = self.before(900)
        changed = min(created + timedelta(days=self.rng.randrange(30)), self.day)
        number = len(self.rows.get("hubspot_contacts.csv", []))
        cells = named("Record ID,First Name,Last Name", str(51_000_101 + 7 * number), who.first, who.last)
        cells |= named("Email,Phone Number,Job Title", who.email, who.phone, who.title)
        cells |= {
            "Company Name": who.company.name,
            "Contact owner": "Robin Vale",
            "Lead Status": self.rng.choice(["New", "Open", "Connected", ""]),
            "Lifecycle Stage": self.rng.choice(["Lead", "Opportunity", "Customer"]),
            "Create Date": f"{created} 09:{self.rng.randrange(60):02d}",
            "Last Modified Date": f"{changed} 16:{self.rng.randrange(60):02d}",
            "Country/Region": COUNTRIES[who.company.country],
            "Associated Company": who.company.name,
            "Associated Company IDs": str(9_000_001 + who.company.number),
        }
        self.add("hubspot_contacts.csv", cells, *cases, extra=extra)

    def webinar(self, who: Person, *cases: str, extra: tuple[str, ...] | None = None, **more: str) -> None:
        """Add a signup, typed by the person."""
        number = len(self.rows.get("webinar_signups.csv", [])) + 1
        cells = named("Signup ID,Full name,Email", f"W{number:04d}", f"{who.first} {who.last}", who.email)
        cells |= named("Phone,Company,Job title", who.phone, who.company.name, who.title)
        tags = self.rng.choice(["webinar", "webinar|newsletter"])
        cells |= named("Country,Tags,Updated at", who.company.country, tags, f"{self.before(60)}")
        self.add("webinar_signups.csv", {**cells, **more}, *cases, extra=extra)


def named(columns: str, *values: str) -> Cells:
    """Values by their column's name."""
    return dict(zip(columns.split(","), values, strict=True))


def fill(inbox: Inbox, everyone: list[Person]) -> None:
    """Put each person into one, two or three files."""
    for index, who in enumerate(everyone):
        latin = (who.first + who.last).encode("cp1252", "ignore").decode("cp1252") == who.first + who.last
        places: list[Callable[..., None]] = [inbox.hubspot, inbox.google, inbox.linkedin]
        if latin:  # the webinar's tool knows Windows-1252 only
            places.append(inbox.webinar)
        case = ("name in another script",) if 10 <= index < 20 else ()
        for place in inbox.rng.sample(places, 2 if case else inbox.rng.choice([1, 1, 1, 2, 2, 3])):
            place(who, *case)


def write(inbox: Inbox, folder: Path) -> None:
    """Write the files and the README that says on which line each trouble begins."""
    places: dict[str, list[str]] = {}
    (folder / "inbox").mkdir(parents=True, exist_ok=True)
    for name, header in HEADERS.items():
        webinar = name == "webinar_signups.csv"
        text = io.StringIO(newline="")
        text.write(PREAMBLE if name == "linkedin_connections.csv" else "")
        writer = csv.writer(text, delimiter=";" if webinar else ",")
        writer.writerow(header.split(","))
        rows = inbox.rows[name]
        if name != "hubspot_companies.csv":
            inbox.rng.shuffle(rows)
        for row, cases in rows:
            line = text.getvalue().count("\n") + 1
            writer.writerow(row)
            for case in cases:
                places.setdefault(case, []).append(f"{name}:{line}")
        encoding = {"webinar_signups.csv": "cp1252", "linkedin_connections.csv": "utf-8-sig"}.get(name, "utf-8")
        (folder / "inbox" / name).write_bytes(text.getvalue().encode(encoding))
    table = "\n".join(f"| {case} | {', '.join(f'`{place}`' for place in at)} |" for case, at in sorted(places.items()))
    (folder / "README.md").write_text(README.format(table=table), encoding="utf-8")


README = """# The example inbox

Five exports of people who do not exist: an address book, a list of connections, contacts and companies of another CRM,
and the signups of a webinar (semicolons, Windows-1252). `python examples/make_inbox.py` writes them, and this page.

Real exports have troubles, and so has this one. Here is where they stand, by file and line:

| trouble | where |
|---|---|
{table}
"""


def main(folder: Path) -> None:
    """Write everything below `folder`."""
    rng = random.Random(20261101)  # noqa: S311 - the same people each time; nothing secret
    inbox = Inbox(rng)
    firms = companies()
    fill(inbox, people(rng, firms))
    add_companies(inbox, firms)
    add_troubles(inbox, firms)
    write(inbox, folder)


def add_companies(inbox: Inbox, firms: list[Company]) -> None:
    """List every company once, and one of them twice."""
    twice = Company(len(firms), "NORTHWIND BRIDGES Inc.", "Civil engineering", "Chicago", "US")
    for company in [*firms, twice]:
        domain = "www.northwindbridges.example" if company is twice else company.domain
        size = str(inbox.rng.choice([12, 48, 150, 620, 2400]))
        changed = f"{inbox.before(300)} 11:{inbox.rng.randrange(60):02d}"
        cells = named(
            "Record ID,Company name,Company Domain Name", str(9_000_001 + company.number), company.name, domain
        )
        cells |= named("Company owner,Industry,Number of Employees", "Robin Vale", company.industry, size)
        cells |= named("Phone Number,City", company.switchboard, company.city)
        cells |= named("Country/Region,Last Modified Date", COUNTRIES[company.country], changed)
        cases = ("company listed twice",) if company in (firms[0], twice) else ()
        inbox.add("hubspot_companies.csv", cells, *cases)


def add_troubles(inbox: Inbox, firms: list[Company]) -> None:
    """Add the rows that real exports have and nobody wants."""
    bridges, thistle, spreewerk, riviere = firms[0], firms[10], firms[19], firms[27]

    def who(first: str, last: str, company: Company, email: str = "", phone: str = "") -> Person:
        return Person(first, last, email and f"{email}@{company.domain}", phone, "Buyer", company)

    marta = who("Márta", "Kövér", spreewerk, "marta.kover", spreewerk.phone(70))
    for place in (inbox.hubspot, inbox.google, inbox.linkedin, inbox.webinar):
        place(marta, "one person in four files")
    for tags in ("webinar", "newsletter"):
        inbox.webinar(who("Émile", "Garnier", riviere, "emile.garnier"), "one person twice in a file", Tags=tags)
    inbox.hubspot(who("Nora", "Quill", thistle, "nora.quill"), "same e-mail in another case")
    inbox.google(who("Nora", "Quill", thistle, "Nora.QUILL"), "same e-mail in another case")
    three = "same phone in three notations"
    inbox.google(who("Hugh", "Penrose", thistle, phone="+44 20 7946 0971"), three)
    inbox.hubspot(who("Hugh", "Penrose", thistle, phone="(020) 7946-0971"), three)
    inbox.webinar(who("Hugh", "Penrose", thistle, phone="0044 20 79460971"), three)
    chain = "chain: A and B share an e-mail, B and C a phone"
    inbox.google(who("Jonas", "Weber", spreewerk, "jweber"), chain)
    inbox.hubspot(who("J.", "Weber", spreewerk, "jweber", "+49 30 23125 981"), chain)
    inbox.webinar(who("Jonas", "Weber", spreewerk, phone="030 23125981"), chain)
    staff = "Ada Bram Cleo Dirk Esme Finn Gwen Hugo Iris Jack Kira Liam Maya Nils"
    for first, last in zip(staff.split(), LAST.split(), strict=False):
        person = who(first, last, bridges, first.lower(), bridges.switchboard)
        inbox.hubspot(person, "switchboard number of one company")
    for first, last in (("Otto", "Lang"), ("Pia", "Moll"), ("Ruth", "Nagel"), ("Sven", "Opitz"), ("Uta", "Quast")):
        inbox.webinar(who(first, last, spreewerk, "info"), "role mailbox shared by many")
    for first, email in (("Helen", "helen.marsh"), ("Peter", "peter.marsh")):
        inbox.google(who(first, "Marsh", thistle, email, "+44 20 7946 0955"), "couple with one home phone")
    bad = "no e-mail at all in the e-mail column"
    inbox.webinar(who("Jane", "Dole", bridges), bad, Email="jane@@northwindbridges.example")
    inbox.webinar(who("Karl", "Emmer", spreewerk, phone=spreewerk.phone(71)), bad, Email="n/a")
    inbox.webinar(who("Test", "Tester", bridges), "placeholder e-mail", Email="test@test.com")
    unreadable = "phone that cannot be read"
    inbox.hubspot(Person("Vera", "Holm", f"vera.holm@{spreewerk.domain}", "call me!", "Buyer", spreewerk), unreadable)
    inbox.webinar(who("Tim", "Ross", thistle, "tim.ross", "12"), unreadable)
    alone = "name only, nothing to match by"
    inbox.google(Person("Wanda", "Nobody", "", "", "", bridges), alone, **{"Organization Name": ""})
    fax = {"Phone 2 - Label": "Work Fax", "Phone 2 - Value": spreewerk.phone(99)}
    inbox.google(who("Gerd", "Faxer", spreewerk, "gerd.faxer", spreewerk.phone(72)), "fax in a numbered phone", **fax)
    two = f"{thistle.phone(73)} ::: {thistle.phone(74)}"
    inbox.google(
        who("Ines", "Paar", thistle, "ines.paar", two), "two phones in one cell", Labels="* myContacts ::: VIP"
    )
    note = {"Notes": 'Met at the fair.\nAsked for the "blue" brochure, twice.'}
    inbox.google(who("Lena", "Absatz", spreewerk, "lena.absatz"), "line break in a quoted cell", **note)
    private = who("Yusuf", "Amari", riviere)
    inbox.google(private, "free-mail address", **{"E-mail 1 - Value": "fictional.yusuf.amari.0000@gmail.com"})
    inbox.webinar(who("Rag", "Long", bridges, "rag.long"), "ragged row", extra=("", "one cell too many"))
    inbox.hubspot(who("Rag", "Short", bridges, "rag.short"), "ragged row", extra=())
    inbox.webinar(who("Nul\0", "Byte", bridges, "nul.byte"), "row with a NUL")
    inbox.webinar(who("Zoë", "Größmann-Lefèvre", riviere, "zoe.gl"), "accents in Windows-1252")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
