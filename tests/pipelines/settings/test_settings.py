"""`sync.toml` is checked before anything starts, and a fault is told in one line that echoes no value."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import ConfigurationError
from pipelines.settings.file import load
from pipelines.settings.sections import Settings

CANARY = "c4n4ry"
SOURCE = '[sources.inbox]\nkind = "csv_file"\noptions.path = "inbox"\n'
ACCOUNT = 'base_url = "https://crm.example"\norganization_id = "o"\nproject_id = "p"\napp_id = "a"\n'


def read(folder: Path, text: str, *, source: str = SOURCE) -> Settings:
    """Load a `sync.toml` of this text."""
    path = folder / "sync.toml"
    path.write_text(f"{text}\n{source}", "utf-8")
    return load(path)


def fault(folder: Path, text: str, *, source: str = SOURCE) -> str:
    """The one line that a wrong file is refused with."""
    with pytest.raises(ConfigurationError) as caught:
        read(folder, text, source=source)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(str(folder / "sync.toml"))
    return message


def test_file_with_one_source_is_enough(tmp_path: Path) -> None:
    """All else has defaults: the embedded CRM, written to, and paths that start at the file's folder."""
    settings = read(tmp_path, "")
    assert settings.crm.embedded
    assert settings.crm.may_write
    assert settings.folder == tmp_path
    assert settings.fields == {}


def test_account_is_not_written_to_unless_the_file_says_so(tmp_path: Path) -> None:
    """Naming an account turns writes off; `writes = true` turns them on."""
    assert not read(tmp_path, f"[crm]\n{ACCOUNT}").crm.may_write
    assert read(tmp_path, f"[crm]\n{ACCOUNT}writes = true").crm.may_write
    assert read(tmp_path, '[crm]\nbase_url = "http://[::1]:8080/"\n' + ACCOUNT.split("\n", 1)[1]).crm.base_url == (
        "http://[::1]:8080"
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f'[crm]\nbase_ulr = "{CANARY}"', "crm.base_ulr: unknown key"),
        (f'[{CANARY[:3]}]\nx = "{CANARY}"', "c4n: unknown key"),
        (f'folder = "{CANARY}"', "folder: unknown key"),
        (f'[crm]\nbase_url = "{CANARY}"', "crm.base_url: must be a URL"),
        (f'[crm]\nbase_url = "ftp://{CANARY}.example"', "crm.base_url: must be a URL"),
        (f'[crm]\nbase_url = "https://{CANARY}:{CANARY}@crm.example"', "crm.base_url: must be a URL"),
        (f'[crm]\nbase_url = "https://:{CANARY}@crm.example"', "crm.base_url: must be a URL"),
        (f'[crm]\nbase_url = "https://crm.example?key={CANARY}"', "crm.base_url: must be a URL"),
        (f'[crm]\nbase_url = "https://crm.example#{CANARY}"', "crm.base_url: must be a URL"),
        (f'[crm]\nbase_url = "https://crm.example:{CANARY}"', "crm.base_url: must be a URL"),
        ('[crm]\nbase_url = "https://xn--/"', "crm.base_url: must be a URL"),
        ('[crm]\nbase_url = "https://crm..example"', "crm.base_url: must be a URL"),
        ('[crm]\nbase_url = "https://[::1"', "crm.base_url: must be a URL"),
        ("crm = " + "[" * 5_000 + "]" * 5_000, "nested too deeply"),
        ("[crm" + ".a" * 5_000 + "]", "nested too deeply"),
        ('[crm]\nbase_url = "https://crm.example:99999"', "crm.base_url: must be a URL"),
        (f'[crm]\nbase_url = "https://{CANARY} .example"', "crm.base_url: must be a URL"),
        (f'[crm]\nbase_url = "http://{CANARY}.example"', "crm.base_url: must use https beyond this machine"),
        ('[crm]\nbase_url = "https://crm.example"', "crm.organization_id: missing"),
        (f'[crm]\nwrites = "{CANARY}"', "crm.writes: must be true or false"),
        ('[crm]\nwrites = "yes"', "crm.writes: must be true or false"),
        ("[privacy]\nshow_values = 1", "privacy.show_values: must be true or false"),
        (f'[crm]\ncompany_writes = "{CANARY}"', "crm.company_writes"),
        (f'[match]\ndefault_region = "{CANARY}"', "match.default_region: must be an ISO country code"),
        (
            '[match]\ndefault_region = "UK"',
            'match.default_region: must be an ISO country code in capitals, such as "DE"',
        ),
        (f'[match]\nhub_limit = "{CANARY}"', "match.hub_limit"),
        ("[match]\nhub_limit = 0", "match.hub_limit"),
        (f'[limits]\nmemory = "{CANARY}"', "limits.memory"),
        ('[limits]\nmemory = "0GB"', "limits.memory"),
        ("[limits]\ndeadline_seconds = inf", "limits.deadline_seconds"),
        ("[limits]\nrequests_per_second = nan", "limits.requests_per_second"),
        ('[fields.height]\npolicy = "crm_wins"', "fields: 'height' has no policy; fields are first_name"),
        (f'[fields.title]\npolicy = "{CANARY}"', "fields.title.policy"),
        (f'[sources.other]\nkind = "csv_file"\ncolumns.shoe = "{CANARY}"', "sources.other.columns: 'shoe' is no field"),
        ('[sources."../up"]\nkind = "csv_file"', "sources: '../up' is no source name"),
        (f'[sources.other]\noptions.path = "{CANARY}"', "sources.other.kind"),
    ],
)
def test_fault_is_one_line_that_names_the_key_and_not_the_value(tmp_path: Path, text: str, key: str) -> None:
    """Whatever was typed there, a secret perhaps, stays in the file."""
    message = fault(tmp_path, text)
    assert key in message
    assert CANARY not in message


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f'[crm]\napi_key = "{CANARY}"', "crm.api_key"),
        (f'[crm]\nAPI-Key = "{CANARY}"', "crm.API-Key"),
        (
            f'[sources.other]\nkind = "csv_file"\noptions.access_token = "{CANARY}"',
            "sources.other.options.access_token",
        ),
        (f'[sources.other]\nkind = "csv_file"\noptions.path = "gct_{CANARY}"', "sources.other.options.path"),
        (
            f'[sources.other]\nkind = "csv_file"\noptions.headers = ["Bearer {CANARY}"]',
            "sources.other.options.headers.0",
        ),
        (f'[[sources.other.options.hosts]]\npassword = "{CANARY}"', "sources.other.options.hosts.0.password"),
    ],
)
def test_secret_in_the_file_is_refused_by_its_key_or_its_look(tmp_path: Path, text: str, key: str) -> None:
    """The message says where it is and where it belongs, not what it is; lists are looked through too."""
    message = fault(tmp_path, text)
    assert f"{key}: a secret does not belong in this file" in message
    assert ("CRM_BRIDGE_SECRET_OTHER" if key.startswith("sources.") else "CRM_BRIDGE_CRM_API_KEY") in message
    assert CANARY not in message


