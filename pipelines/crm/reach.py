"""Reach: a sign of life from the CRM before a source is read, so that nobody waits for a run that cannot end well.

What ends a run here: nothing whatever came back, however often it was asked within SECONDS, or an answer says no for
good, such as 401. What does not: an answer that says later (429, 5xx), for then the CRM is there, the run reads its
sources meanwhile, and its own calls have their own, longer deadline. Nor does a list that is slow, or whose first row
cannot be read, once a token came: the snapshot knows how to go on with both.
"""

from __future__ import annotations

import asyncio
from typing import Final
from urllib.parse import urlsplit

from connectors.errors import AccessError, BridgeError, CallError, NotFound, RateLimited
from pipelines.settings import target
from pipelines.workspace import StageReport, Workspace

STAGE: Final = "reach"

SECONDS: Final = 4.0
"""How long an answer is waited for in all. Within it a call is made again each half second or so."""


def run(work: Workspace) -> StageReport:
    """Ask the CRM for one contact, once in a run; of the embedded CRM no more than which one it is.

    Raises:
        StateRefused: the embedded CRM's file cannot be used.
        ConfigurationError: an account is named and no key is in the environment.
        CallError: the account refuses: the key, its rights, or its generation of the API.
        BridgeError: it cannot be reached; nothing was read.
    """
    if STAGE in work.reports:
        return work.reports[STAGE]
    if not work.settings.crm.embedded:
        asyncio.run(_ask(work))
    elif target.is_there(work.settings, work.lake.root):
        _ = work.account  # its file is looked at
    return StageReport({})


async def _ask(work: Workspace) -> None:
    failure: CallError | None = None
    async with work.crm(within=SECONDS) as crm:
        try:
            async with asyncio.timeout(SECONDS):
                await crm.list_contacts(page_size=1)
        except (AccessError, NotFound):
            raise
        except CallError as error:
            failure = error
        except TimeoutError:
            pass
        else:
            return
        there = crm.identified
    where = urlsplit(work.settings.crm.base_url or "").netloc
    if there or _later(failure):
        why = failure.status if failure is not None and (failure.status or 0) >= 400 else "no answer that can be used"
        work.progress.say(f"{where}: {why}; the run goes on, and asks again when it comes to the CRM")
        return
    if failure is not None and failure.status is not None:
        raise failure
    reason = "no answer in time" if failure is None else failure.reason.removeprefix("no token: ")
    raise BridgeError(
        f"the CRM at {where} cannot be reached: {reason.replace(f' to {where}', '')}. Nothing was read or sent.",
        guidance="Check crm.base_url and the network; crm-bridge doctor looks at both.",
    )


def _later(failure: CallError | None) -> bool:
    status = (failure.status if failure else None) or 0
    return isinstance(failure, RateLimited) or status == 408 or status >= 500
