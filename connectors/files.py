"""Files that appear whole or not at all, and stay: no reader ever sees half a file, whenever its writer is killed.

A file is written as a draft, under another name in the same folder. Once it is whole, the draft is flushed to the disk
and given the file's name in one step, and the folder is flushed, too: after `replace` or `link` has returned, the file
survives power loss. A draft that a killed process has left behind is never read.
"""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class NoLinks(OSError):
    """The file system gives no file a second name."""


@contextmanager
def whole(path: Path, *, private: bool = False) -> Iterator[Path]:
    """Write `path` anew: the block fills a draft, which then replaces what is there. The folder is made when missing.

    When the block fails, `path` is as it was.

    Args:
        path: The file to write.
        private: Whether the file is for its owner alone (0600). The draft is then there, empty, when the block begins;
            else the block makes it.

    Raises:
        OSError: It cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_beside(path, private=private) as draft:
        yield draft
        replace(draft, path)


def publish_once(path: Path, fill: Callable[[Path], None]) -> None:
    """Make `path` unless it is there, for its owner alone (0600). Of several makers at once the first one wins.

    Args:
        path: The file to make; its folder is made when missing.
        fill: Writes the content into the (empty, private) file that it is given.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_beside(path, private=True) as draft:
        fill(draft)
        with suppress(FileExistsError):
            link(draft, path)


@contextmanager
def draft_beside(path: Path, *, private: bool = False) -> Iterator[Path]:
    """A name that nobody else uses, in the folder of `path`, for a file on the same file system.

    What bears the name at the end of the block is removed: the draft, unless it was moved to its place. An error that
    is about the draft, or about a full disk, names `path` instead: that is the name which a reader knows.

    Args:
        path: The file that is to be written.
        private: Whether to make the draft now, empty and for its owner alone (0600).

    Raises:
        OSError: The draft cannot be made or written.
    """
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}.new")
    try:
        if private:
            draft.touch(mode=0o600, exist_ok=False)
        try:
            yield draft
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        full = error.filename is None and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        if error.errno is None or not (full or error.filename == str(draft)):
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from None


def replace(draft: Path, path: Path) -> None:
    """Move a draft to `path`, in the place of the file that is there, if there is one; both flushed to the disk."""
    _flush(draft)
    draft.replace(path)
    _flush(path.parent)


def link(draft: Path, path: Path) -> None:
    """Let `path` be another name of a draft, flushed to the disk; no file is ever replaced.

    Raises:
        FileExistsError: There is a file of this name.
        NoLinks: The file system has no links.
        OSError: The disk does not keep the file.
    """
    _flush(draft)
    try:
        os.link(draft, path)
    except FileExistsError:
        raise
    except OSError as error:
        raise NoLinks(error.errno, error.strerror, str(path)) from None
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Have the disk keep what was written to a file, or the names that a folder holds."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
