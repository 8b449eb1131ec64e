"""What can be set in `sync.toml`: the sections, their keys, defaults and checks."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from phonenumbers import SUPPORTED_REGIONS
from pydantic import Field, field_validator, model_validator

from connectors.records import CONTACT, LANDED, Survivorship
from pipelines.settings.crm import Crm
from pipelines.settings.section import Section, Share, Switch

SOURCE_NAME: Final = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
OWNER: Final = re.compile(r"(team:[\w.-]+|\w[\w.%+-]*@[A-Za-z0-9.-]+\.[A-Za-z]{2,7})", re.ASCII)
"""An e-mail or a team, in the form that Dagster takes."""

RESERVED: Final = ("origins",)
"""Names that no source may have."""

ROLE_MAILBOXES: Final = (
    *("abuse", "accounting", "accounts", "admin", "administration", "billing", "bookings", "buero", "careers"),
    *("contact", "contacto", "contatti", "customerservice", "enquiries", "enquiry", "events", "feedback", "finance"),
    *("hello", "help", "helpdesk", "hi", "hostmaster", "hr", "info", "information", "inquiries", "invoices", "it"),
    *("jobs", "kontakt", "legal", "mail", "mailbox", "marketing", "media", "news", "newsletter", "noreply"),
    *("no-reply", "office", "orders", "partners", "postmaster", "praxis", "presse", "press", "privacy", "purchasing"),
    *("reception", "recruiting", "reservations", "sales", "security", "service", "shop", "staff", "support", "team"),
    *("verkauf", "vertrieb", "webmaster", "welcome"),
)
"""Local parts that stand for a function, after RFC 2142 and everyday use: such an address never joins two people."""

PLACEHOLDER_EMAILS: Final = (
    *("test@test.com", "test@example.com", "none@none.com", "no@email.com", "noemail@noemail.com", "na@na.com"),
    *("asdf@asdf.com", "a@a.com", "email@email.com", "name@domain.com", "user@example.com", "example@example.com"),
)
"""Addresses that people type to get past a form: they are nothing."""


class SourceSettings(Section):
    """`[sources.NAME]`: one place that records come from."""

    kind: str
    """The connector's module name, such as `csv_file`."""
    options: dict[str, Any] = Field(default_factory=dict)
    """The connector's own options."""
    columns: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Field → the source's columns, best first; goes before what the layout says. An empty list unmaps the field."""
    blank_clears: Switch = False
    """Whether a blank cell of a mapped column says that there is nothing, rather than saying nothing."""
    clear_marker: str | None = Field(default=None, min_length=1)
    """The text of a cell that says that there is nothing, such as "(clear)"."""
    series: tuple[str, ...] = ()
    """Patterns of names of which each file takes the place of the one before, such as "people-*.csv"."""
    start: date = Field(default=date(2020, 1, 1), ge=date(1970, 1, 1))
    """Of a source of an API: the first day that Dagster offers for a backfill. UTC."""
    owner: str | None = None
    """Who is asked about it, for Dagster: an e-mail, or a team such as "team:sales-ops"."""

    @field_validator("owner")
    @classmethod
    def _owner(cls, value: str | None) -> str | None:
        if value is not None and not OWNER.fullmatch(value):
            raise ValueError('must be an e-mail, or a team such as "team:sales-ops"')
        return value

    @field_validator("series", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @field_validator("series")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any("/" in pattern or not set(pattern) & set("*?[") for pattern in value):
            raise ValueError('must be a pattern of names, such as "people-*.csv"')
        return value

    @field_validator("columns", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {name: [given] if isinstance(given, str) else given for name, given in value.items()}

    @field_validator("columns")
    @classmethod
    def _known(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        known = sorted({name for schema in LANDED.values() for name in schema.names})
        for name in value:
            if name not in known:
                raise ValueError(f"'{name}' is no field; fields are {', '.join(known)}")
        return value


class Match(Section):
    """`[match]`: what makes two records one person."""

    default_region: str | None = None
    """ISO country code by which national phone numbers are read when the record names no country, such as "DE"."""
    role_mailboxes: tuple[str, ...] = ROLE_MAILBOXES
    """Local parts of shared mailboxes: such an address joins nobody and is nobody's e-mail."""
    placeholder_emails: tuple[str, ...] = PLACEHOLDER_EMAILS
    """Addresses that mean "none"."""
    hub_limit: int = Field(default=5, ge=1, le=1000)
    """A key that more than this many different names hold is a hub (a switchboard): it joins nobody."""
    gmail_variants: Switch = False
    """Take Gmail addresses that differ in dots or a `+tag` alone for one mailbox, which they are."""
    keys: tuple[Literal["linkedin_url", "external_ids"], ...] = ()
    """Exact keys beyond e-mail and phone: they join as firmly as an e-mail."""
    candidates: Switch = True
    """List pairs that no key joins and that are likely one person."""
    candidate_score: float = Field(default=0.5, ge=0.01, lt=1)
    """How likely two people must be one to be listed."""

    @field_validator("default_region")
    @classmethod
    def _region(cls, value: str | None) -> str | None:
        if value is not None and value not in SUPPORTED_REGIONS:
            raise ValueError('must be an ISO country code in capitals, such as "DE" (the United Kingdom is "GB")')
        return value


POLICY_FIELDS: Final = (*(name for name, field in CONTACT.in_columns.items() if field.has_policy), "properties")
"""Fields for which the settings may name a policy; `properties` stands for all of them."""
SURVIVING_FIELDS: Final = tuple(name for name, field in CONTACT.in_columns.items() if field.survivorship)
"""Fields of which the settings may say which record's value survives; the last name goes with the first."""


class FieldSettings(Section):
    """`[fields.NAME]`: who wins where the CRM and the sources differ."""

    policy: Literal["crm_wins", "source_wins", "fill_empty", "newest", "append", "review"] = "crm_wins"
    """`crm_wins`: update what is still ours, keep a human's edit. `source_wins`: the sources overwrite.
    `fill_empty`: write only what is empty. `newest`: whoever spoke last, by change times. `append`: add, never take
    away (tags, properties). `review`: write nothing, list it."""
    retract: Literal["review", "write", "keep"] = "review"
    """What becomes of a value of ours that still stands and that no evidence supports any more: listed for review, put
    back to what stood there before us, or kept."""
    survivorship: Survivorship | None = None
    """Whose value is golden where several records speak of one person. Absent: `source_order`, tags `union`."""
    sources: tuple[str, ...] = ()
    """Sources to believe first for this field, in this order; those it leaves out come after."""


class Limits(Section):
    """`[limits]`: how much at once, how long at most."""

    memory: str = Field(default="2GB", pattern=r"^[1-9]\d*(MB|GB)$")
    """What DuckDB may use before it spills to disk."""
    threads: int = Field(default=2, ge=1, le=256)
    """Threads of DuckDB."""
    concurrency: int = Field(default=16, ge=1, le=64)
    """Calls to the CRM in flight at once, at most: how many there are follows the server's pace."""
    requests_per_second: float | None = Field(default=None, gt=0)
    """A fixed pace for calls; absent: none but the server's own."""
    page_size: int = Field(default=200, ge=1, le=1000)
    """Rows asked for per page of a list."""
    deadline_seconds: float = Field(default=90.0, gt=0)
    """How long one call may take in all, its retries included."""
    settle_seconds: float | None = Field(default=None, ge=0)
    """How long a call may still be under way after we lost sight of it. Absent: 60 over HTTP, 0 in process."""
    max_refusals: int = Field(default=25, ge=1)
    """How many refusals of one kind (call and status) end a run: then it is no matter of single rows."""
    max_lost_answers: int | None = Field(default=None, ge=1)
    """How many answers to one create or entry may be lost before it is not sent again by itself, though it is surely
    not there. Absent: it is sent until it arrives."""
    keep_history_days: int = Field(default=90, ge=1, le=36_500)
    """How many days Dagster's history of a run stays; that of a run whose tables are kept stays with them."""
    keep_runs: int = Field(default=20, ge=1)
    """How many runs' tables stay in the data folder, beside those in use."""


class Gates(Section):
    """`[gates]`: how much one run may do before somebody has to allow it. Over a limit nothing is sent."""

    floor: int = Field(default=50, ge=0)
    """Fewer contacts (or records) than this are never too many, whatever their share."""
    created: int = Field(default=10_000, ge=0)
    """Contacts that a run may create."""
    created_share: Share = 0.5
    """The same as a share of the contacts that the CRM holds; not asked of the first run into an empty CRM."""
    overwritten: int = Field(default=5_000, ge=0)
    """Contacts of which a run may overwrite or clear something."""
    overwritten_share: Share = 0.2
    """The same as a share of the contacts that the CRM holds."""
    retracted: int = Field(default=500, ge=0)
    """Contacts of which a run may take back a value."""
    retracted_share: Share = 0.05
    """The same as a share of the contacts that the CRM holds."""
    dropped: int = Field(default=5_000, ge=0)
    """Records that a source may have fewer than when a run was last applied."""
    dropped_share: Share = 0.2
    """The same as a share of the records that it had then."""


class Privacy(Section):
    """`[privacy]`: what may be seen where."""

    show_values: Switch = False
    """Show personal values in full in Dagster's previews. Off: `j•••@acme.com`."""


class Settings(Section):
    """All of `sync.toml`."""

    crm: Crm = Crm()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)
    match: Match = Match()
    fields: dict[str, FieldSettings] = Field(default_factory=dict)
    limits: Limits = Limits()
    gates: Gates = Gates()
    privacy: Privacy = Privacy()
    folder: Path = Field(default=Path(), exclude=True)
    """The folder of the file: relative paths in it start there. Not a key of the file."""

    @field_validator("sources")
    @classmethod
    def _source_names(cls, value: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
        for name in value:
            if not SOURCE_NAME.match(name):
                raise ValueError(f"'{name}' is no source name; use lower-case letters, digits and _")
            if name in RESERVED:
                raise ValueError(f"'{name}' is no source name; Dagster's graph needs it for other things")
        return value

    @field_validator("fields")
    @classmethod
    def _field_names(cls, value: dict[str, FieldSettings]) -> dict[str, FieldSettings]:
        for name, field in value.items():
            if name not in POLICY_FIELDS:
                raise ValueError(f"'{name}' has no policy; fields are {', '.join(POLICY_FIELDS)}")
            if (field.survivorship or field.sources) and name not in SURVIVING_FIELDS:
                raise ValueError(f"'{name}' takes no survivorship; fields that do are {', '.join(SURVIVING_FIELDS)}")
            if field.policy == "append" and name not in ("tags", "properties"):
                raise ValueError(f"'{name}' has one value: the policy append is for tags and properties")
            if field.survivorship == "union" and name != "tags":
                raise ValueError(f"'{name}' has one value: union is for tags")
        return value

    @model_validator(mode="after")
    def _field_sources(self) -> Settings:
        for name, field in self.fields.items():
            for source in field.sources:
                if source not in self.sources:
                    raise ValueError(f"fields.{name}.sources: there is no source '{source}'")
        return self
