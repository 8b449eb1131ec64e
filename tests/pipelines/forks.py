"""Processes that cost a fork and no import: what runs need is imported and read before, by one without threads."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from functools import cache

from pipelines.identity import nicknames
from pipelines.keys import domains
from pipelines.keys.phones import plans

LAZY = (
    "pandas",
    "pyarrow.pandas_compat",
    "pyarrow.dataset",
    "connectors.csv_file",
    "rphonenumbers",
    "_strptime",
    "pytz",
)
"""What libraries import when they are first used: in a fork that would be paid for again each time."""


@cache
def warm() -> None:
    """Read once what every run reads."""
    for name in LAZY:
        importlib.import_module(name)
    domains.suffix_rules()
    domains.open_domains()
    domains.disposable_domains()
    nicknames.table()
    plans.national("US")


def forked(job: Callable[[], object]) -> int:
    """Do a job in a fork of this process: how it ended, 0 for well, -9 for killed, 1 for an error, told on stderr."""
    warm()
    process = os.fork()
    if not process:
        try:
            job()
        except BaseException:  # noqa: BLE001 - the child's every end is told by its code
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)
