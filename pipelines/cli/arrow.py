"""Arrow without pandas: nobody waits half a second for what no command needs."""

from __future__ import annotations

import sys
import warnings
from types import ModuleType

import pyarrow as pa


def without_pandas() -> None:
    """Let this process's Arrow do without pandas, which it would import for the first array that it makes.

    Arrow asks once in a process whether there is a pandas that it can work with, and remembers the answer. It is asked
    here while a pandas stands in that is too old for it. Whoever imports pandas itself gets the real one.
    """
    if "pandas" in sys.modules:
        return
    stand_in = ModuleType("pandas")
    vars(stand_in)["__version__"] = "0"
    sys.modules["pandas"] = stand_in
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pa.array([""])
    finally:
        del sys.modules["pandas"]
