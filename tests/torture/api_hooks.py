"""What schemathesis is told of the embedded CRM beside its description."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response


@schemathesis.hook
def filter_failure(
    context: schemathesis.HookContext, failure: Failure, case: schemathesis.Case[Any], response: Response
) -> bool:
    """A link to a company that is not there is refused: which ones are there, no description can say."""
    return b"companyId names no company." not in response.content
