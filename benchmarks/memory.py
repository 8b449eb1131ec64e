"""The most memory that a process has had. Stands on the standard library alone: the peers use it too."""

from __future__ import annotations

import re
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

STATUS: Final = Path("/proc/self/status")
FORGET: Final = Path("/proc/self/clear_refs")


def peak_bytes() -> int:
    """The most that was resident since the process began, or since `forget_peak` where Linux offers that."""
    # ru_maxrss of a child begins with its parent's, since it survives exec; VmHWM does not.
    if STATUS.exists() and (line := re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())):
        return int(line[1]) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def forget_peak() -> None:
    """Begin anew where the system lets us; elsewhere the peak goes on being that of the whole life."""
    if FORGET.exists():
        with suppress(PermissionError):
            FORGET.write_text("5")
