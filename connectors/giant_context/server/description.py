"""The app's own description: the OpenAPI document, with what the routes read from the path by themselves."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI


class DescribedApp(FastAPI):
    """An app whose routes take their ids from the path without declaring them, which would cost each call."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with each path's parameters."""
        if self.openapi_schema is None:
            for path, calls in super().openapi()["paths"].items():
                ids = [
                    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                    for name in re.findall(r"{(\w+)}", path)
                ]
                for call in calls.values():
                    call["parameters"] = ids + call.get("parameters", [])
        return super().openapi()
