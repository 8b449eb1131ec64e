"""Contacts and companies that the CRM holds take part in who is who, and links outlive their keys."""

from __future__ import annotations

from typing import Any

from tests.pipelines.workshop import AGAIN, SYNC, TO_CLEAN, TO_RESOLVE, Workshop

HUBSPOT = (
    "Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Lifecycle Stage,"
    "Company Name,Associated Company IDs"
)
COMPANIES = "Record ID,Company name,Company Domain Name,Company owner"


def ids(shop: Workshop) -> dict[str, str]:
    """Each person's id by their first name."""
    records = {row["record_key"]: row for row in shop.rows("records")}
    return {records[row["record_key"]]["first_name"]: row["person_id"] for row in shop.rows("clusters")}


def matches(shop: Workshop) -> dict[str, str]:
    """The CRM contact that each person is."""
    return {row["person_id"]: row["crm_id"] for row in shop.rows("contact_matches")}


def work_at(shop: Workshop) -> dict[str, Any]:
    """The name of each person's company, by the person's first name."""
    companies = {row["company_id"]: row["name"] for row in shop.rows("golden_companies")}
    return {row["first_name"]: companies.get(row["company"]) for row in shop.rows("golden")}


def test_contact_is_found_by_any_of_its_keys(shop: Workshop) -> None:
    """By e-mail in any case, by phone with a compatible name, by a further e-mail; nobody is guessed by name."""
    email = shop.type_in(first_name="X", last_name="Y", email="Ann@Acme.com")
    phone = shop.type_in(first_name="B.", last_name="Roe", phone="(312) 555-0115")
    other = shop.type_in(first_name="C", last_name="Poe", properties={"other_emails": ["cat@acme.com"]})
    shop.type_in(first_name="Dan", last_name="Low", email="dan@home.example")
    shop.file(
        "people.csv",
        """Name,Email,Phone
        Ann Lee,ann@acme.com,
        Bob Roe,bob@acme.com,+1 312 555 0115
        Cat Poe,cat@acme.com,
        Dan Low,dan@acme.com,""",
    )
    shop.run(*TO_RESOLVE)
    person, found = ids(shop), matches(shop)
    assert found == {person["Ann"]: email.id, person["Bob"]: phone.id, person["Cat"]: other.id}


def test_email_to_one_contact_and_phone_to_another_is_for_a_human(shop: Workshop) -> None:
    """The e-mail decides who is updated; the two contacts are listed as candidates for a merge."""
    first = shop.type_in(first_name="Jane", last_name="Doe", email="jane@acme.com")
    second = shop.type_in(first_name="Jane", last_name="Doe", phone="+13125550115")
    shop.file("people.csv", "Name,Email,Phone\nJane Doe,jane@acme.com,312-555-0115")
    shop.run()
    (candidate,) = shop.rows("merge_candidates")
    assert (candidate["crm_id"], candidate["other_crm_id"]) == (first.id, second.id)
    assert list(matches(shop).values()) == [first.id]
    assert shop.contact(first.id).phone is None
    assert shop.contact(second.id).updated_at == second.updated_at
    assert len(shop.contacts()) == 2
    omitted = [row for row in shop.rows("plan") if row["decision"] == "omit"]
    assert [(row["field"], row["proposed"], row["rule"]) for row in omitted] == [
        ("phone", "+13125550115", "another contact of the CRM has it")
    ]


def test_one_person_with_two_contacts_by_email_is_listed(shop: Workshop) -> None:
    """The older contact is taken, the other is named beside it."""
    first = shop.type_in(first_name="Jane", last_name="Doe", email="jane@acme.com")
    second = shop.type_in(first_name="Jane", last_name="Doe", email="jane@home.example")
    shop.file("people.csv", "Name,Email\nJane Doe,jane@home.example;jane@acme.com")
    shop.run(*TO_RESOLVE)
    (candidate,) = shop.rows("merge_candidates")
    assert (candidate["crm_id"], candidate["other_crm_id"]) == (first.id, second.id)


