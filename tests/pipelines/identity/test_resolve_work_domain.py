"""Contacts and the companies that only the CRM knows."""

from tests.pipelines.workshop import Workshop


def test_contact_is_linked_by_work_domain_to_a_company_that_only_the_crm_has(shop: Workshop) -> None:
    """No source speaks of the company; the domain of the e-mail leads to it."""
    company = shop.type_in_company(name="Acme GmbH", website="https://www.acme.com")
    shop.file("a.csv", "Email,First name,Last name\njana@acme.com,Jana,Novak\njo@gmail.com,Jo,Free")
    shop.run()
    assert shop.contact("jana@acme.com").company_id == company.id
    assert shop.contact("jo@gmail.com").company_id is None
    assert len(shop.companies()) == 1


def test_domain_that_two_companies_of_the_crm_have_links_nobody(shop: Workshop) -> None:
    """Which of them it is cannot be told."""
    shop.type_in_company(name="Acme Berlin", website="acme.com")
    shop.type_in_company(name="Acme Paris", website="acme.com")
    shop.file("a.csv", "Email,First name,Last name\njana@acme.com,Jana,Novak")
    shop.run()
    assert shop.contact("jana@acme.com").company_id is None
