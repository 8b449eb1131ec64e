"""The plan becomes the journal page by page, and the journal calls batch by batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.applying import intentions
from tests.pipelines.faults import RoughShop

HEADER = "ID,First Name,Last Name,Email,Phone,Title,Company,Labels"


def people(count: int, title: str) -> str:
    """A file of so many people, in two companies."""
    rows = (
        f"{n},Ada,L{n},a{n}@c{n % 2}.example,+1 312-555-{1000 + n},{title} {n},Firm {n % 2},vip" for n in range(count)
    )
    return "\n".join([HEADER, *rows])


@pytest.mark.parametrize(("rows", "operations"), [(1, 1), (7, 2)])
def test_whatever_fits_into_memory_all_is_sent_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int, operations: int
) -> None:
    """Pages that end within a person's rows make one call of them all the same, with every field, tag and entry."""
    monkeypatch.setattr(intentions, "AT_ONCE", rows)
    monkeypatch.setattr(intentions, "BATCH", operations)
    shop = RoughShop(tmp_path, crm={"imported_activity": "change"})
    shop.file("a.csv", people(4, "Clerk"))
    shop.sync()
    assert shop.writes == ["POST companies"] * 2 + ["POST contacts"] * 4 + ["POST activities"] * 4
    shop.file("a.csv", people(4, "Chief"), day=2)
    shop.sync()
    assert shop.writes == ["PUT contacts/*"] * 4 + ["POST activities"] * 4
    found = {contact.last_name: (contact.title, contact.tags, bool(contact.company_id)) for contact in shop.contacts()}
    assert found == {f"L{n}": (f"Chief {n}", ["vip"], True) for n in range(4)}
