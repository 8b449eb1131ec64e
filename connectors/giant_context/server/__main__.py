"""`python -m connectors.giant_context.server --data DIR --port N`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from connectors.errors import BridgeError
from connectors.giant_context.server.access import DEFAULT_PORT
from connectors.giant_context.server.serve import serve


def main() -> None:
    """Read the command line and serve; what is wrong is said in one line."""
    parser = argparse.ArgumentParser(prog="python -m connectors.giant_context.server", description="Serve the CRM.")
    parser.add_argument("--data", type=Path, default=Path("data"), help="the data folder (default: data)")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free port")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="for tests: a file that says how to misbehave")
    given = parser.parse_args()
    try:
        if given.faults is None:
            serve(given.data, given.host, given.port)
        else:
            from connectors.giant_context.server.faults.serving import serve_misbehaving  # noqa: PLC0415 - for tests

            serve_misbehaving(given.data, given.host, given.port, given.faults)
    except BridgeError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
