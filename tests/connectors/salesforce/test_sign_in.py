"""Who we are: three ways to log in, sessions that end, and secrets that nobody sees."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from connectors import errors
from connectors.salesforce import Options, Source
from connectors.testing.bench import taken
from connectors.testing.double import Fault
from tests.connectors.salesforce.reading import VARIABLE, ids_of, pages_of, source_of, with_source
from tests.vendors.salesforce import Vendor
from tests.vendors.salesforce_login import REFRESH, SECRET, USERNAME, pem, private_key

PAIR = json.dumps({"client_secret": SECRET, "refresh_token": REFRESH})
JWT: dict[str, Any] = {"auth": "jwt", "username": USERNAME}


def ways() -> list[tuple[str, dict[str, Any]]]:
    """Each way to log in: the secret, and the options."""
    return [(SECRET, {}), (PAIR, {"auth": "refresh_token"}), (pem(), JWT)]


@pytest.mark.parametrize("way", range(3), ids=["client_credentials", "refresh_token", "jwt"])
def test_each_way_to_log_in_gets_one_token_for_a_pull(way: int) -> None:
    """Client credentials, a refresh token, a signed login: one exchange serves all calls."""
    secret, options = ways()[way]
    double = Vendor(contacts=4_500)
    assert ids_of(pages_of(double, "contacts", secret=secret, **options)) == double.ids("contacts")
    assert len(double.asked("/oauth2/token")) == 1


def test_a_key_may_stand_in_one_line() -> None:
    """Where an environment takes no line ends, they are written as backslash and n."""
    double = Vendor(contacts=3)
    assert ids_of(pages_of(double, "contacts", secret=pem().replace("\n", "\\n"), **JWT)) == double.ids("contacts")


def test_a_login_of_a_sandbox_is_signed_for_sandboxes() -> None:
    """The audience follows from the address, unless the settings name one."""
    options = {"client_id": "x", "auth": "jwt", "username": "u"}
    assert Options(login_url="https://acme.my.salesforce.com", **options).signed_for == "https://login.salesforce.com"
    sandbox = "https://acme--dev.sandbox.my.salesforce.com"
    assert Options(login_url=sandbox, **options).signed_for == "https://test.salesforce.com"
    assert Options(login_url=sandbox, audience="https://x.example", **options).signed_for == "https://x.example"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"audience": "https://test.salesforce.com"}, "audience is invalid"),
        ({"username": "somebody"}, "hasn't approved this consumer"),
        ({"client_id": "another"}, "client identifier invalid"),
    ],
)
def test_a_signed_login_that_is_refused_says_why(options: dict[str, str], said: str) -> None:
    """Salesforce's own words are told, and the variable that holds the key."""
    with pytest.raises(errors.AccessError, match=f"{said}.*{VARIABLE}"):
        pages_of(Vendor(), "contacts", secret=pem(), **{**JWT, **options})


def test_a_login_that_another_key_signed_is_refused() -> None:
    """The double holds the signature against the app's certificate."""
    with pytest.raises(errors.AccessError, match="invalid assertion"):
        pages_of(Vendor(), "contacts", secret=pem(generate_private_key(65537, 2048)), **JWT)


def test_a_session_that_ends_under_way_is_renewed_once() -> None:
    """Tokens have no known life: the first 401 is answered by a new login, and the pull goes on."""
    double = Vendor(contacts=4_500)

    async def use(source: Source) -> list[str]:
        found: list[str] = []
        async for page in source.pull("contacts", None):
            if not found:  # once: the next page is under way meanwhile, and a second end could meet its second attempt
                double.end_sessions()
            found += page.rows["Id"].to_pylist()
        return found

    assert with_source(double, use) == double.ids("contacts")
    assert [seen.status for seen in double.log].count(401) == len(double.asked("/oauth2/token")) - 1 > 0


def test_a_session_that_never_holds_is_a_matter_of_access() -> None:
    """A second 401 is told as what it is."""
    double = Vendor()
    double.faults.extend(Fault(401, path="/describe") for _ in range(2))
    with pytest.raises(errors.AccessError, match=VARIABLE):
        pages_of(double, "contacts")
    assert len(double.asked("/oauth2/token")) == 2


def test_a_new_refresh_token_is_used_until_the_run_ends() -> None:
    """Where the app's policy hands out a new one with each login, the old one no longer counts."""
    double = Vendor(contacts=3)
    double.rotates = True

    async def use(source: Source) -> list[str]:
        await taken(source.pull("contacts", None))
        double.end_sessions()
        return ids_of(await taken(source.pull("contacts", None)))

    assert with_source(double, use, secret=PAIR, auth="refresh_token") == double.ids("contacts")
    assert double.refresh_token == f"{REFRESH}2"


