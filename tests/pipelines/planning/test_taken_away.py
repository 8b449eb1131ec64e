"""What a human took away stays away, whatever older files still say."""

from tests.pipelines.workshop import AGAIN, Workshop


def test_a_cleared_phone_does_not_come_back_as_a_further_one(shop: Workshop) -> None:
    """Neither the number that a human cleared nor one that the file no longer has is written anywhere."""
    shop.file("a.csv", "Email,First name,Last name,Phone\nada@acme.com,Ada,L,+13125550177")
    shop.run()
    contact = shop.contact("ada@acme.com")
    shop.edit(contact.id, phone=None)
    shop.file("a.csv", "Email,First name,Last name,Phone\nada@acme.com,Ada,L,+13125550188", day=2)
    shop.run()
    found = shop.contact("ada@acme.com")
    assert found.phone is None
    assert "+13125550177" not in str(found.properties)


def test_a_cleared_phone_that_the_file_still_has_stays_cleared(shop: Workshop) -> None:
    """The same where nothing but the human's decision has changed, run after run."""
    shop.file("a.csv", "Email,First name,Last name,Phone\nada@acme.com,Ada,L,+13125550177")
    shop.run()
    contact = shop.contact("ada@acme.com")
    shop.edit(contact.id, phone=None)
    for _ in range(2):
        work = shop.run(*AGAIN)
        assert work.reports["apply"].counts["calls"] == 0
    assert "+13125550177" not in str(shop.contact("ada@acme.com").properties)
