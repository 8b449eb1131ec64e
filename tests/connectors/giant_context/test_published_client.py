"""The vendor's published client against the embedded CRM, on a real socket: the judge of the contract."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
from giantcontext import GiantContext, GiantContextConfig

from connectors.giant_context import wire
from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from tests.connectors.giant_context.server.crm import KEY, ROOT, served

TENANT = (ORGANIZATION_ID, PROJECT_ID, APP_ID)
CONTACT, COMPANY, ACTIVITY, META = (
    {field.serialization_alias for field in model.model_fields.values()}
    for model in (wire.Contact, wire.Company, wire.Activity, wire.PageMeta)
)


def make_company(base_url: str) -> str:
    """Make a company through the extension, which the published client does not know."""
    with httpx.Client(base_url=base_url) as client:
        token = client.post(wire.TOKEN_PATH, json={"apiKey": KEY}).json()["token"]
        headers = {"authorization": f"Bearer {token}"}
        return str(client.post(f"{ROOT}/companies", json={"name": "Engines"}, headers=headers).json()["id"])


async def every_call(crm: Any, company: str) -> set[str]:
    """Make each of the client's CRM calls once, look at the answers, and return the names of the calls made."""
    new = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com", "companyId": company}
    contact = await crm.create_crm_contact(*TENANT, new)
    one = (*TENANT, contact["id"])
    answers = {
        "create_crm_contact": contact,
        "update_crm_contact": await crm.update_crm_contact(*one, {"title": "Countess"}),
        "set_crm_contact_field": await crm.set_crm_contact_field(*one, {"key": "k", "value": 1}),
        "tag_crm_contact": await crm.tag_crm_contact(*one, {"tag": "vip"}),
        "get_crm_contact": await crm.get_crm_contact(*one),
        "untag_crm_contact": await crm.untag_crm_contact(*one, {"tag": "vip"}),
    }
    for answer in answers.values():
        assert set(answer) == CONTACT
    assert (answers["get_crm_contact"]["title"], answers["get_crm_contact"]["tags"]) == ("Countess", ["vip"])
    assert answers["untag_crm_contact"]["tags"] == []
    logged = await crm.log_crm_activity(
        *TENANT, {"description": "Met", "contactId": contact["id"], "companyId": company}
    )
    assert logged == await crm.get_crm_activity(*TENANT, logged["id"])
    assert set(logged) == ACTIVITY
    assert await crm.get_crm_contact_activities(*one) == [logged]
    assert await crm.get_crm_company_activities(*TENANT, company) == [logged]
    assert [row["id"] for row in await crm.get_crm_company_contacts(*TENANT, company)] == [contact["id"]]
    found = await crm.get_crm_company(*TENANT, company)
    assert set(found) == COMPANY
    assert found["contactCount"] == 1
    for list_call, search, row in (
        (crm.get_crm_contacts_list, "ada@", await crm.get_crm_contact(*one)),
        (crm.get_crm_companies_list, "engine", found),
        (crm.get_crm_activities_list, "met", logged),
    ):
        page = await list_call(*TENANT, page="1", page_size="10", search=search)
        assert page["data"] == [row]
        assert set(page["meta"]) == META
    lists = {f"get_crm_{name}_list" for name in ("contacts", "companies", "activities")}
    singles = {"log_crm_activity", "get_crm_activity", "get_crm_company", "get_crm_company_contacts"}
    return set(answers) | lists | singles | {"get_crm_contact_activities", "get_crm_company_activities"}


def test_every_call_of_the_published_client_works(tmp_path: Path) -> None:
    """Each CRM call that the client offers is answered with the documented fields."""

    async def run(base_url: str, company: str) -> None:
        async with GiantContext(GiantContextConfig(KEY, base_url)) as client:
            made = await every_call(client.crm, company)
            assert made == {name for name in dir(client.crm) if not name.startswith("_")}

    with served(tmp_path) as (base_url, _):
        asyncio.run(run(base_url, make_company(base_url)))
