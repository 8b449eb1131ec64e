"""`python -m tests.vendors hubspot --port 8790`: serve a vendor's double on 127.0.0.1 until it is stopped."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from importlib import import_module

import uvicorn

from tests.vendors.double import Double


def main() -> None:
    """Serve the double that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.vendors", description=__doc__)
    parser.add_argument("vendor", choices=("hubspot", "pipedrive", "salesforce"))
    parser.add_argument("--port", type=int, default=8790)
    parser.add_argument("--contacts", type=int, default=250)
    parser.add_argument("--companies", type=int, default=40)
    parser.add_argument("--activities", type=int, default=100)
    given = parser.parse_args()
    made: type[Double] = import_module(f"tests.vendors.{given.vendor}").Vendor
    double = made(contacts=given.contacts, companies=given.companies, activities=given.activities)
    double.now = datetime.now(UTC)
    print(f"{given.vendor} on http://127.0.0.1:{given.port}", flush=True)  # noqa: T201 - a command
    uvicorn.run(double.asgi, host="127.0.0.1", port=given.port, log_level="warning", date_header=False)


if __name__ == "__main__":
    main()
