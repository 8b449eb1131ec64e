"""A page of Dagster's UI, and what a person does there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
WAIT: Final = 60_000.0
"""How long a page may take, in milliseconds."""


@contextmanager
def walking(address: str) -> Iterator[Page]:
    """Open Dagster's UI in a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(base_url=address, viewport={"width": 1200, "height": 720})
        page.set_default_timeout(WAIT)
        yield page
        browser.close()


def choose_range(page: Page, asset: str, first: str, last: str, days: int) -> None:
    """Open an asset's dialog and choose a range of days in it, up to the button that launches."""
    page.goto(f"/assets/{asset}")
    page.get_by_role("button", name="Materialize…").click()
    page.get_by_text("Show all partitions").click()
    field = page.get_by_role("dialog").get_by_role("textbox").first
    field.fill(f"[{first}...{last}]")
    field.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(f"{days} partitions")
    expect(page.get_by_role("dialog")).to_contain_text("Backfills all partitions in a single run.")


def launch_backfill(page: Page) -> None:
    """Launch what the dialog has, and wait until Dagster says that it took it."""
    page.get_by_role("button", name="Launch backfill").click()
    expect(page.get_by_text("Created backfill")).to_be_visible(timeout=WAIT)


def launch_job(page: Page, job: str) -> None:
    """Launch a job from its page, and wait until Dagster says that it took it."""
    page.goto(f"/locations/__repository__@pipelines.definitions/jobs/{job}")
    page.get_by_role("button", name="Materialize all").click()
    expect(page.get_by_text("Launched run")).to_be_visible(timeout=WAIT)
