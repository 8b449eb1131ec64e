"""Activities: a timeline that is only added to."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from connectors.giant_context import wire
from tests.connectors.giant_context.server.crm import Crm, embedded


def test_a_logged_activity_has_every_field_of_the_contract(crm: Crm) -> None:
    """An activity embeds its contact and company, and marks the contact's last activity."""
    company, contact = crm.company(), crm.contact()
    body = {
        "description": " Called ",
        "contactId": contact["id"],
        "companyId": company["id"],
        "data": {"externalId": "1"},
    }
    made = crm.call("POST", "/activities", body, expect=201)
    assert set(made) == {field.alias for field in wire.Activity.model_fields.values()}
    assert (made["description"], made["data"], made["source"]) == ("Called", {"externalId": "1"}, None)
    assert made["contact"] == {"id": contact["id"], "firstName": "Ada", "lastName": "Lovelace"}
    assert made["company"] == {"id": company["id"], "name": "Engines"}
    assert crm.call("GET", f"/activities/{made['id']}") == made
    assert crm.call("GET", f"/contacts/{contact['id']}")["lastActivityAt"] == made["createdAt"]


def test_only_a_description_is_needed(crm: Crm) -> None:
    """An activity may stand alone; its data is then an empty object."""
    made = crm.call("POST", "/activities", {"description": "x"}, expect=201)
    assert (made["data"], made["contact"], made["company"]) == ({}, None, None)
    for body in ({}, {"description": " "}, {"description": "x", "createdAt": "2020-01-01T00:00:00Z"}):
        crm.call("POST", "/activities", body, expect=400)


def test_a_link_to_nothing_is_refused(crm: Crm) -> None:
    """An unknown contact or company answers 404 and logs nothing."""
    for link in ({"contactId": "nobody"}, {"companyId": "nobody"}):
        crm.call("POST", "/activities", {"description": "x", **link}, expect=404)
    assert crm.call("GET", "/activities")["meta"]["total"] == 0
    crm.call("GET", "/activities/nothing", expect=404)


def test_timelines_are_bare_arrays_newest_first(crm: Crm) -> None:
    """A contact's and a company's timeline hold their own activities only, the newest first."""
    company, contact = crm.company()["id"], crm.contact()["id"]
    logged = [
        crm.call("POST", "/activities", {"description": f"n{n}", **link}, expect=201)["id"]
        for n, link in enumerate([{"contactId": contact}, {"companyId": company}, {"contactId": contact}, {}])
    ]
    assert [row["id"] for row in crm.call("GET", f"/contacts/{contact}/activities")] == [logged[2], logged[0]]
    assert [row["id"] for row in crm.call("GET", f"/companies/{company}/activities")] == [logged[1]]
    assert crm.ids("/activities") == logged[::-1]
    assert crm.ids("/activities", search="N1") == [logged[1]]


def test_times_never_run_backwards(tmp_path: Path) -> None:
    """A clock that is set back does not put a newer activity before an older one."""
    times = [datetime(2026, 1, 1, 12, tzinfo=UTC)]
    with embedded(tmp_path, clock=lambda: times[-1]) as crm:
        first = crm.call("POST", "/activities", {"description": "x"}, expect=201)
        times.append(datetime(2026, 1, 1, 11, 59, 59, tzinfo=UTC))
        assert crm.call("POST", "/activities", {"description": "y"}, expect=201)["createdAt"] == first["createdAt"]


def test_source_has_a_second_name(crm: Crm) -> None:
    """`writtenBy`, as newer clients say, is `source`: either is taken, both are answered, and they cannot differ."""
    for body in ({"writtenBy": "crm"}, {"source": "crm"}, {"source": "crm", "writtenBy": "crm"}):
        made = crm.call("POST", "/activities", {"description": "x", **body}, expect=201)
        assert (made["source"], made["writtenBy"]) == ("crm", "crm")
        assert crm.call("GET", f"/activities/{made['id']}") == made
    crm.call("POST", "/activities", {"description": "x", "source": "a", "writtenBy": "b"}, expect=400)
    assert crm.call("GET", "/activities")["meta"]["total"] == 3
