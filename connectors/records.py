"""What a source can say of a contact or a company: the fields that a column can be mapped to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `many` fields take several columns and several values in a cell."""

    name: str
    about: str
    many: bool = False


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


CONTACT: Final = Schema(
    "contacts",
    (
        Field("source_id", "the source's own id of the record"),
        Field("modified_at", "when the source last changed the record"),
        Field("full_name", "the whole name in one cell"),
        Field("first_name", "given name"),
        Field("last_name", "family name"),
        Field("emails", "e-mail addresses, best first", many=True),
        Field("phones", "phone numbers, best first; never fax numbers", many=True),
        Field("title", "job title"),
        Field("department", "department"),
        Field("company_id", "the source's own id of the contact's company"),
        Field("company_name", "the company's name"),
        Field("company_website", "the company's website or domain"),
        Field("city", "city"),
        Field("country", "country name or ISO code; decides how national phone numbers are read"),
        Field("locale", "language tag, such as de-DE"),
        Field("linkedin_url", "profile address"),
        Field("birthday", "date of birth"),
        Field("tags", "labels, lists, memberships", many=True),
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
