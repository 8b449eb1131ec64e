"""Files that several processes may make at the same moment, and that must then be one and the same."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from pathlib import Path


def publish_once(path: Path, fill: Callable[[Path], None]) -> None:
    """Make `path` unless it is there: filled under another name, then linked to its own.

    A link never replaces a file, so of several makers the first one wins, and nobody ever sees a half-filled file,
    whenever a maker is killed. The file is for its owner alone (0600).

    Args:
        path: The file to make.
        fill: Writes the content into the (empty, private) file that it is given.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        fill(draft)
        _sync(draft)
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        _sync(path.parent)
    finally:
        draft.unlink()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
