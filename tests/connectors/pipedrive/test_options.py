"""Which account, and who we are there: by a token or by an app; a secret is never told."""

import json
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors import errors
from connectors.pipedrive import Options, Source
from tests.connectors.pipedrive.reading import ids_of, pages_of, source_of, taken, with_source
from tests.vendors.double import Fault
from tests.vendors.pipedrive import Vendor

CLIENT, SECRET, REFRESH = Vendor.client
APP = json.dumps({"client_secret": SECRET, "refresh_token": REFRESH})


def test_a_company_is_an_address() -> None:
    """The company's name leads to its account; every option says what it means."""
    assert Options(company="Acme-2").address == "https://acme-2.pipedrive.com"
    assert all(field.description for field in Options.model_fields.values())


def test_every_option_is_documented() -> None:
    """Each stands on the source's page and in the settings."""
    docs = Path(__file__).parents[3] / "docs"
    for page in ("sources/pipedrive.md", "settings.md"):
        text = (docs / page).read_text("utf-8")
        assert not [name for name in Options.model_fields if f"`{name}`" not in text]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"company": "acme", "base_url": "https://x.example"},
        {"company": "acme.example/x"},
        {"company": "acme", "token": "1"},
    ],
)
def test_options_that_name_no_account_are_refused(options: dict[str, str]) -> None:
    """Neither, both, an address instead of a name, and a key that is not known."""
    with pytest.raises(ValidationError):
        Options.model_validate(options)


def test_a_secret_is_never_sent_in_clear() -> None:
    """An address without https is refused, but for this machine's."""
    with pytest.raises(errors.ConfigurationError, match="in clear"):
        source_of(Vendor(), base_url="http://acme.example")
    source_of(Vendor(), base_url="http://127.0.0.1:8790")


def test_an_app_gets_its_token_by_its_refresh_token() -> None:
    """One exchange serves all calls of a pull."""
    double = Vendor(contacts=600)
    assert ids_of(
        pages_of(double, "contacts", secret=APP, client_id=CLIENT, oauth_url="http://localhost")
    ) == double.ids("contacts")
    assert len(double.asked("/oauth/token")) == 1


@pytest.mark.parametrize(
    ("secret", "options", "said"),
    [
        ("", {}, "CRM_BRIDGE_SECRET_CRM is not set"),
        ("", {"client_id": CLIENT}, "CRM_BRIDGE_SECRET_CRM is not set"),
        (APP, {}, "set `client_id`, too"),
        ("a b", {}, "is no API token"),
        ("tökén", {}, "is no API token"),
        ("a-token-alone", {"client_id": CLIENT}, "does not hold what an OAuth app needs"),
        ('{"client_secret": "s3cr3t-1"}', {"client_id": CLIENT}, "does not hold what an OAuth app needs"),
        ("[1]", {"client_id": CLIENT}, "does not hold what an OAuth app needs"),
    ],
)
def test_a_secret_of_the_wrong_form_is_told_by_its_variable(secret: str, options: dict[str, str], said: str) -> None:
    """The variable is named, the secret is not, and nothing is sent."""
    double = Vendor()
    with pytest.raises(errors.ConfigurationError) as caught:
        pages_of(double, "contacts", secret=secret, **options)  # type: ignore[arg-type]
    assert said in str(caught.value)
    assert len(secret) < 6 or secret not in "".join(traceback.format_exception(caught.value))
    assert not double.log


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 500])
def test_no_error_shows_a_secret(status: int) -> None:
    """Whatever the API answers, even with our own secret in its words, no error has it."""
    for options, secrets in (({}, (Vendor.secret,)), ({"client_id": CLIENT, "secret": APP}, Vendor.client[1:])):
        double = Vendor()
        double.error = lambda _, said=secrets: ({"success": False, "error": f"no: {' '.join(said)}"}, {})  # type: ignore[method-assign,misc]
        for path in ("/persons", "/oauth/token"):
            double.faults.extend(Fault(status, path=path) for _ in range(20))
        with pytest.raises(errors.CallError) as caught:
            pages_of(double, "contacts", **options)  # type: ignore[arg-type]
        told = "".join(traceback.format_exception(caught.value)) + str(caught.value)
        assert not [secret for secret in (*secrets, double.access_token) if secret in told]


def test_a_wrong_token_is_a_matter_of_access() -> None:
    """A token that the account does not know ends as an error of access that says what to do."""

    async def use(source: Source) -> object:
        return await taken(source.pull("contacts", None))

    with pytest.raises(errors.AccessError, match="401"):
        with_source(Vendor(), use, secret="wrong-token")
