"""The options of a HubSpot source: known keys alone, and each on its page."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.hubspot import Options

PAGE = Path(__file__).parents[3] / "docs" / "sources" / "hubspot.md"


def test_every_option_is_documented() -> None:
    """Each option has its row in docs/sources/hubspot.md, and says what it means where it is set."""
    page = PAGE.read_text("utf-8")
    assert not [name for name in Options.model_fields if f"\n| `{name}` |" not in page]
    assert all(field.description for field in Options.model_fields.values())


@pytest.mark.parametrize(
    "given", [{"token": "x"}, {"streams": []}, {"streams": ["deals"]}, {"api_version": "v3"}, {"portal_id": 0}]
)
def test_options_that_mean_nothing_are_refused(given: dict[str, object]) -> None:
    """An unknown key, stream or version is refused by its name."""
    with pytest.raises(ValidationError) as caught:
        Options.model_validate(given)
    assert caught.value.errors()[0]["loc"][0] in given
