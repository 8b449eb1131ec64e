"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from connectors.files import NoLinks, draft_beside, link, publish_once, replace, whole


def test_whole_makes_the_folder_and_replaces_the_file(tmp_path: Path) -> None:
    """The new text is there whole, and nothing else is."""
    path = tmp_path / "deep" / "file.txt"
    for text in ("old", "new"):
        with whole(path) as draft:
            draft.write_text(text)
            assert not path.exists() or path.read_text() == "old"
    assert path.read_text() == "new"
    assert [found.name for found in path.parent.iterdir()] == ["file.txt"]


def test_a_private_file_is_private_before_anything_is_written(tmp_path: Path) -> None:
    """The draft is for its owner alone from its first byte, and so is the file, also where an open one was."""
    path = tmp_path / "file.txt"
    path.touch(mode=0o644)
    with whole(path, private=True) as draft:
        assert stat.S_IMODE(draft.stat().st_mode) == 0o600
        draft.write_text("new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("private", [True, False])
def test_what_fails_leaves_the_file_as_it_was(tmp_path: Path, private: bool) -> None:
    """No draft stays behind either, and a full disk is told by the name that the reader knows."""
    path = tmp_path / "file.txt"
    path.write_text("old")

    def write_half() -> None:
        with whole(path, private=private) as draft:
            draft.write_text("ha")
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="No space left") as failure:
        write_half()
    assert failure.value.filename == str(path)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["file.txt"]


def test_a_folder_that_takes_no_draft_is_told_by_the_file(tmp_path: Path) -> None:
    """A private draft that cannot be made is no riddle of a hidden name."""
    path = tmp_path / "file.txt" / "inside.txt"
    path.parent.touch()
    with pytest.raises(NotADirectoryError) as failure, draft_beside(path, private=True):
        pass
    assert failure.value.filename == str(path)


def test_a_link_replaces_no_file(tmp_path: Path) -> None:
    """Of two who give a draft the same name, the second one is told."""
    path = tmp_path / "file.txt"
    for text in ("first", "second"):
        with draft_beside(path) as draft:
            draft.write_text(text)
            if text == "first":
                link(draft, path)
            else:
                with pytest.raises(FileExistsError):
                    link(draft, path)
    assert path.read_text() == "first"
    assert [found.name for found in tmp_path.iterdir()] == ["file.txt"]


def test_the_first_maker_wins(tmp_path: Path) -> None:
    """Whoever comes second, also while the first one is at it, finds the first one's file, for its owner alone."""
    path = tmp_path / "deep" / "key"

    def write_first(draft: Path) -> None:
        draft.write_text("first")

    def write_second(draft: Path) -> None:
        publish_once(path, write_first)
        draft.write_text("second")

    publish_once(path, write_second)
    publish_once(path, write_second)
    assert path.read_text() == "first"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [found.name for found in path.parent.iterdir()] == ["key"]


@pytest.mark.parametrize("failing", [1, 2])
def test_a_disk_that_keeps_nothing_is_not_taken_for_one_without_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Where file or folder cannot be flushed, the error is the disk's, and nobody goes on as if they were kept."""
    calls = list[int]()

    def fail(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    with draft_beside(tmp_path / "file.txt") as draft:
        draft.write_text("text")
        with pytest.raises(OSError, match="Input/output error") as failure:
            link(draft, tmp_path / "file.txt")
    assert not isinstance(failure.value, NoLinks)


@pytest.mark.parametrize("give_name", [replace, link])
def test_file_and_folder_are_flushed_around_the_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, give_name: object
) -> None:
    """The content is on the disk before the name is, and the name is when the call returns."""
    path, flushed = tmp_path / "file.txt", list[tuple[bool, bool]]()
    flush = os.fsync

    def note(descriptor: int) -> None:
        flushed.append((stat.S_ISDIR(os.fstat(descriptor).st_mode), path.exists()))
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    with draft_beside(path) as draft:
        draft.write_text("text")
        assert callable(give_name)
        give_name(draft, path)
    assert flushed == [(False, False), (True, True)]
