"""The table of fields: what a source can say of a contact or a company, and where the CRM keeps it.

A contact field that is `plain` and goes to the CRM's properties needs no line of code elsewhere: its row here takes
it from a source's column to the golden record, the plan, the CRM and `explain`. A field that the CRM's API has itself
needs its line in `connectors/giant_context/wire.py`, too. Columns are mapped to fields by the settings, or by a
connector that knows its header.
"""

from __future__ import annotations

from collections.abc import Collection
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
    told_by: str = ""
    """The golden column with the record that its value comes from, where that is not `<name>_from`."""
    optional: bool = False
    """Whether it reaches the CRM only where the settings name it (`crm.properties`)."""

    @property
    def evidence(self) -> str:
        """The golden column with the record that its value comes from."""
        return self.told_by or f"{self.name}_from"

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
    derived: tuple[Field, ...] = ()
    """What reaches the CRM and stands in no column of a source: it is worked out of what several rows say."""

    def field(self, name: str) -> Field:
        """Return the field called `name`; KeyError when there is none."""
        return {field.name: field for field in self.fields}[name]

    @property
    def names(self) -> tuple[str, ...]:
        """All field names, in order."""
        return tuple(field.name for field in self.fields)

    @property
    def sent(self) -> tuple[Field, ...]:
        """The fields that reach the CRM, or may, where the settings say so."""
        return (*(field for field in self.fields if field.crm is not None), *self.derived)

    def planned(self, optional: Collection[str]) -> tuple[Field, ...]:
        """The plain and the derived fields that reach the CRM where the settings name these optional ones."""
        return (*(field for field in self.plain if not field.optional or field.name in optional), *self.derived)

    @property
    def optional(self) -> tuple[str, ...]:
        """The names of the fields that reach the CRM where the settings say so."""
        return tuple(field.name for field in self.fields if field.optional)

    @property
    def in_columns(self) -> dict[str, Field]:
        """The fields that have a column of their own in `current_contacts`, by their names in plans and settings."""
        return {field.crm: field for field in self.fields if field.crm is not None and field.column is not None}

    @property
    def plain(self) -> tuple[Field, ...]:
        """The fields that are treated by the rules for all plain fields."""
        return tuple(field for field in self.fields if field.plain)


def _to_property(name: str, about: str, *, optional: bool = False, told_by: str = "") -> Field:
    """A plain field that goes to the property of its name."""
    place = f"properties.{name}"
    return Field(name, about, crm=place, equality="json", plain=True, optional=optional, told_by=told_by)


FATE: Final = (
    Field(
        "tombstone", "what became of the record in its source: deleted, archived, merged, converted; blank: it stands"
    ),
    Field("merged_into", "the source's own id of the record that it was merged or converted into"),
    Field("merged_ids", "the source's own ids of records that were merged into it", many=True),
)
"""What a source itself says of a record's end. A record with a tombstone gives no keys and no values."""

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
        _to_property("company_website", "the company's website or domain", optional=True),
        _to_property("city", "city", optional=True),
        _to_property("country", "country name or ISO code; decides how national phone numbers are read", optional=True),
        Field("locale", "language tag, such as de-DE", crm="locale", has_policy=False, survivorship=None, plain=True),
        _to_property("linkedin_url", "profile address"),
        _to_property("birthday", "date of birth", optional=True),
        Field("tags", "labels, lists, memberships", many=True, crm="tags", survivorship="union"),
        Field("external_ids", "ids of the person that several sources share, such as a customer number", many=True),
        Field("email_opt_out", "whether the person wants no e-mail: yes, no, or since when", many=True),
        Field("email_opt_out_at", "when the person said so"),
        Field("email_opt_in_at", "when the person asked for e-mail"),
        Field("phone_opt_out", "whether the person wants no calls or messages: yes, no, or since when", many=True),
        Field("phone_opt_out_at", "when the person said so"),
        Field("phone_opt_in_at", "when the person asked for calls or messages"),
        *FATE,
    ),
    # An opt-out of any source counts, in whatever order they are believed: `identity/golden/opt_outs`.
    derived=tuple(
        _to_property(f"{channel}_opt_out{part}", about, told_by=f"{channel}_opt_out_from")
        for channel in ("email", "phone")
        for part, about in (("", "whether a source says so"), ("_at", "since when"), ("_source", "which source"))
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
        *FATE,
    ),
)

ACTIVITY: Final = Schema(
    "activities",
    (
        Field("source_id", "the source's own id of the activity"),
        Field("modified_at", "when the source last changed it"),
        Field("type", "what it is, in the source's word: note, call, email, meeting, task, …"),
        Field("occurred_at", "when it took place, or is due"),
        Field("ended_at", "when it ended"),
        Field("subject", "its title in one line"),
        Field("body", "its text, maybe HTML"),
        Field("direction", "inbound or outbound, in the source's word"),
        Field("status", "its state or outcome, in the source's word"),
        Field("contact_ids", "the source's own ids of the contacts that took part", many=True),
        Field("company_ids", "the source's own ids of the companies that it is about", many=True),
        *FATE[:1],
    ),
)
"""Activities are landed for the timelines; clean reads contacts and companies."""

SCHEMAS: Final = {schema.name: schema for schema in (CONTACT, COMPANY)}

LANDED: Final = {**SCHEMAS, ACTIVITY.name: ACTIVITY}
"""The schemas of all objects that sources give."""
