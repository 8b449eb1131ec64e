"""E-mails, phones and hosts as given → keys, for whatever brings them: sources or the CRM."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from pipelines.keys import domains
from pipelines.keys.phones import reading as phones
from pipelines.lake.engine import Engine
from pipelines.settings.sections import Match


def normalise(engine: Engine, match: Match, *, hosts: str) -> None:
    """Make `email_keys`, `phone_keys`, `domain_keys`, `record_emails` and `record_phones`.

    Reads the tables `given_emails` and `given_phones`; `hosts` names the SQL file that collects the hosts. What Python
    must look at, it looks at once per distinct value.
    """
    emails(engine, match)
    phones.keys(engine, match.default_region)
    engine.make(hosts)
    name_domains(engine)
    engine.make("keys/emails/record_emails")
    engine.make("keys/emails/record_phones")


def emails(engine: Engine, match: Match) -> None:
    """Make `email_keys` and `read_emails` of `given_emails`; the macros of `keys` must be there."""
    engine.put("role_mailboxes", pa.table({"local_part": pa.array(_lower(match.role_mailboxes), pa.string())}))
    engine.put("placeholder_emails", pa.table({"email": pa.array(_lower(match.placeholder_emails), pa.string())}))
    engine.make("keys/emails/unwrapped_emails")
    _ascii_domains(engine, "SELECT DISTINCT domain FROM unwrapped_emails WHERE international ORDER BY domain")
    engine.make("keys/emails/email_keys")
    engine.define("keys/emails/read_emails")


def name_domains(engine: Engine) -> None:
    """Make `domain_keys`: which domain of each of the table `hosts` names a company."""
    _ascii_domains(engine, "SELECT host FROM hosts WHERE strlen(host) <> length(host) ORDER BY host")
    engine.put("suffix_rules", domains.suffix_rules())
    engine.put("open_domains", domains.open_domains())
    engine.put("disposable_domains", domains.disposable_domains())
    engine.make("keys/emails/domain_keys")


def _ascii_domains(engine: Engine, query: str) -> None:
    engine.put("ascii_domains", domains.ascii_names([name for (name,) in engine.rows(query)]))


def _lower(texts: Sequence[str]) -> list[str]:
    return [text.strip().lower() for text in texts]