@pytest.mark.parametrize(
    "address",
    [
        *("http://acme.example", "ftp://acme.example", "https://u:p@acme.example", 7, "https://evil.example"),
        *("https://evilsalesforce.com", "https://acme.my.salesforce.com.evil.example", "http://127.0.0.1:1"),
    ],
)
def test_calls_go_to_no_address_that_would_show_the_token(address: Any) -> None:
    """The instance that comes with a token must be where the login went, or a host of Salesforce's by https."""
    double = Vendor()
    double.instance_url = address
    with pytest.raises(errors.CallError, match="instance_url is no address that a token may be sent to"):
        pages_of(double, "contacts")
    assert {seen.path for seen in double.log} == {"/services/oauth2/token"}


def test_a_secret_is_never_sent_in_clear() -> None:
    """An address without https is refused, but for this machine's."""
    with pytest.raises(errors.ConfigurationError, match="in clear"):
        source_of(Vendor(), login_url="http://acme.example")
    source_of(Vendor(), login_url="http://127.0.0.1:8790")


def _other_keys() -> list[str]:
    curve = ec.generate_private_key(ec.SECP256R1())
    return [
        curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pass")).decode(),
        pem()[: len(pem()) // 2],
        SECRET,
    ]


def test_a_key_that_is_none_is_told_by_its_variable() -> None:
    """Another kind of key, one with a passphrase, half a key, no key: nothing of it is shown, nothing is sent."""
    for secret in _other_keys():
        double = Vendor()
        with pytest.raises(errors.ConfigurationError, match=f"{VARIABLE} is no private RSA key") as caught:
            pages_of(double, "contacts", secret=secret, **JWT)
        assert secret[30:60] not in "".join(traceback.format_exception(caught.value))
        assert not double.log


@pytest.mark.parametrize(
    ("secret", "options", "said"),
    [
        ("", {}, "is not set"),
        ("", {"auth": "refresh_token"}, "is not set"),
        ("", JWT, "is not set"),
        (PAIR, {}, "is no consumer secret"),
        (SECRET, {"auth": "refresh_token"}, "does not hold what a refresh needs"),
        ('{"client_secret": "s3cr3t-1"}', {"auth": "refresh_token"}, "does not hold what a refresh needs"),
        ("[1]", {"auth": "refresh_token"}, "does not hold what a refresh needs"),
    ],
)
def test_a_secret_of_the_wrong_form_is_told_by_its_variable(secret: str, options: dict[str, Any], said: str) -> None:
    """The variable is named, the secret is not, and nothing is sent."""
    double = Vendor()
    with pytest.raises(errors.ConfigurationError) as caught:
        pages_of(double, "contacts", secret=secret, **options)
    assert f"{VARIABLE} {said}" in str(caught.value)
    assert len(secret) < 6 or secret not in "".join(traceback.format_exception(caught.value))
    assert not double.log


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 500])
def test_no_error_shows_a_secret(status: int) -> None:
    """Whatever Salesforce answers, even with our own secrets in its words, no error has them."""
    for secret, options in ways():
        double = Vendor()
        hidden = [SECRET, REFRESH, *(line for line in pem().splitlines() if len(line) > 40)]
        double.error = lambda _, said=hidden: ([{"message": f"no: {' '.join(said[:2])}", "errorCode": "X"}], {})  # type: ignore[method-assign,misc]
        for path in ("/describe", "/oauth2/token"):
            double.faults.extend(Fault(status, path=path) for _ in range(20))
        with pytest.raises(errors.CallError) as caught:
            pages_of(double, "contacts", secret=secret, **options)
        told = "".join(traceback.format_exception(caught.value)) + str(caught.value)
        sent = [part for part in hidden if part in secret]
        assert not [part for part in (*sent, *double.tokens) if part in told]


@pytest.mark.parametrize(
    "options",
    [
        {"login_url": "https://login.salesforce.com"},
        {"login_url": "https://test.salesforce.com"},
        {"login_url": "acme"},
        {"client_id": ""},
        {"auth": "password"},
        {"auth": "jwt"},
        {"username": "u"},
        {"api_version": "v67"},
        {"daily_share": 1.5},
        {"bulk_above": -1},
        {"password": "x"},
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any]) -> None:
    """An address of all organisations, a user without a signed login, shares above everything, unknown keys."""
    with pytest.raises(ValidationError):
        Options.model_validate({"login_url": "https://acme.my.salesforce.com", "client_id": "x", **options})


def test_every_option_is_documented() -> None:
    """Each says what it means, and stands on the source's page and in the settings."""
    docs = Path(__file__).parents[3] / "docs"
    assert all(field.description for field in Options.model_fields.values())
    for page in ("sources/salesforce.md", "settings.md"):
        text = (docs / page).read_text("utf-8")
        assert not [name for name in Options.model_fields if f"`{name}`" not in text]
