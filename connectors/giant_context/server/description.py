"""The app's own description: the OpenAPI document, and which methods a path takes."""

from __future__ import annotations

import re
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.routing import Match, Route
from starlette.types import Scope

BEARER: Final = "bearer"


class DescribedApp(FastAPI):
    """An app whose routes check the caller and take their ids from the path by themselves, undeclared.

    Declared to the framework, both would cost each call.
    """

    def offer(self, *routers: APIRouter) -> None:
        """Offer the routes of these routers."""
        self._offered = [route for router in (self.router, *routers) for route in router.routes]
        for router in routers:
            self.include_router(router)

    def allowed(self, scope: Scope) -> str:
        """Return the methods that the path of a call takes, as the header Allow lists them."""
        routes = [one for one in self._offered if isinstance(one, Route) and one.matches(scope)[0] is not Match.NONE]
        return ", ".join(sorted({method for route in routes for method in route.methods or ()}))

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with each path's parameters, and the bearer where a call needs one."""
        if self.openapi_schema is None:
            document = super().openapi()
            components = document["components"]
            components["securitySchemes"] = {BEARER: {"type": "http", "scheme": "bearer"}}
            for name in ("HTTPValidationError", "ValidationError"):
                components["schemas"].pop(name, None)
            for path, calls in document["paths"].items():
                ids = [
                    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                    for name in re.findall(r"{(\w+)}", path)
                ]
                for call in calls.values():
                    call["parameters"] = ids + call.get("parameters", [])
                    call["responses"].pop("422", None)  # the framework's own; what is wrong is answered with 400
                    if ids:
                        call["security"] = [{BEARER: []}]
                    if "requestBody" in call:
                        call["responses"]["413"] = call["responses"]["400"]
        return super().openapi()
