"""The contract of `connectors.api`, over every source of an API that this package has, each beside its double."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import httpx
import pytest

import connectors
from connectors.api import ApiSource
from connectors.errors import BridgeError
from connectors.testing.contract import Contract
from connectors.testing.double import Double, Fault
from connectors.testing.live import Live


def found_connectors() -> dict[str, ModuleType]:
    """Every connector of an API, by its kind: a module of the package, or the module `source` of a folder in it."""
    found: dict[str, ModuleType] = {}
    for kind in (one.name for one in pkgutil.iter_modules(connectors.__path__)):
        for path in (f"connectors.{kind}", f"connectors.{kind}.source"):
            if path.count(".") == 1 or (hasattr(import_module(f"connectors.{kind}"), "__path__") and find_spec(path)):
                module = import_module(path)
                source = getattr(module, "Source", None)
                if hasattr(module, "Options") and isinstance(source, type) and issubclass(source, ApiSource):
                    found.setdefault(kind, module)
    return found


def double_of(kind: str) -> type[Double]:
    """The connector's double; a connector without one fails."""
    try:
        vendor: type[Double] = import_module(f"tests.vendors.{kind}").Vendor
    except (ModuleNotFoundError, AttributeError):
        pytest.fail(
            f"The connector {kind} has no double. Write tests/vendors/{kind}.py with `class Vendor(Double)`: a server"
            " that holds what is documented of the real one, so that a wrong request fails (docs/connectors.md)."
        )
    return vendor


CONNECTORS = found_connectors()

SERVERLESS = {"dlt", "sql"}
"""Those that send no request of their own, so that no double could answer it: a library of others speaks to the server,
or there is none. Their pulls, windows and refusals are in tests/connectors/dlt and tests/connectors/sql."""


def suite_of(kind: str) -> type:
    """The class of tests of one connector."""
    if find_spec(f"tests.vendors.{kind}") is None:
        return type(f"Test_{kind}", (), {"test_it_has_a_double": lambda _: double_of(kind)})
    return type(f"Test_{kind}", (Contract,), {"connector": CONNECTORS[kind], "vendor": double_of(kind)})


for one in sorted(CONNECTORS.keys() - SERVERLESS):
    globals()[f"Test_{one}"] = suite_of(one)
    globals()[f"Test_{one}_live"] = type(f"Test_{one}_live", (Live,), {"connector": CONNECTORS[one], "kind": one})


def pretended(kind: str, monkeypatch: pytest.MonkeyPatch, **world: int) -> tuple[Double, dict[str, Callable[[], None]]]:
    """A double that stands for a real account of that kind, and the tests of `Live` over it by their names."""
    double = double_of(kind)(**world)
    monkeypatch.setenv(f"CRM_BRIDGE_SECRET_{kind.upper()}", double.secret)
    monkeypatch.setenv(f"CRM_BRIDGE_LIVE_{kind.upper()}", json.dumps(double.options("https://double.test")))
    live = type(f"Test_{kind}", (Live,), {"connector": CONNECTORS[kind], "kind": kind})()
    live.transport = httpx.ASGITransport(double.asgi)
    return double, {name: getattr(live, name) for name in dir(live) if name.startswith("test_")}


@pytest.mark.parametrize("kind", sorted(CONNECTORS.keys() - SERVERLESS))
def test_a_real_account_that_is_right_passes(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each case of `Live` passes over each connector, and asks something."""
    double, cases = pretended(kind, monkeypatch)
    for case in cases.values():
        before = len(double.log)
        case()
        assert len(double.log) > before
    assert len(cases) == 6


def test_a_real_account_is_read_in_its_first_pages_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large one costs no more than a small one."""
    asked = []
    for contacts in (1_500, 3_000):
        double, cases = pretended("hubspot", monkeypatch, contacts=contacts)
        for case in cases.values():
            case()
        asked.append(len(double.log))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("case", [name for name in dir(Live) if name.startswith("test_")])
def test_a_real_account_that_refuses_fails(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No case of `Live` is content with what is no answer."""
    double, cases = pretended("hubspot", monkeypatch)
    double.faults.extend([Fault(403, "html")] * 100)
    with pytest.raises((BridgeError, AssertionError)):
        cases[case]()


def test_connectors_are_found() -> None:
    """One in a folder whose module is called `source` is among them, and a source of files is none of them."""
    assert "giant_context" in CONNECTORS
    assert "csv_file" not in CONNECTORS
    assert set(CONNECTORS) >= SERVERLESS


def test_a_connector_without_a_double_is_told_what_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody forgets: a new connector fails until it has a double."""
    monkeypatch.setitem(CONNECTORS, "newcomer", connectors)
    with pytest.raises(pytest.fail.Exception, match=r"Write tests/vendors/newcomer.py with `class Vendor\(Double\)`"):
        suite_of("newcomer")().test_it_has_a_double()
