"""A contact field that nobody has heard of, from a CSV column to the CRM and back: run as a program of its own."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from connectors import records

ROW = records.Field("nickname", "what friends say", crm="properties.nickname", equality="json", plain=True)
HEADER = "ID,First name,Last name,Email,Called"


def main() -> None:
    """Add the row to the table of fields, sync a file that has the field, and say what came of it."""
    records.CONTACT = replace(records.CONTACT, fields=(*records.CONTACT.fields, ROW))  # type: ignore[misc]
    records.SCHEMAS["contacts"] = records.LANDED["contacts"] = records.CONTACT
    # What follows reads the table when it is imported.
    from pipelines.report import explain
    from tests.pipelines.workshop import AGAIN, Workshop

    shop = Workshop(Path(sys.argv[1]))
    source = {"kind": "csv_file", "options": {"path": "inbox"}, "columns": {"nickname": "Called"}, "blank_clears": True}
    shop.sections = {"sources": {"inbox": source}}

    def nicknames() -> list[object]:
        return [shop.contact(name).properties.get("nickname") for name in ("Lovelace", "Turing")]

    def told(ada: str, alan: str, day: int) -> None:
        rows = f"1,Ada,Lovelace,ada@acme.com,{ada}\n2,Alan,Turing,alan@acme.com,{alan}"
        shop.file("a.csv", f"{HEADER}\n{rows}", day=day)
        shop.run()

    told("Countess", "Prof", 1)
    say("created", nicknames())
    (ada,) = explain.find(shop.work("explained"), "ada@acme.com")
    say("explained", [value for field, value, *_ in ada.fields if field == ROW.name])
    shop.run(*AGAIN)
    say("sent again", shop.rows("applied"))
    alan = shop.contact("Turing")
    shop.edit(alan.id, properties={**alan.properties, "nickname": "Al"})
    told("Lady", "Professor", 2)
    say("changed by the source, and by a human", nicknames())
    told("", "Professor", 3)
    say("cleared by the source", nicknames())


def say(what: str, value: object) -> None:
    """Print one line."""
    sys.stdout.write(f"{what}: {value}\n")


if __name__ == "__main__":
    main()
