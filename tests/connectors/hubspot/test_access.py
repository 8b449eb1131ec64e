"""Who we are, how often we may call, and what people are told where HubSpot refuses."""

import asyncio
import traceback

import pytest

from connectors.api import Access
from connectors.errors import AccessError, BridgeError, ConfigurationError, Forbidden, RateLimited
from connectors.http import Limits
from connectors.hubspot import Source
from tests.connectors.hubspot.account import VARIABLE, pulled, source
from tests.vendors.double import Fault
from tests.vendors.hubspot import PORTAL, Vendor


@pytest.fixture
def double() -> Vendor:
    """A small account."""
    return Vendor(contacts=450, companies=10, activities=10)


def checked(opened: Source) -> Access:
    """Open the source and ask it what can be read."""

    async def run() -> Access:
        async with opened:
            return await opened.check()

    return asyncio.run(run())


def test_a_secret_that_is_missing_is_named_by_its_variable(double: Vendor) -> None:
    """Opening says which environment variable is to be set; making the source does not ask for it."""
    with pytest.raises(ConfigurationError, match=VARIABLE):
        pulled(source(double, secret=None), "contacts")
    assert not double.log


@pytest.mark.parametrize(
    ("secret", "client_id", "said"),
    [
        ("two words", None, "holds no token"),
        ("{not json", "id", "is no OAuth secret"),
        ('{"client_secret": "hush-hush"}', "id", "is no OAuth secret"),
        ('{"client_secret": "hush-hush", "refresh_token": "quiet"}', None, "client_id is missing"),
    ],
)
def test_a_secret_of_the_wrong_form_is_not_shown(double: Vendor, secret: str, client_id: str | None, said: str) -> None:
    """What is wrong with it is said, without a word of it."""
    with pytest.raises(ConfigurationError, match=said) as caught:
        pulled(source(double, secret=secret, client_id=client_id), "contacts")
    assert not [word for word in ("hush-hush", "quiet", "two words", "not json") if word in str(caught.value)]


def test_oauth_exchanges_the_refresh_token_once_and_again_before_it_ends(double: Vendor) -> None:
    """The token serves all calls while it lives, and is renewed before its half hour is over."""

    async def run() -> None:
        from tests.connectors.hubspot.account import gathered

        async with source(double, secret=double.oauth_secret, client_id=double.client_id) as opened:
            assert (await gathered(opened.pull("contacts", None))).ids == double.ids("contacts")
            assert len(double.asked("/oauth/")) == 1
            double.advance(minutes=29)
            await gathered(opened.pull("companies", None))

    asyncio.run(run())
    assert len(double.asked("/oauth/")) == 2
    assert 401 not in {one.status for one in double.log}


@pytest.mark.parametrize("secret", ["pat-na1-hush-hush-secret", ""])
def test_no_error_shows_a_secret(double: Vendor, secret: str) -> None:
    """Whatever is refused, neither the error, nor its causes, nor the traceback show a token."""
    oauth = '{"client_secret": "hush-hush-secret", "refresh_token": "hush-hush-token"}'
    given = {"secret": secret} if secret else {"secret": oauth, "client_id": "id"}
    with pytest.raises(AccessError) as caught:
        pulled(source(double, **given), "contacts")  # type: ignore[arg-type]
    told = "".join(traceback.format_exception(caught.value))
    assert "hush-hush" not in told
    assert "hush-hush" not in repr(caught.value.__dict__)


def test_a_missing_scope_is_named(double: Vendor) -> None:
    """A stream that may not be read says which scope is to be given; the others are read."""
    double.missing = {"sales-email-read"}
    assert pulled(source(double), "contacts", brief=True).ids
    with pytest.raises(Forbidden, match="Give the app the scope sales-email-read"):
        pulled(source(double), "emails")


def test_the_limit_of_a_day_is_said_and_not_waited_for(double: Vendor) -> None:
    """When no call is left today, that is said at once, with when there are some again."""
    double.daily_left = 3
    before = double.now
    with pytest.raises(RateLimited, match=r"limit of calls a day is used up.*midnight"):
        pulled(source(double), "contacts")
    assert (double.now - before).total_seconds() < 5
    assert sum(one.status == 429 for one in double.log) == 1


