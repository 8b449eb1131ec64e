"""Dagster's entry point: what CRM_BRIDGE_CONFIG and CRM_BRIDGE_DATA name. It needs no secret and calls nobody.

Another code location merges `build_defs(config, data)` into its own definitions: docs/dagster.md.
"""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.defs.building import build_defs

__all__ = ["build_defs", "defs"]

defs = build_defs(
    Path(os.environ.get("CRM_BRIDGE_CONFIG", "sync.toml")), Path(os.environ.get("CRM_BRIDGE_DATA", "data"))
)
