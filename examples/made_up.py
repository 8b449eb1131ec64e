"""The people and companies of the example inbox, who do not exist.

Domains end in `.example`; phone numbers are from ranges set apart for fiction.
"""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

COMPANIES = """
Northwind Bridges|Civil engineering|Chicago|US;Blue Heron Labs|Biotechnology|Boston|US;Prairie Solar|Energy|Chicago|US
Copper Kettle Coffee|Food|San Francisco|US;Lantern Software|Software|San Francisco|US;Harbor & Pine|Retail|Boston|US
Mesa Robotics|Machinery|San Francisco|US;Juniper Health|Health care|New York|US;Wren Analytics|Software|New York|US
Tidewater Freight|Logistics|Washington|US;Thistle & Sons|Retail|London|GB;Greyfriars Press|Publishing|London|GB
Kestrel Insurance|Insurance|London|GB;Albion Ferries|Transport|London|GB;Foxglove Care|Health care|London|GB
Marlow Instruments|Machinery|London|GB;Saffron Kitchens|Food|London|GB;Beacon Learning|Education|London|GB
Bärwald Maschinenbau|Machinery|Berlin|DE;Spreewerk|Software|Berlin|DE;Havelland Energie|Energy|Berlin|DE
Lindenblatt Verlag|Publishing|Berlin|DE;Nordlicht Logistik|Logistics|Berlin|DE;Kranich Pharma|Biotechnology|Berlin|DE
Brückenbau Vogt|Civil engineering|Berlin|DE;Möwe Touristik|Travel|Berlin|DE;Café Zeitlos|Food|Berlin|DE
Atelier Rivière|Design|Paris|FR;Lumière Optique|Machinery|Paris|FR;Vignobles Marchand|Food|Paris|FR
Éditions du Phare|Publishing|Paris|FR;Pont-Neuf Conseil|Consulting|Paris|FR;Azur Mobilité|Transport|Paris|FR
Skärgård Data|Software|Stockholm|SE;Fjällräv Outdoor|Retail|Stockholm|SE;Vasastad Bygg|Civil engineering|Stockholm|SE
Wattle Creek Wines|Food|Sydney|AU;Kookaburra Media|Media|Sydney|AU;Banksia Finance|Finance|Sydney|AU
Coral Bay Marine|Transport|Sydney|AU
"""
FIRST = """
Amelia Noah Grace Oliver Priya Marcus Hannah Jürgen Zoë François Chloé Łukasz Małgorzata Şeyma Çağlar Nguyễn
Thảo Björn Åsa Inés Íñigo João Lucía Søren Mikołaj Élodie Gökhan Anneliese Tobias Ravi Fatou Kwame Sinéad Tomáš Željka
Ibrahim Leila Anton Freya Mateo
"""
LAST = """
Whitfield Okafor Lindqvist Müller Größmann Lefèvre Beaumont Wiśniewska Dąbrowski Yıldız Öztürk Phạm Đặng Ström
Hägg Muñoz Garmendia Conceição Ibáñez Kjær Zieliński Châtelain Aydın Brandstätter Krüger Iyer Diallo Mensah Ó'Brien
Novák Horvat Haddad Rahimi Petersen Ashdown Delgado
"""
OTHER_SCRIPTS = """
太郎|山田|t.yamada;花子|鈴木|h.suzuki;محمد|الفارسي|m.alfarsi;ليلى|حداد|l.haddad;Ольга|Соколова|o.sokolova
Дмитрий|Лебедев|d.lebedev;Ελένη|Παπαδοπούλου|e.papadopoulou;Νίκος|Γεωργίου|n.georgiou;민준|김|m.kim;伟|王|w.wang
"""
TITLES = """
Account Manager|Buyer|Chief Engineer|Data Analyst|Event Manager|Finance Director|Head of Sales|IT Lead
Marketing Manager|Office Manager|Operations Director|Product Owner|Project Lead|Researcher
"""
AREAS = {"Chicago": "312", "Boston": "617", "San Francisco": "415", "New York": "212", "Washington": "202"}
COUNTRIES = {
    "US": "United States",
    "GB": "United Kingdom",
    "DE": "Germany",
    "FR": "France",
    "SE": "Sweden",
    "AU": "Australia",
}


def listed(text: str) -> list[list[str]]:
    """Entries divided by `;` or line ends, each cut at `|`."""
    return [entry.split("|") for entry in text.strip().replace("\n", ";").split(";")]


def companies() -> list[Company]:
    """All companies, in the order of their numbers."""
    return [Company(number, *entry) for number, entry in enumerate(listed(COMPANIES))]


def people(rng: random.Random, companies: list[Company]) -> list[Person]:
    """Six people for each company, no two of one name, and ten whose names are not in Latin letters."""
    pairs = [(first, last) for first in FIRST.split() for last in LAST.split()]
    names = [(first, last, "") for first, last in rng.sample(pairs, 6 * len(companies))]
    other = listed(OTHER_SCRIPTS)
    names[10:20] = [(first, last, handle) for first, last, handle in other]
    titles = [title for (title,) in listed(TITLES.replace("|", ";"))]
    found = []
    for index, (first, last, handle) in enumerate(names):
        company = companies[index % len(companies)]
        local = handle or f"{ascii_of(first)}.{ascii_of(last)}"
        phone = company.phone(10 + index // len(companies) + company.number % 10 * 8)
        found.append(Person(first, last, f"{local}@{company.domain}", phone, rng.choice(titles), company))
    return found


def ascii_of(text: str) -> str:
    """The text in plain letters, for addresses."""
    text = text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("ı", "i").replace("ø", "o")
    text = text.replace("Ø", "O").replace("æ", "ae").replace("đ", "d").replace("Đ", "D").replace("ð", "d")
    return "".join(c for c in unicodedata.normalize("NFKD", text) if c.isascii() and c.isalnum()).lower()


@dataclass(frozen=True)
class Company:
    """A company; `number` counts them from 0 and makes its phone and id."""

    number: int
    name: str
    industry: str
    city: str
    country: str

    @property
    def domain(self) -> str:
        """Its web address."""
        return f"{ascii_of(self.name)}.example"

    @property
    def switchboard(self) -> str:
        """The number that everyone there may give."""
        return self.phone(self.number % 10)

    def phone(self, extension: int) -> str:
        """An international number from a range for fiction; `extension` from 0 to 99."""
        n = self.number % 10 * 100 + extension
        return {
            "US": f"+1 {AREAS.get(self.city)}-555-01{extension:02d}",
            "GB": f"+44 20 7946 0{n:03d}",
            "DE": f"+49 30 23125 {n:03d}",
            "FR": f"+33 1 99 00 {n // 100:02d} {n % 100:02d}",
            "SE": f"+46 8 465 004 {extension:02d}",
            "AU": f"+61 2 5550 {n:04d}",
        }[self.country]


@dataclass(frozen=True)
class Person:
    """Someone at a company."""

    first: str
    last: str
    email: str
    phone: str
    title: str
    company: Company
