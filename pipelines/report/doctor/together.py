"""Checks side by side, and an end in time whatever hangs: a server, a name server, a disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from typing import Final

from connectors.errors import BridgeError, CallError, storage_trouble
from pipelines.report.doctor.finding import Check, Finding, ok, wrong

SILENT: Final = "no answer in time; what is there hangs, or is very slow."


NAME: Final = "doctor: "
"""What the names of the checks' threads begin with."""


def hanging() -> bool:
    """Whether a check is under way still: threads that it has started may hold up the end of the process."""
    return any(thread.name.startswith(NAME) for thread in threading.enumerate())


def together(checks: Mapping[str, Check], seconds: float) -> Iterator[Finding]:
    """Run all checks at once and yield what they find, check by check in the order given.

    What is not done after so many seconds is said to be so; its thread is left alone, and ends with the process.
    """
    end = time.monotonic() + seconds
    under_way = [_UnderWay(what, check) for what, check in checks.items()]
    for one in under_way:
        yield from one.found(end)


class _UnderWay:
    """One check in a thread of its own."""

    def __init__(self, what: str, check: Check) -> None:
        self._what = what
        self._check = check
        self._findings: list[Finding] = []
        self._thread = threading.Thread(target=self._run, name=f"{NAME}{what}", daemon=True)
        self._thread.start()

    def found(self, end: float) -> list[Finding]:
        self._thread.join(max(0.0, end - time.monotonic()))
        if self._thread.is_alive():
            return [*self._findings, wrong(self._what, SILENT)]
        return self._findings or [ok(self._what, "fine")]

    def _run(self) -> None:
        try:
            for finding in self._check():
                self._findings.append(finding)
        except BridgeError as error:
            self._findings.append(wrong(self._what, f"{error}{_mend(error)}"))
        except TimeoutError:
            self._findings.append(wrong(self._what, SILENT))
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on; its text may show values
            where = getattr(error, "filename", None)
            said = storage_trouble(error) or f"unexpected {type(error).__name__}"
            self._findings.append(wrong(self._what, f"{where}: {said}." if where else f"{said}."))


def _mend(error: BridgeError) -> str:
    """What to do about a call that failed, where the error leaves that open."""
    if not isinstance(error, CallError) or error.guidance:
        return ""
    if error.status is None:
        return ". Check the address, the network, and whether the server is up."
    if error.status >= 500 or error.status == 429:
        return ". The server is there and takes no calls for now: ask again later."
    return ". Check the address and the ids: another server may answer there, or another version of the API."
