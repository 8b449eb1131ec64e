"""The table of fields: what a source can say of a contact or a company, and where the CRM keeps it.

A contact field that is `plain` and goes to the CRM's properties needs no line of code elsewhere: its row here takes
it from a source's column to the golden record, the plan, the CRM and `explain`. A field that the CRM's API has itself
needs its line in `connectors/giant_context/wire.py`, too. Columns are mapped to fields by the settings, or by a
connector that knows its header.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Survivorship = Literal["source_order", "newest", "most_complete", "union"]
"""Whose value is golden where several records speak of one person."""

Equality = Literal["text", "email", "phone", "json"]
"""In which form two values of a field are compared: `planning/sql/macros.sql` has the forms."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record. Only fields of contacts say how they reach the CRM."""

    name: str
    about: str
    many: bool = False
    """Whether it takes several columns, and several values in a cell."""
    crm: str | None = None
    """Its name in plans, settings and the ledger: `title`, or `properties.linkedin_url`. None: it is not sent."""
    crm_column: str | None = None
    """Its column in `current_contacts`, where that has another name than `crm`."""
    equality: Equality = "text"
    has_policy: bool = True
    """Whether the settings may name a policy for this field alone. Properties have the policy of all properties."""
    survivorship: Survivorship | None = "source_order"
    """The survivorship where the settings name none. None: it is `source_order`, and the settings cannot change it; the
    same is true of every property."""
    plain: bool = False
    """Whether it is treated by the rules for all plain fields: one value, from one record, sent as it is."""

    @property
    def column(self) -> str | None:
        """Its column in `current_contacts`; None for a property, and for what is not sent."""
        if self.crm is None or self.property_key is not None:
            return None
        return self.crm_column or self.crm

    @property
    def property_key(self) -> str | None:
        """Its key in the CRM's `properties`, where it stands there."""
        group, _, key = (self.crm or "").partition(".")
        return key if group == "properties" else None


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of one object. `name` is the object's word in paths and settings: `contacts` or `companies`."""

    name: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """Return the field called `name`; KeyError when there is none."""
        return {field.name: field for field in self.fields}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """All field names, in order."""
        return tuple(field.name for field in self.fields)

    @property
    def sent(self) -> tuple[Field, ...]:
        """The fields that reach the CRM."""
        return tuple(field for field in self.fields if field.crm is not None)

    @property
    def in_columns(self) -> dict[str, Field]:
        """The fields that have a column of their own in `current_contacts`, by their names in plans and settings."""
        return {field.crm: field for field in self.fields if field.crm is not None and field.column is not None}

    @property
    def plain(self) -> tuple[Field, ...]:
        """The fields that are treated by the rules for all plain fields."""
        return tuple(field for field in self.fields if field.plain)


CONTACT: Final = Schema(
    "contacts",
    (
        Field("source_id", "the source's own id of the record"),
        Field("modified_at", "when the source last changed the record"),
        Field("full_name", "the whole name in one cell"),
        Field("first_name", "given name", crm="first_name"),
        Field("last_name", "family name", crm="last_name", survivorship=None),
        Field("emails", "e-mail addresses, best first", many=True, crm="email", equality="email"),
        Field("phones", "phone numbers, best first; never fax numbers", many=True, crm="phone", equality="phone"),
        Field("title", "job title", crm="title", plain=True),
        Field("department", "department", crm="department", plain=True),
        Field("company_id", "the source's own id of the contact's company"),
        Field("company_name", "the company's name", crm="company", crm_column="company_id"),
        Field("company_website", "the company's website or domain"),
        Field("city", "city"),
        Field("country", "country name or ISO code; decides how national phone numbers are read"),
        Field("locale", "language tag, such as de-DE", crm="locale", has_policy=False, survivorship=None, plain=True),
        Field("linkedin_url", "profile address", crm="properties.linkedin_url", equality="json", plain=True),
        Field("birthday", "date of birth"),
        Field("tags", "labels, lists, memberships", many=True, crm="tags", survivorship="union"),
        Field("external_ids", "ids of the person that several sources share, such as a customer number", many=True),
    ),
)

COMPANY: Final = Schema(
    "companies",
    (
        Field("source_id", "the source's own id of the record"),
        Field("modified_at", "when the source last changed the record"),
        Field("name", "the company's name"),
        Field("website", "website or domain"),
        Field("emails", "e-mail addresses, best first", many=True),
        Field("phones", "phone numbers, best first", many=True),
        Field("industry", "industry"),
        Field("size", "number of employees, or a range of them"),
        Field("annual_revenue", "annual revenue as a number"),
        Field("street", "street and number"),
        Field("city", "city"),
        Field("state", "state or region"),
        Field("country", "country name or ISO code"),
        Field("postal_code", "postal code"),
    ),
)

SCHEMAS: Final = {schema.name: schema for schema in (CONTACT, COMPANY)}
