"""Which files a path means: one file, the CSV files of a folder, or a pattern's."""

from __future__ import annotations

import stat
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from connectors.errors import SourceRefused

_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt"})
_GLOB: Final = frozenset("*?[")


def find_files(path: Path) -> list[Path | SourceRefused]:
    """List the regular files that `path` means, by name; what is no regular file is listed as its refusal.

    Hidden files are left out. An existing file is itself, whatever characters its name has. Raises SourceRefused when
    there is nothing of that name.
    """
    if path.is_symlink() and not path.is_dir():
        return [_checked(path)]
    if path.is_dir():
        return [_checked(entry) for entry in sorted(path.iterdir()) if _is_csv(entry.name)]
    if path.exists():
        return [_checked(path)]
    if _GLOB & set(path.name) and path.parent.is_dir():
        entries = sorted(path.parent.iterdir())
        found = [entry for entry in entries if entry.name[0] != "." and fnmatchcase(entry.name, path.name)]
        return [_checked(entry) for entry in found]
    guidance = "Create it, or set `path` in sync.toml to the file or folder you mean."
    raise SourceRefused("there is no such file or folder.", name=str(path), guidance=guidance)


def _is_csv(name: str) -> bool:
    """Also true for `x.csv.gz`, so that it is refused aloud and not left out in silence."""
    return name[0] != "." and Path(name.casefold().removesuffix(".gz")).suffix in _SUFFIXES


def _checked(path: Path) -> Path | SourceRefused:
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError:
        name = path.name.encode("utf-8", "backslashreplace").decode()
        return SourceRefused("its name is not UTF-8.", name=name, guidance="Give it another name.")
    mode = path.lstat().st_mode
    if stat.S_ISREG(mode):
        return path
    if stat.S_ISLNK(mode):
        return SourceRefused("it is a symbolic link.", name=path.name, guidance="Put the file itself there.")
    what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
    return SourceRefused(f"it is {what}.", name=path.name, guidance="Take it out of the folder.")
