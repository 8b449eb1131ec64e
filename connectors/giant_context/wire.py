"""The CRM's REST contract: paths and models, shared by the client and the embedded server.

Reading is tolerant (unknown keys are ignored, `pagination` stands for `meta`, a lone `{"data": {…}}` is unwrapped);
writing is strict (unknown keys are refused by the server).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Generic, Literal, Self, TypeVar, get_args
from urllib.parse import quote

from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel

ContactStatus = Literal["active", "inactive", "archived"]
ContactSource = Literal["referral", "website", "cold_call", "event", "other"]
CompanySize = Literal["1-10", "11-50", "51-200", "201-500", "500+"]

Item = TypeVar("Item", bound=BaseModel)

_NO_NUL: Final = r"^[^\x00]*$"
_NOT_BLANK: Final = r"^[^\x00]*[^\s\x00\x1c-\x1f\x85][^\x00]*$"
Text = Annotated[str, Field(json_schema_extra={"pattern": _NO_NUL})]
"""What the server stores as text. It is the server that looks: the pattern is its description, and costs no caller."""
Name = Annotated[str, Field(min_length=1, json_schema_extra={"pattern": _NOT_BLANK})]
"""A text that may not be blank."""
NameChange = Annotated[str | None, WithJsonSchema({"type": "string", "minLength": 1, "pattern": _NOT_BLANK})]
"""A name that may be left out; a null would clear it, which the server refuses."""
StatusChange = Annotated[ContactStatus | None, WithJsonSchema({"enum": list(get_args(ContactStatus))})]
"""A status that may be left out, and never cleared."""

TOKEN_PATH: Final = "/auth/token"  # noqa: S105 - a path, not a password

INSTANCE_HEADER: Final = "x-crm-instance"
"""Comes with a token of an embedded CRM: its id, by which it is told from another one at the same address."""

DEFAULT_PAGE_SIZE: Final = 50
MAX_PAGE_SIZE: Final = 200


def project_path(organization_id: str, project_id: str) -> str:
    """Return the path under which a project lives. Ids are percent-encoded: an id never becomes a path."""
    return f"/organizations/{quote(organization_id, safe='')}/projects/{quote(project_id, safe='')}"


def app_path(organization_id: str, project_id: str, app_id: str) -> str:
    """Return the path under which one CRM app of a project lives."""
    return f"{project_path(organization_id, project_id)}/apps/crm/{quote(app_id, safe='')}"


class Model(BaseModel):
    """camelCase on the wire, snake_case here."""

    model_config = ConfigDict(alias_generator=AliasGenerator(to_camel), populate_by_name=True)


class Given(Model):
    """What a caller sends: unknown keys are refused, and what was not given is told apart from null."""

    model_config = ConfigDict(extra="forbid")

    def body(self) -> dict[str, Any]:
        """Return the given keys alone, as the JSON object to send."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)


class CompanyRef(Model):
    """The company that a contact or activity is linked to."""

    id: str
    name: str


class ContactRef(Model):
    """The contact that an activity is linked to."""

    id: str
    first_name: str
    last_name: str


class Contact(Model):
    """A person as the CRM holds it. Enumerations are plain text here: a reader must survive new members."""

    id: str
    app_id: str = ""
    company_id: str | None = None
    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    title: str | None = None
    department: str | None = None
    status: str = "active"
    source: str | None = None
    properties: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    email_subscribed: bool = True
    locale: str | None = None
    last_activity_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    company: CompanyRef | None = None


class Address(Model):
    """Where a company is."""

    street: Text | None = None
    city: Text | None = None
    state: Text | None = None
    country: Text | None = None
    postal_code: Text | None = None


class Company(Model):
    """A company as the CRM holds it."""

    id: str
    app_id: str = ""
    name: str
    website: str | None = None
    industry: str | None = None
    size: str | None = None
    annual_revenue: float | None = None
    phone: str | None = None
    email: str | None = None
    address: Address = Field(default_factory=Address)
    properties: dict[str, Any] = Field(default_factory=dict)
    tags: list[str] = Field(default_factory=list)
    contact_count: int | None = None
    created_at: datetime
    updated_at: datetime


class Activity(Model):
    """One entry of a timeline. `data` is its free JSON payload, not an envelope.

    `written_by` is what newer accounts call `source`: whichever an answer has, both are read.
    """

    id: str
    app_id: str = ""
    contact_id: str | None = None
    company_id: str | None = None
    source: str | None = None
    written_by: str | None = None
    description: str = ""
    data: dict[str, Any] = Field(default_factory=dict)
    created_at: datetime
    contact: ContactRef | None = None
    company: CompanyRef | None = None

    @model_validator(mode="after")
    def _either_name(self) -> Self:
        self.source = self.written_by = self.source or self.written_by
        return self


class PageMeta(Model):
    """Where in a list a page is. `page` counts from 1; `page_size` is what the server used, not what was asked."""

    total: int
    page: int
    page_size: int
    page_count: int | None = None


class Page(Model, Generic[Item]):
    """One page of a list."""

    data: list[Item]
    meta: PageMeta = Field(validation_alias=AliasChoices("meta", "pagination"))


class ContactGiven(Given):
    """What both bodies about a contact may hold."""

    email: Text | None = None
    phone: Text | None = None
    title: Text | None = None
    department: Text | None = None
    company_id: Text | None = None
    source: ContactSource | None = None
    properties: dict[str, Any] | None = None
    tags: list[Name] | None = None
    locale: Text | None = None


class ContactCreate(ContactGiven):
    """The body of POST …/contacts."""

    first_name: Name
    last_name: Name
    status: ContactStatus | None = None


class ContactUpdate(ContactGiven):
    """The body of PUT …/contacts/{id}: only the given keys change; a given null clears."""

    first_name: NameChange = Field(default=None, min_length=1)
    last_name: NameChange = Field(default=None, min_length=1)
    status: StatusChange = None


class FieldWrite(Given):
    """The body of PUT …/contacts/{id}/fields: sets one key of `properties`."""

    key: str = Field(min_length=1)
    value: Any


class TagWrite(Given):
    """The body of POST and DELETE …/contacts/{id}/tags."""

    tag: Name


class ActivityCreate(Given):
    """The body of POST …/activities. Who wrote it is said by one of two names."""

    description: Name
    source: Text | None = None
    written_by: Text | None = None
    contact_id: Text | None = None
    company_id: Text | None = None
    data: dict[str, Any] | None = None


class CompanyGiven(Given):
    """What both bodies about a company may hold."""

    website: Text | None = None
    industry: Text | None = None
    size: CompanySize | None = None
    annual_revenue: Annotated[float, Field(strict=True, allow_inf_nan=False)] | None = None
    phone: Text | None = None
    email: Text | None = None
    address: Address | None = None
    properties: dict[str, Any] | None = None
    tags: list[Name] | None = None


class CompanyCreate(CompanyGiven):
    """EXTENSION, not in the public API: the body of POST …/companies."""

    name: Name


class CompanyWrite(CompanyGiven):
    """EXTENSION, not in the public API: the body of PUT …/companies/{id}."""

    name: NameChange = Field(default=None, min_length=1)


class TokenRequest(Given):
    """The body of POST /auth/token."""

    api_key: Text


class Token(Model):
    """A bearer token and the moment it stops working."""

    token: str
    expires_at: datetime


class ErrorBody(Model):
    """How the server says no."""

    message: str = ""
    code: str = ""
