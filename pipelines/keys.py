"""E-mails, phones and hosts as given → keys, for whatever brings them: sources or the CRM."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from pipelines import domains, emails, phones
from pipelines.engine import Engine
from pipelines.settings import Match


def normalise(engine: Engine, match: Match, *, hosts: str) -> None:
    """Make `email_keys`, `phone_keys`, `domain_keys`, `record_emails` and `record_phones`.

    Reads the tables `given_emails` and `given_phones`; `hosts` names the SQL file that collects the hosts. Every
    distinct value is looked at once.
    """
    engine.put("role_mailboxes", pa.table({"local_part": pa.array(_lower(match.role_mailboxes), pa.string())}))
    engine.put("placeholder_emails", pa.table({"email": pa.array(_lower(match.placeholder_emails), pa.string())}))
    engine.make("clean/unwrapped_emails")
    international = engine.rows("SELECT DISTINCT text FROM unwrapped_emails WHERE international ORDER BY text")
    engine.put("international_emails", emails.fold_international([text for (text,) in international]))
    engine.make("clean/email_keys")

    phones.keys(engine, match.default_region)
    engine.make(hosts)
    engine.put(
        "domain_keys", domains.registrable([host for (host,) in engine.rows("SELECT host FROM hosts ORDER BY host")])
    )
    engine.make("clean/record_emails")
    engine.make("clean/record_phones")


def _lower(texts: Sequence[str]) -> list[str]:
    return [text.strip().lower() for text in texts]
