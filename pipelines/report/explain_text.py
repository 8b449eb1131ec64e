"""What `crm-bridge explain` prints."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.errors import BridgeError
from pipelines.report.explain import Between, Person, between, find, lost, nobodies
from pipelines.report.joined import Joined
from pipelines.report.nobody import Nobody
from pipelines.workspace import Workspace


def one(work: Workspace, who: str) -> list[str]:
    """The lines about everybody known by `who`, and about rows that are nobody; none when there are none."""
    people = [line for person in find(work, who) for line in _person(person)]
    rest = [line for row in nobodies(work, who) for line in _nobody(row)]
    return people + rest + [one.words for one in lost(work, who)]


def two(work: Workspace, who: str, other: str) -> list[str]:
    """The lines about what joins two records, or keeps them apart.

    Raises:
        BridgeError: nobody is known by one of the two.
    """
    found = between(work, who, other)
    unknown = [name for name, records in ((who, found.a), (other, found.b)) if not records]
    if unknown:
        why = [f"{row.file} {row.place}: {_why(row)}." for name in unknown for row in nobodies(work, name)]
        why += [f"{one.words}." for name in unknown for one in lost(work, name)]
        raise BridgeError(
            f"nobody is known by {' and '.join(unknown)}.",
            guidance=" ".join(why) or "Look into the table unmatched, too.",
        )
    if found.chain == []:
        return [f"One record: {found.labels[record]}" for record in sorted(set(found.a) & set(found.b))]
    return _chain(found) if found.chain else _apart(found)


def _person(person: Person) -> list[str]:
    lines = [f"person {person.person_id} · contact {person.crm_id or 'not in the CRM'}", "  rows"]
    for row in person.rows:
        name = " ".join(part for part in (row["first_name"], row["last_name"]) if part) or "(no name)"
        lines.append(f"    {row['file']} {row['place']}: {name} · {', '.join((*row['emails'], *row['phones']))}")
    lines += [f"    {words}" for words in person.gone]
    if person.joins:
        lines.append("  joined by")
        lines += [f"    {one.how}: {one.key} ({_on(one, person.crm_id)})" for one in person.joins]
    lines.append("  fields")
    for field, value, file, place in person.fields:
        lines.append(f"    {field} = {value}  ← {file} {place}")
        lines += [
            f"        not {lost}  ← {where} {line}: {rule}"
            for name, lost, where, line, rule in person.losers
            if name == field
        ]
    for kind, key, reason, other in person.held_back:
        lines.append(f"  not joined by {kind} {key} with {other}: {reason}")
    for one_id, change, other_id, when in person.changes:
        day = datetime.fromtimestamp(when, UTC).date()
        lines.append(f"  {one_id} {'is one with' if change == 'merged' else 'was split:'} {other_id} since {day}")
    return lines


def _on(one: Joined, crm_id: str | None) -> str:
    """Where a key stands: on how many of the rows that are listed, and on which contacts."""
    contacts = ["the contact" if contact == crm_id else f"contact {contact}" for contact in one.contacts]
    return ", and on ".join([f"on {one.rows}", *contacts])


def _nobody(row: Nobody) -> list[str]:
    said = [f"nobody · {row.file} {row.place}: {row.name or '(no name)'}", *row.mailboxes]
    return [" · ".join(said), f"  {_why(row)}"]


def _why(row: Nobody) -> str:
    if row.mailboxes:
        mailboxes = ", ".join(row.mailboxes)
        return f"{mailboxes} is a shared mailbox (match.role_mailboxes), and nothing else says who this is"
    return f"{row.reason} says who this is"


def _chain(found: Between) -> list[str]:
    steps = found.chain or []
    lines = ["One person:", f"  {found.labels[steps[0].a]}"]
    for step in steps:
        lines += [f"    ↓ {step.how}: {step.key}", f"  {found.labels[step.b]}"]
    return lines


def _apart(found: Between) -> list[str]:
    lines = ["Two people:"]
    for kind, key, reason, a, b in found.apart:
        lines.append(f"  not joined by {kind} {key}: {reason}")
        lines.append(f"    {found.labels[a]} | {found.labels[b]}")
    if not found.apart:
        lines.append("  they share no key.")
    if found.likely is not None:
        lines.append(f"  listed as likely one person, for you to judge: {found.likely:.2f}")
    return lines
