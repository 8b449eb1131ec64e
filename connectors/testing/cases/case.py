"""What all cases of a connector share: the connector, its double, and a bench for the two."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final

import pytest

from connectors.testing.bench import Bench
from connectors.testing.double import Double, Unsupported

SEVERAL_PAGES: Final[Mapping[str, int]] = {"contacts": 2_100, "companies": 700, "activities": 1_300, "same_moment": 600}
"""A world in which most APIs need several pages for each stream."""


class Case:
    """Holds a connector against its double; a class of tests names both."""

    connector: ModuleType
    """The module with `Options` and `Source`."""
    vendor: type[Double]
    """Its double."""

    def bench(self, **world: int) -> Bench:
        """A fresh double with this world, and the connector beside it."""
        return Bench(self.connector, self.vendor, **world)

    @contextmanager
    def as_far_as_it_can(self) -> Iterator[None]:
        """Skip the case where the double says that its API has no such thing."""
        try:
            yield
        except Unsupported as reason:
            pytest.skip(str(reason))

    def people(self) -> list[str]:
        """The streams whose records are contacts."""
        return [name for name, object_name in self.vendor.streams.items() if object_name == "contacts"]

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Take a test with `stream` over all streams, and one with another of these names over those that are so."""
        without = {
            "stream": frozenset[str](),
            "changing": self.vendor.unchanging,
            "deletable": self.vendor.undeletable,
            "mergeable": {name for name, kind in self.vendor.streams.items() if kind == "activities"},
        }
        for name, left_out in without.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, [one for one in self.vendor.streams if one not in left_out])