def test_id_stays_when_records_come_and_keys_change(shop: Workshop) -> None:
    """A record with a lesser key joins, e-mails are corrected, a contact is merged: it is still the same person."""
    shop.file("n.csv", f"{HUBSPOT}\n51,Jane,Doe,jane@acme.com,,Robin,Lead,,")
    shop.run(*SYNC)
    before, contact = ids(shop)["Jane"], shop.contact("jane@acme.com")
    shop.file("a.csv", "Name,Email\nJanet Doe,jane@acme.com")
    shop.run(*SYNC)
    assert ids(shop) == {"Jane": before, "Janet": before}
    shop.file("n.csv", f"{HUBSPOT}\n51,Jane,Doe,jane.doe@acme.com,,Robin,Lead,,", day=2)
    shop.edit(contact.id, email="jd@acme.com")
    shop.run(*SYNC)
    assert set(ids(shop).values()) == {before}
    assert matches(shop) == {before: contact.id}
    assert len(shop.contacts()) == 1
    merged = shop.type_in(first_name="Jane", last_name="Doe", email="jane.doe@acme.com")
    shop.remove(contact.id)
    shop.run(*AGAIN)
    assert matches(shop) == {before: merged.id}
    assert len(shop.contacts()) == 1


def test_merge_by_a_human_leads_to_the_contact_that_is_left(shop: Workshop) -> None:
    """The archived one is nobody's any more: the person is the contact that got its e-mail, and nothing is listed."""
    shop.file("n.csv", f"{HUBSPOT}\n51,Jane,Doe,jane@acme.com,,R,Lead,,\n52,Jane,Doe,jd@acme.com,,R,Lead,,")
    shop.run(*SYNC)
    gone, left = shop.contact("jane@acme.com"), shop.contact("jd@acme.com")
    shop.edit(left.id, properties={**left.properties, "other_emails": ["jane@acme.com"]})
    shop.edit(gone.id, email=None, status="archived")
    shop.run("snapshot", "resolve")
    assert set(matches(shop).values()) == {left.id}
    assert shop.rows("merge_candidates") == []


def test_contact_that_became_somebody_else_takes_nobody_along(shop: Workshop) -> None:
    """A contact re-used for another person goes with that person's row, and the two rows stay two people."""
    shop.file("n.csv", f"{HUBSPOT}\n51,Jane,Doe,jane@acme.com,,R,Lead,,")
    shop.run(*SYNC)
    contact = shop.contact("jane@acme.com")
    shop.edit(contact.id, first_name="Bob", last_name="Roe", email="bob@acme.com")
    shop.file("b.csv", "Name,Email\nBob Roe,bob@acme.com")
    shop.run(*TO_RESOLVE)
    people = ids(shop)
    assert people["Jane"] != people["Bob"]
    assert matches(shop) == {people["Bob"]: contact.id}


def test_rows_that_turn_out_to_be_one_or_two_people_are_recorded(shop: Workshop) -> None:
    """The older id stays when two become one, also after a split; the ledger keeps both."""
    rows = "51,Jane,Doe,{},,R,Lead,,\n52,{},{},,R,Lead,,"
    shop.file("n.csv", f"{HUBSPOT}\n{rows.format('jane@acme.com', 'Jane,Doe', 'jane@acme.com')}")
    shop.run(*SYNC)
    (older,) = set(ids(shop).values())
    shop.file("n.csv", f"{HUBSPOT}\n{rows.format('jane@acme.com', 'Bob,Roe', 'bob@acme.com')}", day=2)
    shop.run(*SYNC)
    assert (ids(shop)["Jane"], [row["change"] for row in shop.rows("person_changes")]) == (older, ["split"])
    younger = ids(shop)["Bob"]
    shop.run(*AGAIN)
    assert shop.rows("person_changes") == []
    shop.file("n.csv", f"{HUBSPOT}\n{rows.format('jane@acme.com', 'Jane,Doe', 'jane@acme.com')}", day=3)
    shop.run(*SYNC)
    assert set(ids(shop).values()) == {older}
    with shop.work("reading").ledger() as ledger:
        changes = {change[:3] for change in ledger.identities.changes_of(older)}
    assert changes == {(older, "split", younger), (younger, "merged", older)}


def test_mark_on_a_contact_finds_its_person_without_a_ledger(shop: Workshop) -> None:
    """Where the ledger was lost, what we wrote into the contact's properties leads back, even without a shared key."""
    shop.file("people.csv", "Name,Email\nJane Doe,jane@acme.com")
    shop.run(*SYNC)
    contact, before = shop.contact("jane@acme.com"), ids(shop)["Jane"]
    shop.edit(contact.id, email="jd@home.example")
    for path in shop.data.glob("ledger.db*"):
        path.unlink()
    shop.sections = {"crm": {"foreign_days": 0}}
    shop.run("snapshot", "resolve")
    assert matches(shop) == {before: contact.id}