def test_calls_rest_where_the_headers_say_that_none_is_left(double: Vendor) -> None:
    """Calls wait for the next ten seconds before any is refused."""
    double.pace = 3
    assert pulled(source(double), "contacts", brief=True).ids == double.ids("contacts")
    assert 429 not in {one.status for one in double.log}


def test_searches_keep_to_their_own_pace(double: Vendor) -> None:
    """With five searches a second allowed, none is refused, and other calls do not wait for it."""
    double = Vendor(contacts=3_000, companies=5, activities=0)
    double.search_pace = 5
    assert pulled(source(double, searches_per_second=5), "contacts", brief=True).ids == double.ids("contacts")
    assert 429 not in {one.status for one in double.log}


def test_searches_that_are_refused_are_made_again_later(double: Vendor) -> None:
    """Somebody else searches the same account: a 429 is waited for, and nothing is lost."""
    double = Vendor(contacts=2_000, companies=5, activities=0)
    double.search_pace = 2
    patient = Limits(deadline=900, retry_budget=1000)
    assert pulled(source(double, limits=patient), "contacts", brief=True).ids == double.ids("contacts")
    assert 429 in {one.status for one in double.log}


@pytest.mark.parametrize(("status", "headers"), [(423, {}), (477, {"retry-after": "30"})])
def test_locked_and_migrating_are_waited_for(double: Vendor, status: int, headers: dict[str, str]) -> None:
    """A lock is waited for two seconds at least, a migration as long as HubSpot says."""
    double.faults.append(Fault(status, path="/search", headers=headers))
    before = double.now
    assert pulled(source(double), "contacts", brief=True).ids == double.ids("contacts")
    assert (double.now - before).total_seconds() >= int(headers.get("retry-after", 2))


def test_the_check_names_account_calls_and_missing_scopes(double: Vendor) -> None:
    """In a few calls: which portal, how many calls are left, what is missing, and the server's clock."""
    double.missing = {"crm.objects.companies.read"}
    access = checked(source(double))
    assert access.account == f"portal {PORTAL} on http://127.0.0.1"
    assert any("calls left today" in note for note in access.notes)
    assert access.wrong == ("companies may not be read: give the app the scope crm.objects.companies.read.",)
    assert access.server_time == double.now.replace(microsecond=0)
    assert len(double.log) == 8


def test_the_check_says_that_a_token_is_of_another_account(double: Vendor) -> None:
    """A number in the settings that is not the token's would make wrong addresses, and cursors that lie."""
    assert "portal 4711" in checked(source(double, portal_id=12)).wrong[0]


def test_the_check_fails_where_nothing_can_be_read(double: Vendor) -> None:
    """A wrong token is an error."""
    with pytest.raises(BridgeError):
        checked(source(double, secret="pat-wrong"))


def test_places_are_addresses_where_the_account_is_known(double: Vendor) -> None:
    """With the account's number a contact has its address; without it, and for activities, a word and the id."""
    known, unknown = source(double, portal_id=4711), source(double)
    rows = {0: "951"}
    assert known.places("contacts", rows, {}) == {0: "https://app.hubspot.com/contacts/4711/record/0-1/951"}
    assert known.places("companies", rows, {}) == {0: "https://app.hubspot.com/contacts/4711/record/0-2/951"}
    assert known.facts == {"portal": "4711"}
    assert unknown.places("contacts", rows, {}) == {0: "contact 951"}
    assert unknown.places("contacts", rows, known.facts) == known.places("contacts", rows, {})
    assert known.places("notes", rows, {}) == {0: "note 951"}


def test_the_origin_is_the_account_and_no_secret(double: Vendor) -> None:
    """Another token may be another account, unless the settings name the account; no token stands in it."""
    assert source(double, secret="pat-one").origin != source(double, secret="pat-two").origin
    named = [source(double, secret=secret, portal_id=4711).origin for secret in ("pat-one", "pat-two")]
    assert named[0] == named[1]
    assert "pat-one" not in source(double, secret="pat-one").origin


def test_plain_http_is_for_this_machine_alone(double: Vendor) -> None:
    """A token is not sent in clear."""
    with pytest.raises(ConfigurationError, match="in clear"):
        pulled(source(double, base_url="http://api.hubapi.com"), "contacts")
