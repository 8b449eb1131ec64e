"""The section `[crm]` of `sync.toml`: which account, and how it is written to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, field_validator

from connectors.records import CONTACT
from pipelines.settings.section import Section, Switch

HOST: Final = re.compile(r"^[^\s@\\]+$")
PLAIN_NAME: Final = re.compile(r"^(?!xn--|.*\.xn--)[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$|^[0-9a-f:.]+$")


def _names_a_host(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    try:
        return bool(HOST.match(parts.netloc)) and parts.port != 0 and _is_name(host)
    except ValueError:
        return False


def _is_name(host: str) -> bool:
    if PLAIN_NAME.match(host):
        return True
    import idna  # noqa: PLC0415 - few hosts have other letters than ASCII's

    try:
        return bool(idna.decode(idna.encode(host, uts46=True)))
    except idna.IDNAError:
        return False


def _place(url: str) -> tuple[str, str | None, int, str]:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/")


class Crm(Section):
    """`[crm]`: the account to sync to. Without `base_url` it is the embedded CRM in the data folder."""

    base_url: str | None = None
    """Where the API is, such as https://api.giantcontext.com. Absent: the embedded CRM."""
    organization_id: str | None = None
    """The organization's id; required with `base_url`."""
    project_id: str | None = None
    """The project's id; required with `base_url`."""
    app_id: str | None = None
    """The CRM app's id; required with `base_url`."""
    writes: Switch | None = None
    """Whether runs may write. Absent: yes for the embedded CRM, no for an account."""
    company_writes: Literal["auto", "never"] = "auto"
    """`auto` creates and updates companies where the target can; `never` only links to those that exist."""
    imported_activity: Literal["create", "change", "never"] = "create"
    """Log "Imported from …" for each created contact, for each changed one too, or never. Costs a call each."""
    update_method: Literal["PUT", "PATCH"] = "PUT"
    """The verb of a contact update; later generations of the API take PATCH."""
    name_placeholder: str | None = Field(default=None, min_length=1)
    """Stands in for a missing first or last name, which the API demands. Absent: such people are held for review."""
    properties: tuple[str, ...] = ()
    """Fields of contacts that reach the CRM's properties beside those that always do, such as `city`."""
    opt_outs: Literal["tag", "hold", "skip"] = "tag"
    """Whether people who opted out of e-mail or phone are created: like all others, and marked; not, but listed for
    review; or not at all. A contact that is there is marked in any case."""
    mark: Switch = True
    """Created contacts carry `properties.crm_bridge_id`, by which they are found again after a crash or the ledger's
    loss. Companies always do: nothing else keeps one from being created twice."""
    clears: Literal["null", "empty", "never"] = "null"
    """What clears a field of a contact: an explicit null, empty text, or nothing: then a clear is listed instead."""
    reread: Literal["always", "overwrites", "never"] = "always"
    """When a contact is read again right before an update: always, where something that stands there would change, or
    never."""
    foreign_days: int = Field(default=30, ge=0)
    """A run ends before it sends anything when another ledger wrote to the account within so many days; 0: never."""

    @field_validator("base_url")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        wrong = "must be a URL such as https://api.giantcontext.com"
        try:
            parts = urlsplit(value)
        except ValueError:
            raise ValueError(wrong) from None
        if parts.scheme not in ("http", "https") or not _names_a_host(parts) or parts.query or parts.fragment:
            raise ValueError(wrong)
        if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("must use https beyond this machine")
        return value.rstrip("/")

    @field_validator("properties")
    @classmethod
    def _optional(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in CONTACT.optional:
                raise ValueError(f"'{name}' is not sent on request; fields that are: {', '.join(CONTACT.optional)}")
        return value

    @property
    def embedded(self) -> bool:
        """True when the target is the embedded CRM."""
        return self.base_url is None

    def is_app(self, options: Mapping[str, Any]) -> bool:
        """Whether a source's options name the target, however its address is spelt; never of an embedded CRM."""
        url = options.get("base_url")
        ids = ("organization_id", "project_id", "app_id")
        if (
            self.base_url is None
            or not isinstance(url, str)
            or any(getattr(self, id_) != options.get(id_) for id_ in ids)
        ):
            return False
        try:
            return _place(self.base_url) == _place(url)
        except ValueError:  # no address, which whoever calls it says
            return False

    @property
    def may_write(self) -> bool:
        """Whether a run may send writes."""
        return self.embedded if self.writes is None else self.writes
