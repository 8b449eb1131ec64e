"""What can go wrong, grouped by who must act.

    BridgeError
    ├── ConfigurationError      the settings are wrong            → the user mends sync.toml or the environment
    ├── SourceRefused           a file or feed cannot be read     → the user mends the file; other files go on
    ├── Busy                    another run holds the ledger      → wait for it
    │   └── ForeignLedger         another ledger writes to the account → adopt it, or stop one of the two
    ├── GateClosed              a plan would do more than the settings allow → allow it once, or mend the source
    ├── StateRefused            ledger or lake cannot be trusted  → restore it; nothing is ever reset
    ├── AccessError             401 twice, wrong tenant           → the user mends the key or its rights
    ├── NotApplied              the call surely had no effect     → try again later
    │   └── RateLimited           429, with `retry_after`
    ├── Rejected                400, 404, 405, 422: read, refused → set the row aside
    │   ├── NotFound              404
    │   ├── Forbidden             403: of one row; many of them are a matter of access
    │   └── Conflict              409: another contact holds the e-mail or phone → evidence for the plan
    ├── Ambiguous               it may have been applied          → read back before anything is sent again
    └── ProtocolError           the answer breaks the contract    → our bug or theirs; stop

Each error says what, where and what to do in one line, and carries no secret and no personal value.
"""

from __future__ import annotations

import errno
import os
from typing import Final


class BridgeError(Exception):
    """The root. `guidance` says what the reader can do about it."""

    guidance: str = ""

    def __init__(self, message: str, *, guidance: str | None = None) -> None:
        super().__init__(message)
        if guidance is not None:
            self.guidance = guidance

    def __str__(self) -> str:
        """The message and the guidance as one line."""
        message = super().__str__()
        if not self.guidance:
            return message
        return f"{message}{'' if message.endswith(('.', ':', '?', '!')) else '.'} {self.guidance}"


class ConfigurationError(BridgeError):
    """A setting is wrong; the message names the key and what would be right."""


class SourceRefused(BridgeError):
    """A file or feed cannot be read as a whole. `name` is the file or feed, `line` the physical line if known."""

    def __init__(self, message: str, *, name: str, line: int | None = None, guidance: str | None = None) -> None:
        where = name if line is None else f"{name}, line {line}"
        super().__init__(f"{where}: {message}", guidance=guidance)
        self.name = name
        self.line = line
        self.reason = message


def unexpected(error: Exception, name: str) -> SourceRefused:
    """The refusal of a file or feed over which its reader stumbled; the error's own text may show personal values."""
    return SourceRefused(f"unexpected {type(error).__name__} while it was read.", name=name)


class Busy(BridgeError):
    """Another run works on the same data folder."""


class ForeignLedger(Busy):
    """Another ledger has written to the same account a short while ago: two of them would write everything twice."""


class GateClosed(BridgeError):
    """A plan would do more at once than the settings allow; nothing was sent."""


class StateRefused(BridgeError):
    """A state file is damaged or of a newer version. It is left as it is."""


class CallError(BridgeError):
    """An HTTP call did not end in a usable answer. `status` is None when no answer came."""

    def __init__(
        self,
        message: str,
        *,
        method: str,
        route: str,
        status: int | None = None,
        request_id: str | None = None,
        guidance: str | None = None,
    ) -> None:
        detail = f"{method} {route}: {message}"
        if request_id:
            detail += f" (request {request_id})"
        super().__init__(detail, guidance=guidance)
        self.reason = message
        self.method = method
        self.route = route
        self.status = status
        self.request_id = request_id


class AccessError(CallError):
    """The credentials or their rights do not suffice."""

    guidance = "Check the API key and what it may do."


class NotApplied(CallError):
    """The call surely had no effect: connecting failed, or the server turned it away before working on it."""


class RateLimited(NotApplied):
    """429. `retry_after` is the server's wish in seconds, None when it named none that makes sense."""

    retry_after: float | None = None


class Rejected(CallError):
    """The server read the call and refused it; sending it again will not help."""


class NotFound(Rejected):
    """404: no such thing, or not for this key."""


class Forbidden(Rejected):
    """403: not this row, with this key. Where it is more than single rows, the key's rights are the matter."""


class Conflict(Rejected):
    """409: the e-mail or phone stands on another contact."""


class Ambiguous(CallError):
    """The call may or may not have been applied: a timeout, a reset, a 5xx, or a 2xx that cannot be read."""


class ProtocolError(CallError):
    """An answer that the contract does not allow, on a call that changes nothing."""


SQLITE: Final = {
    "SQLITE_FULL": os.strerror(errno.ENOSPC),
    "SQLITE_READONLY": "it may not be written to",
    "SQLITE_CANTOPEN": "it cannot be opened",
    "SQLITE_PERM": "it may not be opened",
    "SQLITE_AUTH": "it may not be opened",
    "SQLITE_IOERR": "the disk fails, is full, or takes no larger file",
    "SQLITE_BUSY": "another process holds it",
    "SQLITE_LOCKED": "another process holds it",
    "SQLITE_PROTOCOL": "another process holds it",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged: no database of SQLite",
}
"""What SQLite says of a file, by the beginning of its error's name."""

DISK: Final = tuple(
    os.strerror(number)
    for number in (
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO),
        *(errno.EMFILE, errno.ENFILE, errno.EISDIR, errno.ENOTDIR),
    )
)
"""What a library in C says of the disk, somewhere in its error's text."""


def storage_trouble(error: BaseException) -> str | None:
    """What is wrong with a disk or with a file, in words without any of the error's own text; None of other errors.

    It may be Python's error, SQLite's, DuckDB's or Arrow's, or one of these that a library has wrapped.
    """
    seen: BaseException | None = error
    while seen is not None:
        name = getattr(seen, "sqlite_errorname", None)
        if name is not None:
            return next((words for start, words in SQLITE.items() if name.startswith(start)), None)
        if isinstance(seen, OSError) and seen.errno is not None:
            return os.strerror(seen.errno)
        if isinstance(seen, OSError) or type(seen).__module__.partition(".")[0] in ("duckdb", "_duckdb"):
            found = next((words for words in DISK if words in str(seen)), None)
            if found is not None:
                return found
        seen = seen.__cause__
    return None
