"""Cells of several phone numbers on their way to records, and what such a cell of the CRM's own means."""

from __future__ import annotations

from tests.pipelines.workshop import TO_CLEAN, Workshop

HEADER = ("Email", "First name", "Last name", "Phone", "Mobile")


def test_numbers_of_a_cell_keep_their_order_and_the_bad_part_is_set_aside(shop: Workshop) -> None:
    """A record has every number of its cells, in their order; only the part that is none is rejected, as it stands."""
    shop.table(
        "one.csv",
        HEADER,
        [
            ("a@x.com", "Ann", "Oz", "312-555-0116; 312-555-0115 / call me", "+49 30 23125550"),
            ("b@x.com", "Bob", "Oz", "312-555-0117\r\n312-555-0118\n", "310/246-1501"),
            ("c@x.com", "Cid", "Oz", "Tel 312-555-0119, Fax 312-555-0120", "Fax: 312-555-0121"),
        ],
    )
    shop.run(*TO_CLEAN)
    assert {row["first_name"]: row["phones"] for row in shop.rows("records")} == {
        "Ann": ["+13125550116", "+13125550115", "+493023125550"],
        "Bob": ["+13125550117", "+13125550118", "+13102461501"],
        "Cid": ["+13125550119"],
    }
    assert sorted((row["row"], row["value"], row["reason"]) for row in shop.rows("rejected_values")) == [
        (0, "call me", "a part of a cell, too short for a number"),
        (2, "Fax 312-555-0120", "a fax number"),
        (2, "Fax: 312-555-0121", "a fax number"),
    ]


def test_cell_of_the_crm_with_two_numbers_is_one_contact_with_both(shop: Workshop) -> None:
    """A human may type two numbers into one field: both lead to the contact, and the field stays as typed."""
    typed = shop.type_in(firstName="Dee", lastName="Oz", phone="+1 312-555-0115 / +1 312-555-0116")
    shop.table("one.csv", HEADER, [("", "Dee", "Oz", "312-555-0116", "")])
    shop.run()
    (contact,) = shop.contacts()
    assert contact.id == typed.id
    assert contact.phone == "+1 312-555-0115 / +1 312-555-0116"
    (current,) = shop.rows("current_contacts")
    assert current["phones"] == ["+13125550115", "+13125550116"]
    assert current["phone_e164"] == "+13125550115"
