"""Which CRM, and the way to it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import ConfigurationError
from connectors.giant_context.server import access
from pipelines.settings import target
from pipelines.settings.sections import Settings
from tests.pipelines.workshop import Workshop

ACCOUNT = {"base_url": "https://crm.example", "organization_id": "o", "project_id": "p", "app_id": "a"}


def settings(crm: dict[str, Any] | None = None, **limits: Any) -> Settings:
    """Settings with this target."""
    return Settings.model_validate({"crm": crm or {}, "limits": limits})


def test_an_accounts_name_holds_all_that_tells_it_apart(tmp_path: Path) -> None:
    """Another address, organization, project or app is another account, and so is each embedded CRM."""
    names = {target.account(settings({**ACCOUNT, key: f"{value}x"}), tmp_path) for key, value in ACCOUNT.items()}
    names |= {target.account(settings(ACCOUNT), tmp_path)}
    names |= {target.account(settings(), tmp_path / folder) for folder in ("one", "two")}
    assert len(names) == 7
    assert target.account(settings(), tmp_path / "one") in names


def test_how_long_lost_calls_may_be_under_way() -> None:
    """Nothing outlives its call in process; over HTTP it is a minute, longer than an attempt; the settings go first."""
    assert target.settle_seconds(settings()) == 0
    assert target.settle_seconds(settings(ACCOUNT)) > target.ATTEMPT_SECONDS
    assert target.settle_seconds(settings(ACCOUNT, settle_seconds=0.5)) == 0.5


@pytest.mark.parametrize("given", [None, "", "gct_secret"])
def test_an_account_wants_a_key_from_the_environment(monkeypatch: pytest.MonkeyPatch, given: str | None) -> None:
    """Without a key, or with an empty one, the message names the variable; a key never shows itself."""
    monkeypatch.delenv("CRM_BRIDGE_CRM_API_KEY", raising=False)
    if given:
        monkeypatch.setenv("CRM_BRIDGE_CRM_API_KEY", given)
        assert "secret" not in repr(target.api_key(settings(ACCOUNT)))
        return
    if given == "":
        monkeypatch.setenv("CRM_BRIDGE_CRM_API_KEY", given)
    with pytest.raises(ConfigurationError, match="CRM_BRIDGE_CRM_API_KEY"):
        target.api_key(settings(ACCOUNT))


def test_the_embedded_crm_is_reached_in_process(tmp_path: Path) -> None:
    """No port and no child process: a list is answered, and what was written is there the next time."""
    shop = Workshop(tmp_path)
    ada = shop.type_in(first_name="Ada", last_name="Lovelace")

    async def listed() -> list[str]:
        async with target.connect(shop.settings, shop.data) as crm:
            return [contact.id for contact in (await crm.list_contacts()).data]

    assert asyncio.run(listed()) == [ada.id]
    assert target.where(shop.settings, shop.data) == f"the embedded CRM in {shop.data / 'crm.db'}"
    assert target.where(settings(ACCOUNT), shop.data) == "https://crm.example (app a)"


def test_the_key_of_the_embedded_target_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has it reads the target itself; asking makes no key, and an account's sources have other ones."""
    monkeypatch.delenv(access.API_KEY_VARIABLE, raising=False)
    assert not target.opens_with(settings(), tmp_path, "gct_other")
    assert not access.api_key_file(tmp_path).exists()
    key = access.ensure_api_key(tmp_path)
    assert target.opens_with(settings(), tmp_path, key)
    assert not target.opens_with(settings(), tmp_path, "gct_other")
    assert not target.opens_with(settings(ACCOUNT), tmp_path, key)
    monkeypatch.setenv(access.API_KEY_VARIABLE, "gct_given")
    assert target.opens_with(settings(), tmp_path, "gct_given")
