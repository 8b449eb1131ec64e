"""Companies: read by the public API, written by the extension."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.giant_context import wire
from tests.connectors.giant_context.server.crm import Crm, embedded


def test_a_company_has_every_field_of_the_contract(crm: Crm) -> None:
    """A company made through the extension reads back whole."""
    made = crm.company(industry="Steam", address={"city": "London", "postalCode": "W1"}, annualRevenue=1.5, size="1-10")
    assert set(made) == {field.alias for field in wire.Company.model_fields.values()}
    assert made["address"] == {"city": "London", "postalCode": "W1"}
    assert crm.call("GET", f"/companies/{made['id']}") == made
    changed = crm.call("PUT", f"/companies/{made['id']}", {"industry": None, "name": "Looms"})
    assert (changed["name"], changed["industry"], changed["size"]) == ("Looms", None, "1-10")
    crm.call("PUT", f"/companies/{made['id']}", {"name": None}, expect=400)
    crm.call("POST", "/companies", {"industry": "x"}, expect=400)


def test_companies_are_listed_newest_first_and_searched_by_name_or_industry(crm: Crm) -> None:
    """The list is ordered by creation; a search looks at both texts and follows changes."""
    first, second = crm.company(name="Analytical"), crm.company(name="Looms", industry="Textile")
    assert crm.ids("/companies") == [second["id"], first["id"]]
    assert crm.ids("/companies", search="LYTIC") == [first["id"]]
    assert crm.ids("/companies", search="xtil") == [second["id"]]
    crm.call("PUT", f"/companies/{second['id']}", {"industry": "Wool"})
    assert crm.ids("/companies", search="xtil") == []


def test_a_companys_contacts_are_ordered_by_name_and_counted(crm: Crm) -> None:
    """Contacts come by last name, then first; the count follows links, moves and removals."""
    company, other = crm.company()["id"], crm.company()["id"]
    for first, last in (("B", "zeta"), ("B", "Alpha"), ("A", "Zeta")):
        crm.contact(firstName=first, lastName=last, companyId=company)
    listed = crm.call("GET", f"/companies/{company}/contacts")
    assert [(row["lastName"], row["firstName"]) for row in listed] == [("Alpha", "B"), ("Zeta", "A"), ("zeta", "B")]
    crm.call("PUT", f"/contacts/{listed[0]['id']}", {"companyId": other})
    crm.store.remove_contact(listed[1]["id"])
    counts = [crm.call("GET", f"/companies/{one}")["contactCount"] for one in (company, other)]
    assert counts == [1, 1]


def test_an_unknown_company_answers_404(crm: Crm) -> None:
    """Each call about a company that does not exist says so."""
    for path in ("", "/contacts", "/activities"):
        crm.call("GET", f"/companies/nobody{path}", expect=404)
    crm.call("PUT", "/companies/nobody", {"name": "x"}, expect=404)


def test_company_writing_can_be_switched_off(tmp_path: Path) -> None:
    """Without the extension its calls answer 405, as an API that only reads companies does."""
    with embedded(tmp_path, company_writes=False) as crm:
        crm.call("POST", "/companies", {"name": "x"}, expect=405)
        crm.call("PUT", "/companies/x", {"name": "x"}, expect=405)
        crm.call("GET", "/companies")


@pytest.mark.parametrize("revenue", ["12", "inf", "NaN", True, 10**400])
def test_revenue_is_a_finite_number(crm: Crm, revenue: object) -> None:
    """A text, a truth value and what is not finite are refused, and leave nothing behind."""
    crm.call("POST", "/companies", {"name": "x", "annualRevenue": revenue}, expect=400)
    assert crm.call("GET", "/companies")["meta"]["total"] == 0
    assert crm.company(annualRevenue=12)["annualRevenue"] == 12.0


def test_what_cannot_be_answered_is_not_committed(crm: Crm) -> None:
    """A write whose answer JSON cannot hold answers 500 and has no effect; a page that holds it says what is wrong."""
    company = crm.company()["id"]
    crm.store.write(lambda connection: connection.execute("UPDATE companies SET annual_revenue = 9e999")).result()
    crm.call("PUT", f"/companies/{company}", {"name": "Looms"}, expect=500)
    assert "cannot be written as JSON" in crm.call("GET", "/companies", expect=500)["message"]
    crm.store.write(lambda connection: connection.execute("UPDATE companies SET annual_revenue = 1")).result()
    assert crm.call("GET", f"/companies/{company}")["name"] == "Engines"
