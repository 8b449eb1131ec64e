"""How one vendor's API says what HTTP leaves open: that it was called too often, and when calls may go on."""

from __future__ import annotations

from collections.abc import Mapping

import httpx


class Dialect:
    """What HTTP itself says; a vendor's connector overrides what its vendor says otherwise."""

    def too_many(self, status: int, headers: Mapping[str, str], body: bytes | None) -> bool:  # noqa: ARG002 - for those that override it
        """Whether a refusal says that there were too many calls: then it is made again later, as after a 429.

        Args:
            status: 400 and above.
            headers: the answer's, found in any case of letters.
            body: its first 4 KB; None where it is longer.
        """
        return status == 429

    def rest(self, headers: Mapping[str, str]) -> float | None:  # noqa: ARG002 - for those that override it
        """For how many seconds no call should leave after this answer, because the vendor says that none is left."""
        return None

    def retry_after(self, response: httpx.Response) -> float | None:  # noqa: ARG002 - for those that override it
        """How many seconds a refused call should wait where `Retry-After` says nothing."""
        return None


PLAIN = Dialect()
"""HTTP as it is."""
