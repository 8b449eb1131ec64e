"""`python -m tests.browser`: the pictures of the documentation, taken anew from Dagster's UI into docs/images/."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.browser.walking import choose_range, walking
from tests.pipelines.cli.open_ui import opened

IMAGES: Final = Path(__file__).resolve().parents[2] / "docs" / "images"
SETTINGS: Final = '[sources.hubspot]\nkind = "hubspot"\nowner = "team:sales-ops"\nstart = 2026-01-01\n'


def main() -> None:
    """Take the picture of the dialog in which a range of days is chosen."""
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(Path(folder), SETTINGS) as ui,
        walking(ui.said("Dagster UI:")) as page,
    ):
        choose_range(page, "hubspot/contacts", "2026-02-01", "2026-03-02", 30)
        page.screenshot(path=IMAGES / "backfill.png")


if __name__ == "__main__":
    main()