def test_company_is_found_by_association_then_by_domain_then_by_name(shop: Workshop) -> None:
    """The source's own association goes first; a name counts only where it means one company; free mail names none."""
    shop.file(
        "firms.csv", f"{COMPANIES}\n900,Acme Inc.,acme.com,R\n901,Beta GmbH,beta.example,R\n902,Beta GmbH,beta.de,R"
    )
    shop.file(
        "people.csv",
        f"""{HUBSPOT}
        1,Asso,Ciated,a@beta.example,,R,Lead,Whatever,900;901
        2,Do,Main,d@beta.example,,R,Lead,,
        3,Na,Me,n@gmail.com,,R,Lead,ACME Inc,
        4,Ambi,Guous,m@gmail.com,,R,Lead,Beta GmbH,
        5,Free,Mail,f@gmail.com,,R,Lead,,
        6,Said,Only,s@new.example,,R,Lead,Newcomer,
        7,Said,Again,t@new.example,,R,Lead,Newcomer Ltd,""",
    )
    shop.run(*TO_RESOLVE)
    assert work_at(shop) == {
        "Asso": "Acme Inc.",
        "Do": "Beta GmbH",
        "Na": "Acme Inc.",
        "Ambi": "Beta GmbH",
        "Free": None,
        "Said": "Newcomer",
    }
    companies = {(row["name"], row["domain"]): row["company_id"] for row in shop.rows("golden_companies")}
    assert set(companies) == {
        *(("Acme Inc.", "acme.com"), ("Beta GmbH", "beta.example"), ("Beta GmbH", "beta.de")),
        *(("Beta GmbH", None), ("Newcomer", "new.example")),
    }
    golden = {row["first_name"]: row["company"] for row in shop.rows("golden")}
    assert golden["Do"] == companies["Beta GmbH", "beta.example"]
    assert golden["Ambi"] == companies["Beta GmbH", None]


def test_golden_company_says_which_record_each_value_comes_from(shop: Workshop) -> None:
    """A value that only contacts give leads to one of them."""
    shop.file(
        "firms.csv", "Company,Website,Industry,Employees,Revenue\nAcme,acme.com,,40,lots\n,acme.com,Tools,many,7.5"
    )
    shop.file("people.csv", "Name,Email,Company\nJane Doe,jane@beta.example,Beta")
    shop.run(*TO_RESOLVE)
    keys = {row["record_key"]: row for row in (*shop.rows("records"), *shop.rows("company_records"))}
    acme, beta = shop.rows("golden_companies", order="name")
    assert keys[acme["name_from"]]["name"] == "Acme"
    assert keys[acme["industry_from"]]["industry"] == "Tools"
    assert (acme["size"], acme["annual_revenue"]) == ("11-50", 7.5)
    assert keys[beta["name_from"]]["company_name"] == "Beta"


def test_company_of_the_crm_is_matched_by_domain_or_by_its_only_name(shop: Workshop) -> None:
    """In other spellings too: a website with `www.` and a path, a name in capitals, a domain in its own script."""
    acme = shop.type_in_company(name="Acme Incorporated", website="https://www.acme.com/start")
    beta = shop.type_in_company(name="BETA GmbH")
    idn = shop.type_in_company(name="M", website="https://münchen.de")
    shop.file("firms.csv", f"{COMPANIES}\n900,Acme,acme.com,R\n901,Beta GmbH,,R\n902,Munich,xn--mnchen-3ya.de,R")
    shop.run(*TO_RESOLVE)
    names = {row["company_id"]: row["name"] for row in shop.rows("golden_companies")}
    found = {names[row["company_id"]]: row["crm_id"] for row in shop.rows("company_matches")}
    assert found == {"Acme": acme.id, "Beta GmbH": beta.id, "Munich": idn.id}


def test_addresses_of_machines_make_no_company(shop: Workshop) -> None:
    """Two companies whose websites are IP addresses are two."""
    shop.file("firms.csv", "Company,Website,Industry\nAcme,http://192.168.0.1/,x\nBeta,10.0.0.1,x")
    shop.run(*TO_CLEAN, "snapshot", "resolve")
    assert len(shop.rows("golden_companies")) == 2
