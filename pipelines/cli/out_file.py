"""Where `--out` may write: never over what is not an earlier file of the same kind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.errors import ConfigurationError


def check(path: Path, data: Path, kind: str, is_one: Callable[[pa.Schema], bool]) -> None:
    """See that a file may be written there, before anything is done for it.

    Args:
        path: where it is to be.
        data: the data folder, in which all files are our own.
        kind: what is to be written, in words.
        is_one: whether a Parquet file of this schema is an earlier one of the kind, and may give way.

    Raises:
        ConfigurationError: it may not; what is there is left as it is.
    """
    if not path.parent.is_dir():
        raise ConfigurationError(f"--out {path}: there is no folder {path.parent}.", guidance="Make it first.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise ConfigurationError(f"--out {path}: the folder {path.parent} may not be written to.")
    if path.resolve().is_relative_to(data.resolve()):
        raise ConfigurationError(f"--out {path} is in the data folder.", guidance="Name a file outside of it.")
    if path.is_dir():
        raise ConfigurationError(f"--out {path} is a folder.", guidance="Name a file in it.")
    if path.exists() and not _gives_way(path, is_one):
        raise ConfigurationError(f"--out {path} is there already, and is not {kind}.", guidance="Name another file.")


def _gives_way(path: Path, is_one: Callable[[pa.Schema], bool]) -> bool:
    try:
        return path.is_file() and is_one(pq.read_schema(path))
    except (pa.ArrowInvalid, OSError):
        return False