def test_file_that_is_missing_is_told_with_its_path(tmp_path: Path) -> None:
    """So is one that is a folder."""
    with pytest.raises(ConfigurationError, match=r"sync\.toml: there is no such file"):
        load(tmp_path / "sync.toml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text", [f'[crm\nx = "{CANARY}"', f'[crm]\nwrites = "{CANARY}"\nwrites = true', f"x = {CANARY}"]
)
def test_file_that_is_no_toml_or_has_a_key_twice_is_refused(tmp_path: Path, text: str) -> None:
    """The parser's line and column are passed on, the text is not."""
    message = fault(tmp_path, text)
    assert "not valid TOML" in message
    assert "line" in message
    assert CANARY not in message


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    """Latin-1 is not guessed at."""
    path = tmp_path / "sync.toml"
    path.write_bytes("[sources.büro]".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(path)


def test_file_without_a_source_is_refused(tmp_path: Path) -> None:
    """There would be nothing to do; the message shows what a source looks like."""
    assert "sources: there is none. Add one, such as [sources.inbox]" in fault(tmp_path, "", source="")


def test_one_column_may_be_written_without_brackets(tmp_path: Path) -> None:
    """`title = "Rolle"` is `title = ["Rolle"]`."""
    settings = read(tmp_path, "", source=f'{SOURCE}columns.title = "Rolle"\ncolumns.emails = ["A", "B"]\n')
    assert settings.sources["inbox"].columns == {"title": ("Rolle",), "emails": ("A", "B")}
