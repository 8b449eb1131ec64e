"""What each connector reads in the contract's tests: one function a connector, named as its module.

It lays out in an empty folder what the source would hold, and says what must come out of it. To join, a connector
gives at least two parts, one row that is set aside and one part that is refused, where its source can have those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connectors.contract import Source


@dataclass(frozen=True, slots=True)
class Sample:
    """A source in a known state.

    `options` are given as sync.toml would give them. `rows` counts the rows in of each part, good and set aside.
    `refused` names what is refused. `source` builds the Source of a connector that calls out, with a transport that
    stands for the other side; without it the connector's own `Source(options)` is taken.
    """

    options: Mapping[str, object]
    rows: Mapping[str, int]
    refused: frozenset[str] = frozenset()
    source: Callable[[Any], Source] | None = None


def csv_file(folder: Path) -> Sample:
    """A table kept by hand, an export of companies in another encoding with ragged rows, and no file at all."""
    (folder / "people.csv").write_text(
        'id,name,email,tags\n1,Anna,anna@acme.example,"a, b"\n2,"Bert\nBond",b@x.example,\n', encoding="utf-8"
    )
    companies = "Company Name;Website;City\nMüller;mueller.example;Köln\nshort\n\nLang;l.example;Bonn;extra;cells\n"
    (folder / "companies.csv").write_text(companies, encoding="cp1252")
    (folder / "nothing.csv").write_bytes(b"name,email\n")
    (folder / "twins.csv").write_text("email,Email\na,b\n", encoding="utf-8")
    return Sample(
        {"path": str(folder)}, {"companies.csv": 3, "nothing.csv": 0, "people.csv": 2}, refused=frozenset({"twins.csv"})
    )
