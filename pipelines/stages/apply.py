"""Apply: plan → calls, each one journalled before it leaves."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from pydantic import ValidationError

from connectors.errors import AccessError, Ambiguous, Conflict, NotApplied, Rejected, StateRefused
from connectors.giant_context.client import GiantContext
from connectors.giant_context.wire import (
    ActivityCreate,
    CompanyWrite,
    ContactCreate,
    ContactUpdate,
    FieldWrite,
    Given,
    TagWrite,
)
from pipelines import gates, seal
from pipelines.echo import echoed
from pipelines.effects import Effect, Operation
from pipelines.engine import Engine
from pipelines.intentions import Standings, intend
from pipelines.ledger import Ledger
from pipelines.operations import NEW_COMPANY, resolve_company
from pipelines.planning import READ_ONLY
from pipelines.rereading import reread
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
    refused_before = 0
    may_write = work.settings.crm.may_write
    with work.engine() as engine, work.ledger() as ledger:
        if may_write:
            waited = check(work, engine, ledger)
            intended, standing, refused_before = intend(engine, ledger, work.run, waited=waited)
            asyncio.run(_send(work, ledger, intended, standing, outcome))
            engine.read("records")
            plan.remember_records(engine, ledger)
        engine.put("applied", ledger.of_run(work.run))
        engine.write(*TABLES)
    work.lake.publish(work.run, TABLES)
    calls = sum(outcome.values())
    counts = {"writes_on": int(may_write), "calls": calls, **outcome}
    if refused_before:
        counts["refused_before"] = refused_before
    return StageReport(counts, TABLES)


def check(work: Workspace, engine: Engine, ledger: Ledger) -> bool:
    """Whether the plan may be carried out; returns whether it waited in a file, and may have been overtaken in part.

    Raises:
        StateRefused: the plan is not the one that was sealed, or something it was made from has changed since.
        GateClosed: it would do more than the settings allow.
    """
    engine.read("plan", "plan_seal", "plan_gates")
    ((text, sealed),) = engine.rows("SELECT seal, digest FROM plan_seal")
    named = json.loads(text)
    waited = bool(named[seal.RUN] != work.run)
    for part, words in seal.differences(work, engine, ledger, named, sealed):
        if not (waited and part == seal.LEDGER):
            raise StateRefused(f"the plan is out of date: {words}.", guidance="Plan again.")
    asked = [gates.Asked(**row) for row in engine.arrow("FROM plan_gates").to_pylist()]
    gates.check(gates.closed(work.settings.gates, asked, work.allowed))
    return waited


async def _send(
    work: Workspace, ledger: Ledger, intended: Sequence[Operation], standing: Standings, outcome: Counter[str]
) -> None:
    size = work.settings.limits.concurrency * recover.CALLS_A_PLACE
    async with work.crm() as crm:
        await recover.settle(crm, ledger, work.settings, work.progress)
        for object_name in ("companies", "contacts", "activities"):
            batch = [operation for operation in intended if operation.object == object_name]
            if batch:
                with work.progress.task(f"writing {object_name}", len(batch)) as advance:
                    for start in range(0, len(batch), size):
                        chunk = await _reread(crm, ledger, batch[start : start + size], standing, outcome)
                        await _send_chunk(crm, ledger, work.run, chunk, outcome)
                        advance(min(size, len(batch) - start))
                # Before the next kind: contacts want their companies' ids, and entries their contacts'.
                await recover.settle(crm, ledger, work.settings, work.progress)


async def _reread(
    crm: GiantContext, ledger: Ledger, batch: Sequence[Operation], standing: Standings, outcome: Counter[str]
) -> list[Operation]:
    """A chunk of operations with its updates as they may leave now; those whose object has changed wait for a plan."""
    updates = [operation for operation in batch if operation.kind == "update"]
    looks = [reread(crm, operation, standing[operation.object, operation.crm_id or ""]) for operation in updates]
    answers = await asyncio.gather(*looks, return_exceptions=True)
    ready = [operation for operation in batch if operation.kind != "update"]
    for operation, answer in zip(updates, answers, strict=True):
        match answer:
            case Operation():
                ready.append(answer)
            case None | Rejected():
                ledger.end(operation, "INTENT", "changed in the CRM since it was read")
                outcome["changed_meanwhile"] += 1
            case _:
                raise answer
    return ready


async def _send_chunk(
    crm: GiantContext, ledger: Ledger, run: str, chunk: Sequence[Operation], outcome: Counter[str]
) -> None:
    ready = list(_ready(ledger, chunk, outcome))
    ledger.sent(run, [operation for operation, _ in ready])
    answers = await asyncio.gather(*(_call(crm, *call) for call in ready), return_exceptions=True)
    ledger.done([answer for answer in answers if isinstance(answer, Effect)])
    refusal = _stop_for(answers)
    for (operation, _), answer in zip(ready, answers, strict=True):
        outcome[_account_for(ledger, operation, answer)] += 1
    if refusal is not None:
        raise refusal


def _stop_for(answers: Sequence[Effect | BaseException]) -> BaseException | None:
    """The answer that ends the run, if one does: whatever is no matter of a single call, or nothing coming through."""
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, (Rejected, Ambiguous, NotApplied)):
            return answer
    failures = [answer for answer in answers if isinstance(answer, (NotApplied, Ambiguous))]
    # What is left would only wait for its deadline too. A lone call that was cut off tells nothing yet.
    everything = bool(failures) and len(failures) == len(answers)
    if everything and (len(failures) > 1 or isinstance(failures[0], NotApplied)):
        return failures[0]
    return None


def _ready(ledger: Ledger, batch: Sequence[Operation], outcome: Counter[str]) -> Iterator[tuple[Operation, Given]]:
    """The operations of a batch that can be sent now, with every id that they could not know before, and their bodies.

    What a body may not hold by the CRM's own contract is refused here and never leaves.
    """
    for operation in batch:
        whole = _whole(ledger, operation)
        if whole is None:
            continue
        try:
            body = _model(whole).model_validate(dict(whole.body))
        except ValidationError as error:
            fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
            place = ".".join(str(part) for part in fault["loc"])
            ledger.end(operation, "REJECTED", f"not sent: {place}: {fault['type']}")
            outcome["refused"] += 1
        else:
            yield whole, body


def _whole(ledger: Ledger, operation: Operation) -> Operation | None:
    """The operation with every id that it could not know before; None when what it depends on did not happen."""
    if operation.kind == "log":
        contact = ledger.target_of(operation.parent or "")
        if contact is None:
            return None
        return replace(operation, body={**operation.body, "contactId": contact}, crm_id=contact)
    if operation.object == "companies" and ledger.trait(READ_ONLY) == "read-only":
        return None
    company = str(operation.body.get("companyId", ""))
    if company.startswith(NEW_COMPANY):
        operation = resolve_company(operation, ledger.crm_id("companies", company.removeprefix(NEW_COMPANY)))
    return operation if operation.body else None


def _model(operation: Operation) -> type[Given]:
    if operation.kind in ("tag", "untag"):
        return TagWrite
    if operation.kind == "field":
        return FieldWrite
    if operation.kind == "log":
        return ActivityCreate
    if operation.object == "companies":
        return CompanyWrite
    return ContactCreate if operation.crm_id is None else ContactUpdate


async def _call(crm: GiantContext, operation: Operation, body: Given) -> Effect:
    crm_id = operation.crm_id
    match body:
        case ActivityCreate():
            return Effect(operation, (await crm.log_activity(body)).id, {})
        case CompanyWrite():
            company = await (crm.create_company(body) if crm_id is None else crm.update_company(crm_id, body))
            return Effect(operation, company.id, echoed(company, operation.sent))
        case ContactCreate():
            contact = await crm.create_contact(body)
        case TagWrite():
            tagging = crm.tag_contact if operation.kind == "tag" else crm.untag_contact
            contact = await tagging(crm_id or "", body.tag)
        case FieldWrite():
            contact = await crm.set_contact_field(crm_id or "", body.key, body.value)
        case ContactUpdate():
            contact = await crm.update_contact(crm_id or "", body)
        case _:
            raise TypeError(type(body).__name__)
    return Effect(operation, contact.id, echoed(contact, operation.sent))


def _account_for(ledger: Ledger, operation: Operation, answer: Effect | BaseException) -> str:
    """Keep what became of an operation that is not done; returns the word under which it is counted."""
    match answer:
        case Effect():
            return f"{operation.object}_{operation.kind}_done"
        case Rejected(status=404) if operation.object == "companies" and operation.kind == "create":
            return _takes_no_companies(ledger, operation, answer)
        case Rejected(status=405) if operation.object == "companies":
            return _takes_no_companies(ledger, operation, answer)
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


def _takes_no_companies(ledger: Ledger, operation: Operation, answer: Rejected) -> str:
    ledger.learn(READ_ONLY, "read-only")
    ledger.end(operation, "INTENT", "the CRM takes no companies from us", answer.request_id)
    return "companies_read_only"
