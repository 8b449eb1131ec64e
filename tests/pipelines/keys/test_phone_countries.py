"""A country is known by its code and by its names."""

from __future__ import annotations

import pytest

from pipelines.keys.phones.countries import region_of


@pytest.mark.parametrize(
    ("country", "region"),
    [
        *(("us", "US"), ("USA", "US"), ("U.S.A.", "US"), ("United States of America", "US"), (" United States ", "US")),
        *(("UK", "GB"), ("England", "GB"), ("Deutschland", "DE"), ("GERMANY", "DE"), ("Allemagne", "DE")),
        *(("Osterreich", "AT"), ("Côte d’Ivoire", "CI"), ("COTE D'IVOIRE", "CI"), ("The Netherlands", "NL")),
        *(("日本", "JP"), ("Czechia", "CZ"), ("Niger", "NE"), ("Nigeria", "NG"), ("Narnia", None), ("", None)),
    ],
)
def test_country_is_understood_by_code_and_by_name(country: str, region: str | None) -> None:
    """Names count in any language, case and spelling of accents; what is no country is none."""
    assert region_of(country) == region
