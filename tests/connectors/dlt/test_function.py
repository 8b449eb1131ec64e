"""What stands at `module:function`: it is seen before it is called."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("dlt", reason="dlt is not installed: make dlt")

from connectors.errors import ConfigurationError, SourceRefused
from tests.connectors.dlt import resources
from tests.connectors.dlt.reading import people
from tests.connectors.pulled import checked, pulled, source


def test_nothing_is_called_that_dlt_does_not_know() -> None:
    """A function of any module may do anything: what it is, is seen before it is called."""
    for function in ("subprocess:getoutput", f"{resources.__name__}:calls"):
        of = source("dlt", object="contacts", resource=function, arguments={"cmd": "true"})
        for ask in (pulled, checked):
            with pytest.raises(ConfigurationError, match=r"options\.resource: \w+ is no resource or source of dlt"):
                ask(of)
    with pytest.raises(ConfigurationError, match="is no resource"):
        pulled(people("calls"))
    assert resources.SEEN == []


def test_a_resource_that_takes_nothing_is_read_again_and_again() -> None:
    """A resource that stands in the module as it is gives its rows at each pull."""
    of = people("FIXED")
    assert pulled(of).rows == pulled(of).rows == [{"id": "1", "email": "a@x.example"}]


def test_a_transformer_takes_the_arguments_beside_its_rows() -> None:
    """Its first argument is the rows, which dlt hands to it, and nobody has to name."""
    assert pulled(people("detailed", arguments={"page": 2})).rows == [{"id": "1", "email": "a@x.example", "page": "2"}]
    with pytest.raises(ConfigurationError, match="detailed does not take colour"):
        pulled(people("detailed", arguments={"colour": "red"}))


@pytest.mark.parametrize("function", ["stumbling", "clubs"])
def test_a_type_error_of_a_resources_own_is_told_as_its_own(function: str) -> None:
    """It does not look like a wrong argument: the line of the resource's code is named."""
    with pytest.raises(SourceRefused, match=r"ended with TypeError at resources.py, line \d+"):
        pulled(people(function, arguments={"page": 1}))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"resource": "no_such_module:people"}, r"options.resource: 'no_such_module:people' is not there"),
        ({"resource": f"{resources.__name__}:nobody"}, r"options.resource: .* is not there"),
        ({"resource": f"{resources.__name__}:no_resource"}, "no_resource is no resource or source of dlt"),
        ({"resource": f"{resources.__name__}:FIXED", "arguments": {"page": 1}}, "FIXED does not take page"),
        ({"resource": f"{resources.__name__}:several"}, "there are the resources changed, firms"),
        ({"arguments": {"colour": "red"}}, "does not take colour"),
        ({"object": None, "streams": {"x": "contacts"}}, "there is no resource 'x'; there are changed"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(options: dict[str, Any], told: str) -> None:
    """Each line names the option, and what there is."""
    with pytest.raises(ConfigurationError, match=told):
        pulled(source("dlt", **{"resource": f"{resources.__name__}:changed", "object": "contacts", **options}))
