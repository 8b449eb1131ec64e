"""People as somebody's CSV table has them, with the truth of who is who beside it.

    python -m benchmarks.people --rows 1000000 people.csv [--seed N]

writes `people.csv` and `people_truth.parquet`. Made are about 1.6 rows a person, in no order; a person's rows are a
chain of up to six in which neighbours share an e-mail and a phone in turns. On top of that:

- switchboards and personal-looking shared mailboxes, each on `degree` (1,000) different people, one of each for every
  100,000 rows;
- role mailboxes (`info@…`) of companies on 4 % of the people;
- 3 % of the e-mails and of the phones are bad: broken, junk, or a placeholder; a tenth of people with one row has none;
- names in capitals, in small letters, with an initial, a nickname or the parts swapped, each on a few rows in 100;
- numbers of eight countries in six notations, with the country as a code, as a name or not at all.

The truth has a row for each row of the CSV file: `file`, `row` (from 0), `person`, and what was done to the row. A
person whose link between two rows was spoiled by a bad value is one person nevertheless: not all of it can be found.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

MOST_ROWS: Final = 10_000_000
"""The ranges of numbers hold as many people as these rows make."""

LONGER: Final = {2: 0.24, 3: 0.09, 4: 0.03, 5: 0.012, 6: 0.008}
"""Rows of a person → share of the people; the others have one."""

ROLES: Final = ("info", "sales", "office", "support", "kontakt")
ROLE_SHARE: Final = 0.04
CHUNK: Final = 250_000

Draws = npt.NDArray[np.int64]

_COUNTRIES: Final = {
    "US": ("1", "", "United States"),
    "DE": ("49", "0", "Germany"),
    "GB": ("44", "0", "United Kingdom"),
    "FR": ("33", "0", "France"),
    "ES": ("34", "", "Spain"),
    "IT": ("39", "", "Italy"),
    "NL": ("31", "0", "Netherlands"),
    "CH": ("41", "0", "Switzerland"),
}
_FIRSTS: Final = (
    *("Robert/Bob", "William/Bill", "Elizabeth/Liz", "Katherine/Kate", "Michael/Mike", "Thomas/Tom", "James/Jim"),
    *("Margaret/Peggy", "Richard/Dick", "Susan/Sue", "Daniel/Dan", "Matthew/Matt", "Anthony/Tony", "Patricia/Pat"),
    *("Jennifer/Jen", "Christopher/Chris", "Alexander/Alex", "Samuel/Sam", "Benjamin/Ben", "Edward/Ted"),
    *("Johannes/Hannes", "Jürgen", "Renée", "José/Pepe", "Zoë", "Søren", "Françoise", "Lukas", "Emma", "Mia", "Noah"),
    *("Giulia", "Marco", "Sofía", "Lucía", "Hugo", "Chloé", "Sven", "Anke", "Femke", "Ruben", "Priya", "Wei", "Aisha"),
)
_STEMS: Final = (
    *("Ahl", "Berg", "Brink", "Dorn", "Eich", "Falk", "Grün", "Hart", "Heid", "Kalt", "Kirch", "Lind", "Lund", "Mor"),
    *("Nord", "Oster", "Rosen", "Sand", "Schön", "Stein", "Tann", "Wald", "Weiss", "Wester", "Win", "Ash", "Black"),
    *("Clay", "Green", "Hay", "Long", "Mill", "Red", "Stan", "Strat", "Thorn", "Whit", "Wood", "Bel", "Mont", "Val"),
)
_ENDINGS: Final = (
    *("mann", "er", "bach", "feld", "hoff", "dorf", "meier", "brück", "stedt", "holm", "gren", "strand", "ström"),
    *("ton", "ley", "ford", "field", "worth", "well", "land", "man", "by", "wick", "son", "ini", "etti", "ard", "eau"),
)
_FIRMS: Final = (
    "Nordwerk",
    "Bluewater",
    "Atlas Logistik",
    "Solaris",
    "Kestrel",
    "Ponte Nuovo",
    "Grand Sud",
    "Veldkamp",
)
_TITLES: Final = (
    "CEO",
    "Head of Sales",
    "Buyer",
    "Engineer",
    "Assistant",
    "Controller",
    "Geschäftsführer",
    "Consultant",
)
_TAGS: Final = ("customer", "newsletter", "customer;newsletter", "lead;fair 2026", "supplier")
_FREE_HOSTS: Final = (
    "gmail.com",
    "outlook.com",
    "gmx.de",
    "yahoo.com",
    "web.de",
    "hotmail.com",
    "icloud.com",
    "orange.fr",
)
_AREAS: Final = (
    "212",
    "213",
    "303",
    "305",
    "312",
    "313",
    "404",
    "412",
    "415",
    "503",
    "512",
    "602",
    "617",
    "702",
    "713",
)


def write(path: Path, rows: int, seed: int = 1) -> Path:
    """Write `rows` people to a CSV file and the truth beside it; returns the path of the truth.

    Memory is bounded: some 20 bytes a row, and a chunk of rows as text.

    Raises:
        ValueError: fewer than 100 or more than `MOST_ROWS` rows are asked for.
    """
    if not 100 <= rows <= MOST_ROWS:
        raise ValueError(f"between 100 and {MOST_ROWS:,} rows can be made, not {rows:,}")
    truth_path = path.with_name(f"{path.stem}_truth.parquet")
    chance = np.random.default_rng(seed)
    lengths = _lengths(rows)
    switchboard, mailbox, role = _shared(lengths, rows, chance)
    person = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    starts = np.cumsum(lengths) - lengths
    order = chance.permutation(rows).astype(np.int32)
    csv_writer: pcsv.CSVWriter | None = None
    truth_writer: pq.ParquetWriter | None = None
    with duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "2GB"}) as database:
        _say_words(database)
        statement = Path(__file__).with_suffix(".sql").read_text("utf-8")
        for begin in range(0, rows, CHUNK):
            places = order[begin : begin + CHUNK]
            who = person[places].astype(np.int64)
            drawn = {
                "position": np.arange(begin, begin + len(places)),
                "person": who,
                "place": places - starts[who],
                "places": lengths[who].astype(np.int64),
                "switchboard": np.where(places == starts[who], switchboard[who], -1).astype(np.int64),
                "mailbox": mailbox[who].astype(np.int64),
                "role": role[who].astype(np.int64),
                **_person_draws(who, len(lengths), seed),
                **_row_draws(len(places), chance),
            }
            database.register("drawn", pa.table(drawn))
            made = database.sql(statement).to_arrow_table()
            split = made.column_names.index("person")
            text, truth = made.select(made.column_names[:split]), made.select(made.column_names[split:])
            files = pa.array([path.name] * len(truth), pa.string())
            truth = truth.add_column(0, "file", files).add_column(1, "row", pa.array(drawn["position"]))
            if csv_writer is None or truth_writer is None:
                csv_writer = pcsv.CSVWriter(path, text.schema, write_options=pcsv.WriteOptions(quoting_style="needed"))
                truth_writer = pq.ParquetWriter(truth_path, truth.schema, compression="zstd")
            csv_writer.write_table(text)
            truth_writer.write_table(truth)
    if csv_writer is not None and truth_writer is not None:
        csv_writer.close()
        truth_writer.close()
    return truth_path


def degree(rows: int) -> int:
    """How many people share a switchboard, or a shared mailbox: 1,000, fewer where there are few people."""
    return min(1000, rows // 16)


def hubs(rows: int) -> int:
    """How many switchboards there are, and as many shared mailboxes."""
    return max(1, rows // 100_000)


def _lengths(rows: int) -> npt.NDArray[np.int8]:
    """How many rows each person has, those with one first; together exactly `rows`."""
    people = rows / 1.6
    longer = np.concatenate([np.full(round(share * people), length) for length, share in LONGER.items()])
    return np.concatenate([np.ones(rows - int(longer.sum())), longer]).astype(np.int8)


def _shared(
    lengths: npt.NDArray[np.int8], rows: int, chance: np.random.Generator
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], npt.NDArray[np.int8]]:
    """Who is behind which switchboard, shared mailbox and role mailbox: its number, or -1.

    The mailboxes go to people of one row (their e-mail is no link of a chain), the switchboards to anybody's first row
    (its phone is none).
    """
    people, count, size = len(lengths), hubs(rows), degree(rows)
    switchboard, mailbox = np.full(people, -1, np.int16), np.full(people, -1, np.int16)
    role = np.full(people, -1, np.int8)
    numbers = np.repeat(np.arange(count, dtype=np.int16), size)
    mailbox[: len(numbers)] = numbers
    with_role = slice(len(numbers), len(numbers) + int(people * ROLE_SHARE))
    role[with_role] = chance.integers(0, len(ROLES), with_role.stop - with_role.start)
    switchboard[chance.choice(np.arange(with_role.stop, people), len(numbers), replace=False)] = numbers
    return switchboard, mailbox, role


def _person_draws(who: Draws, people: int, seed: int) -> dict[str, Draws]:
    """Draws that are the same in every row of a person."""
    ranges = {
        "first_number": len(_FIRSTS),
        "last_number": len(_STEMS) * len(_ENDINGS),
        "country_number": len(_COUNTRIES),
        "company": max(1, people // 20),
    }
    return {
        name: (_mixed(who, seed * 100 + salt) % np.uint64(most)).astype(np.int64)
        for salt, (name, most) in enumerate(ranges.items())
    }


def _mixed(numbers: Draws, salt: int) -> npt.NDArray[np.uint64]:
    """Numbers → numbers that look random, the same each time: the finaliser of SplitMix64 (Steele, Lea, Flood 2014)."""
    mixed = numbers.astype(np.uint64) + np.uint64((salt + 1) * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _row_draws(rows: int, chance: np.random.Generator) -> dict[str, Draws]:
    names = ("name", "email", "phone", "spelling", "notation", "country", "company", "title", "tags")
    return {f"roll_{name}": chance.integers(0, 1_000_000, rows) for name in names}


def _say_words(database: duckdb.DuckDBPyConnection) -> None:
    names = [first.partition("/") for first in _FIRSTS]
    words: dict[str, list[Any]] = {
        "firsts": [first for first, _, _ in names],
        "nicknames": [nickname or first for first, _, nickname in names],
        "stems": list(_STEMS),
        "endings": list(_ENDINGS),
        "firms": list(_FIRMS),
        "titles": list(_TITLES),
        "tags": list(_TAGS),
        "roles": list(ROLES),
        "free_hosts": list(_FREE_HOSTS),
        "areas": list(_AREAS),
        "countries": list(_COUNTRIES),
        "calling_codes": [code for code, _, _ in _COUNTRIES.values()],
        "trunks": [trunk for _, trunk, _ in _COUNTRIES.values()],
        "country_names": [name for _, _, name in _COUNTRIES.values()],
    }
    for name, values in words.items():
        database.execute(f"SET VARIABLE {name} = $1", [values])


def generate(argv: list[str] | None = None) -> None:
    """Read the command line and write the files."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.people", description="Make people, with the truth.")
    parser.add_argument("path", type=Path, help="the CSV file to write")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(argv)
    print(write(given.path, given.rows, given.seed))


if __name__ == "__main__":
    generate()
