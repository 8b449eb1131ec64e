"""Which fault befalls which call."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.giant_context.server.access import APP_ID, ORGANIZATION_ID, PROJECT_ID
from connectors.giant_context.server.faults.kinds import Fault, fault
from connectors.giant_context.server.faults.plan import FaultPlan
from connectors.giant_context.server.faults.routes import route_of
from connectors.giant_context.wire import app_path

ROOT = app_path(ORGANIZATION_ID, PROJECT_ID, APP_ID)


def befallen(*faults: Fault, calls: list[str], seed: int = 0) -> list[tuple[int, str, int]]:
    """Of these calls those that a fault befalls: the place in the list, the kind, the number."""
    plan = FaultPlan(faults, seed=seed)
    met = [(place, plan.meet(route)) for place, route in enumerate(calls)]
    return [(place, one.happening.kind, one.happening.n) for place, one in met if one]


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/auth/token", "POST auth/token"),
        ("GET", f"{ROOT}/contacts", "GET contacts"),
        ("PATCH", f"{ROOT}/contacts/4aee85d0", "PATCH contacts/*"),
        ("DELETE", f"{ROOT}/contacts/4aee85d0/tags", "DELETE contacts/*/tags"),
        ("GET", f"{ROOT}/companies/1/activities", "GET companies/*/activities"),
        ("GET", f"{ROOT}/contacts/jane@acme.com/secrets", "GET elsewhere"),
        ("GET", "/jane@acme.com", "GET elsewhere"),
    ],
)
def test_a_call_is_named_without_its_ids(method: str, path: str, route: str) -> None:
    """Ids never show in a route, nor does a path that the API does not have."""
    assert route_of(method, path) == route


def test_calls_are_counted_from_one_by_the_fault_s_route() -> None:
    """`nth` counts all calls that its route means, `POST *` those of several paths together."""
    calls = ["POST contacts", "GET contacts", "POST activities", "POST contacts", "POST contacts"]
    assert befallen(fault("POST contacts", "html", nth=[1, 3]), calls=calls) == [(0, "html", 1), (4, "html", 3)]
    assert befallen(fault("POST *", "html", nth=2), calls=calls) == [(2, "html", 2)]
    assert befallen(fault("*", "html", every=2), calls=calls) == [(1, "html", 2), (3, "html", 4)]


def test_without_a_choice_all_calls_are_meant() -> None:
    """A fault that names no calls befalls each one, and no other route's."""
    calls = ["GET contacts", "GET contacts/*", "GET contacts"]
    assert befallen(fault("GET contacts", "html"), calls=calls) == [(0, "html", 1), (2, "html", 2)]


def test_the_first_fault_counts_and_the_others_keep_counting() -> None:
    """A call meets one fault at most; the second one's numbers are not moved by the first."""
    faults = (fault("POST contacts", "html", nth=1), fault("POST contacts", "no_content", nth=[1, 2]))
    assert befallen(*faults, calls=["POST contacts"] * 3) == [(0, "html", 1), (1, "no_content", 2)]


def test_a_share_is_chance_that_repeats_itself() -> None:
    """The same seed gives the same calls, another one others, and about as many as were asked for."""
    calls = ["POST contacts"] * 2000
    a_tenth = fault("POST contacts", "html", share=0.1)
    first = befallen(a_tenth, calls=calls, seed=1)
    assert first == befallen(a_tenth, calls=calls, seed=1)
    assert first != befallen(a_tenth, calls=calls, seed=2)
    assert 140 <= len(first) <= 260


def test_two_shares_of_one_route_are_two_chances() -> None:
    """A second fault with the same share is not hidden behind the first one."""
    faults = (fault("POST *", "html", share=0.2), fault("POST *", "no_content", share=0.2))
    met = [kind for _, kind, _ in befallen(*faults, calls=["POST contacts"] * 500)]
    assert min(met.count("html"), met.count("no_content")) > 50


@pytest.mark.parametrize(
    ("route", "kind", "more"),
    [
        ("POST contact", "html", {}),
        ("FETCH *", "html", {}),
        ("POST contacts", "explode", {}),
        ("POST contacts", "html", {"nth": 1, "every": 2}),
        ("POST contacts", "html", {"nth": 0}),
        ("POST contacts", "html", {"nth": []}),
        ("POST contacts", "html", {"share": 0}),
        ("POST contacts", "html", {"seconds": 1}),
        ("POST contacts", "delay", {}),
        ("POST contacts", "delay", {"seconds": float("inf")}),
        ("POST contacts", "status", {"status": 200}),
        ("POST contacts", "status", {"status": 500, "retry_after": 3}),
        ("POST contacts", "status", {"status": 429, "retry_after": "a\r\nset-cookie: b"}),
        ("POST contacts", "status_after", {"status": 404}),
        ("POST contacts", "insert_row", {}),
        ("GET contacts", "remove_row", {"row": 0}),
    ],
)
def test_what_makes_no_sense_is_refused(route: str, kind: str, more: dict[str, object]) -> None:
    """A fault that could never happen, or not as it was written, is an error at once."""
    with pytest.raises(ValidationError):
        fault(route, kind, **more)
