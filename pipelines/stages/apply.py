"""Apply: plan → calls, each one journalled before it leaves."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import pyarrow as pa

from connectors.errors import AccessError, Ambiguous, Conflict, NotApplied, Rejected, StateRefused
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import ActivityCreate, CompanyWrite, ContactCreate, ContactUpdate
from pipelines import target
from pipelines.echo import echoed
from pipelines.engine import Engine
from pipelines.ledger import Effect, Ledger, Operation
from pipelines.operations import NEW_COMPANY, Row, Standing, operations, resolve_company
from pipelines.stages import plan, recover
from pipelines.workspace import StageReport, Workspace

TABLES: Final = ("applied",)


def run(work: Workspace) -> StageReport:
    """Carry out the plan. With writes off, say so in the counts and send nothing.

    Raises:
        StateRefused: the plan is not the one that was sealed, or something it was made from has changed since.
        AccessError: the account refuses the key or what it tries to do; nothing more is sent.
    """
    work.lock.take()
    outcome: Counter[str] = Counter()
    may_write = work.settings.crm.may_write
    with work.engine() as engine, work.ledger() as ledger:
        if may_write:
            if not plan.still_holds(work, ledger):
                raise StateRefused(
                    "the plan is out of date: what it was made from has changed.", guidance="Plan again."
                )
            intended = _intend(engine, ledger, work.run)
            asyncio.run(_send(work, ledger, intended, outcome))
        engine.put("applied", ledger.of_run(work.run))
        engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    calls = sum(outcome.values())
    return StageReport({"writes_on": int(may_write), "calls": calls, **outcome}, TABLES)


def _intend(engine: Engine, ledger: Ledger, run: str) -> list[Operation]:
    """Keep who is who, and everything that is about to be sent, before anything is."""
    engine.read("plan", "clusters", "company_clusters", "contact_matches", "company_matches")
    engine.read("current_contacts", "current_companies")
    for name, clusters, matches, entity in (
        ("contacts", "clusters", "contact_matches", "person_id"),
        ("companies", "company_clusters", "company_matches", "company_id"),
    ):
        engine.put("known", ledger.entities(name))  # type: ignore[arg-type]
        engine.put("linked", ledger.links(name))  # type: ignore[arg-type]
        records = engine.rows(
            f"SELECT record_key, {entity} FROM {clusters} ANTI JOIN known "  # noqa: S608 - constant names
            f"ON known.record_key = {clusters}.record_key AND known.entity_id = {clusters}.{entity} ORDER BY 1"
        )
        links = engine.rows(
            f"SELECT {entity}, crm_id FROM {matches} ANTI JOIN linked "  # noqa: S608 - constant names
            f"ON linked.entity_id = {matches}.{entity} AND linked.crm_id = {matches}.crm_id ORDER BY 1"
        )
        ledger.place(name, records, links)  # type: ignore[arg-type]
    ledger.drop_stale_intents()
    owed = ledger.owed_logs()
    rows = [
        Row(*row)
        for row in engine.rows(
            "SELECT object, op, entity_id, crm_id, field, proposed, base "
            "FROM plan WHERE decision = 'write' ORDER BY number"
        )
    ]
    updates = {**ledger.updates_done("companies"), **ledger.updates_done("contacts")}
    wanted = list(operations(rows, account=ledger.account, standing=_standing(engine, rows), updates_done=updates))
    ledger.intend(run, wanted)
    keys = {operation.op_key for operation in (*wanted, *owed)}
    # What the server refused before, and would be sent unchanged, stays refused.
    return [operation for operation in ledger.in_state("INTENT") if operation.op_key in keys]


def _standing(engine: Engine, rows: Sequence[Row]) -> dict[str, Standing]:
    updated = sorted({row.crm_id for row in rows if row.op == "update" and row.crm_id is not None})
    engine.put("updated", pa.table({"crm_id": pa.array(updated, pa.string())}))
    contacts = engine.rows("SELECT crm_id, properties, tags FROM current_contacts SEMI JOIN updated USING (crm_id)")
    companies = engine.rows(
        "SELECT crm_id, properties, tags, street, city, state, country, postal_code "
        "FROM current_companies SEMI JOIN updated USING (crm_id)"
    )
    parts = ("street", "city", "state", "country", "postalCode")
    found = {row[0]: Standing(json.loads(row[1]), {}, tuple(row[2] or ())) for row in contacts}
    for crm_id, properties, tags, *address in companies:
        given = {name: value for name, value in zip(parts, address, strict=True) if value is not None}
        found[crm_id] = Standing(json.loads(properties), given, tuple(tags or ()))
    return found


async def _send(work: Workspace, ledger: Ledger, intended: Sequence[Operation], outcome: Counter[str]) -> None:
    async with work.crm() as crm:
        for object_name in ("companies", "contacts", "activities"):
            batch = [operation for operation in intended if operation.object == object_name]
            if batch:
                with work.progress.task(f"writing {object_name}", len(batch)) as advance:
                    await _send_all(crm, ledger, batch, outcome, work.settings.limits.concurrency * 4, advance)
        if ledger.in_state("SENT"):
            await recover.settle(crm, ledger, target.settle_seconds(work.settings), work.progress)


async def _send_all(
    crm: GiantContext,
    ledger: Ledger,
    batch: Sequence[Operation],
    outcome: Counter[str],
    size: int,
    advance: Callable[[int], None],
) -> None:
    for start in range(0, len(batch), size):
        ready = [ready for operation in batch[start : start + size] if (ready := _ready(ledger, operation)) is not None]
        ledger.sent(ready)
        answers = await asyncio.gather(*(_call(crm, operation) for operation in ready), return_exceptions=True)
        ledger.done([answer for answer in answers if isinstance(answer, Effect)])
        refusal: BaseException | None = None
        if answers and all(isinstance(answer, (NotApplied, Ambiguous)) for answer in answers):
            # Nothing comes through: what is left would only wait for its deadline too.
            refusal = next(answer for answer in answers if isinstance(answer, BaseException))
        for operation, answer in zip(ready, answers, strict=True):
            outcome[_account_for(ledger, operation, answer)] += 1
            if isinstance(answer, BaseException) and not isinstance(answer, (Rejected, Ambiguous, NotApplied)):
                refusal = answer
        advance(min(size, len(batch) - start))
        if refusal is not None:
            raise refusal


def _ready(ledger: Ledger, operation: Operation) -> Operation | None:
    """The operation with every id that it could not know before; None when what it depends on did not happen."""
    if operation.kind == "log":
        contact = ledger.target_of(operation.parent or "")
        if contact is None:
            return None
        body = {**operation.body, "contactId": contact}
        return Operation(
            operation.op_key, "activities", "log", operation.entity_id, body, {}, contact, operation.parent
        )
    if operation.object == "companies" and ledger.trait(plan.READ_ONLY) == "read-only":
        return None
    company = str(operation.body.get("companyId", ""))
    if company.startswith(NEW_COMPANY):
        return resolve_company(operation, ledger.crm_id("companies", company.removeprefix(NEW_COMPANY)))
    return operation


async def _call(crm: GiantContext, operation: Operation) -> Effect:
    body = dict(operation.body)
    if operation.kind == "log":
        return Effect(operation, (await crm.log_activity(ActivityCreate.model_validate(body))).id, {})
    if operation.object == "companies":
        company = CompanyWrite.model_validate(body)
        answer = await (
            crm.create_company(company) if operation.crm_id is None else crm.update_company(operation.crm_id, company)
        )
        return Effect(operation, answer.id, echoed(answer, operation.sent))
    contact = await (
        crm.create_contact(ContactCreate.model_validate(body))
        if operation.crm_id is None
        else crm.update_contact(operation.crm_id, ContactUpdate.model_validate(body))
    )
    return Effect(operation, contact.id, echoed(contact, operation.sent))


def _account_for(ledger: Ledger, operation: Operation, answer: Effect | BaseException) -> str:
    """Keep what became of an operation that is not done; returns the word under which it is counted."""
    match answer:
        case Effect():
            return f"{operation.object}_{operation.kind}_done"
        case Rejected(status=404 | 405) if operation.object == "companies" and operation.kind == "create":
            ledger.learn(plan.READ_ONLY, "read-only")
            ledger.end(operation, "INTENT", "the CRM takes no companies from us", answer.request_id)
            return "companies_read_only"
        case Conflict():
            # Another contact got the key since the snapshot: the next run sees it and decides anew.
            ledger.end(operation, "INTENT", answer.reason, answer.request_id)
            return "conflicts"
        case Rejected():
            ledger.end(operation, "REJECTED", answer.reason, answer.request_id)
            return "refused"
        case NotApplied():
            ledger.end(operation, "INTENT", answer.reason, answer.request_id)
            return "not_reached"
        case AccessError():
            ledger.end(operation, "INTENT", answer.reason, answer.request_id)
            return "access_refused"
        case _:
            # It may have been applied: it stays SENT until it is looked for.
            return "unsure"
