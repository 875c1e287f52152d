"""Turn what somebody typed (files, folders, globs, addresses) into a list in which every input stands exactly once.

Symbolic links are never followed: a link could hand in files from anywhere. Hidden files and the litter that systems
leave in folders are counted, and ignored with a reason. What a file holds is not looked at here; probing does that.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path

_MAGIC = re.compile(r"[*?\[]")
_LITTER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "icon\r"})
_SIDECARS = frozenset({".xmp", ".thm", ".lrv", ".aae", ".srt", ".gpx"})


class Skipped(StrEnum):
    """Why an input is not handed on."""

    HIDDEN = "hidden"
    LITTER = "litter"
    SIDECAR = "sidecar"
    MANIFEST = "manifest"
    REPEATED = "repeated"
    SYMLINK = "symlink"
    NOT_A_FILE = "not-a-file"
    UNREADABLE = "unreadable"

    @property
    def refused(self) -> bool:
        """Say whether this counts as refused (somebody should look) rather than ignored (nobody need)."""
        return self in {Skipped.SYMLINK, Skipped.NOT_A_FILE, Skipped.UNREADABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedInput:
    """An input that is not handed on, and why."""

    path: Path
    reason: Skipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Every input exactly once: to be probed, kept elsewhere, or skipped with a reason."""

    files: tuple[Path, ...]
    addresses: tuple[str, ...]
    skipped: tuple[SkippedInput, ...]

    @property
    def total(self) -> int:
        """Return how many inputs there were."""
        return len(self.files) + len(self.addresses) + len(self.skipped)


class IntakeError(Exception):
    """Some of what was typed names nothing; carries each, so that all can be mended at once."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        self.missing = missing
        super().__init__("; ".join(f"`{one}` names no file or folder" for one in missing))


def expand(arguments: Sequence[str], *, manifest: Path | None = None) -> Intake:
    """Return every input that `arguments` name, in their order, and within a folder by name.

    Raises:
        IntakeError: an argument names nothing; nothing is handed on, since a typing error is likelier than a wish.

    """
    gathering = _Gathering(manifest=None if manifest is None else manifest.absolute())
    missing = tuple(argument for argument in arguments if not gathering.take(argument))
    if missing:
        raise IntakeError(missing)
    return Intake(files=tuple(gathering.files), addresses=tuple(gathering.addresses), skipped=tuple(gathering.skipped))


@dataclass(slots=True)
class _Gathering:
    """Collects inputs and remembers what it has seen."""

    manifest: Path | None
    files: list[Path] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    skipped: list[SkippedInput] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def take(self, argument: str) -> bool:
        """Take in one argument; say whether it names anything."""
        if argument.startswith("s3://"):
            self._address(argument)
            return True
        if not argument or "\0" in argument:
            return False
        path = Path(argument)
        if os.path.lexists(path):
            self._named(path)
            return True
        return bool(_MAGIC.search(argument)) and self._pattern(argument)

    def _address(self, address: str) -> None:
        if address in self.seen:
            self.skipped.append(SkippedInput(path=Path(address), reason=Skipped.REPEATED))
        else:
            self.seen.add(address)
            self.addresses.append(address)

    def _named(self, path: Path) -> None:
        if path.is_dir() and not path.is_symlink():
            for found in self._walk(path, _everything):
                self._entry(found)
        else:
            self._entry(path, named=True)

    def _pattern(self, pattern: str) -> bool:
        base, matches = _compiled(pattern)
        if not base.is_dir():
            return False
        before = len(self.files) + len(self.skipped)
        for found in self._walk(base, matches):
            self._entry(found)
        return len(self.files) + len(self.skipped) > before

    def _walk(self, folder: Path, matches: Callable[[Path], bool]) -> Iterator[Path]:
        """Give every entry below `folder` that `matches`, by name, without following a link."""
        waiting = [folder]
        while waiting:
            path = waiting.pop()
            entered = path == folder or (path.is_dir() and not path.is_symlink() and _passed_over(path.name) is None)
            if entered:
                waiting.extend(self._inside(path))
            elif matches(path):
                yield path

    def _inside(self, folder: Path) -> list[Path]:
        """Return what lies in `folder`, the last first; count a folder that cannot be entered."""
        try:
            return sorted(folder.iterdir(), reverse=True)
        except OSError:
            self.skipped.append(SkippedInput(path=folder, reason=Skipped.UNREADABLE))
            return []

    def _entry(self, path: Path, *, named: bool = False) -> None:
        key = os.path.normpath(path.absolute())
        reason = Skipped.REPEATED if key in self.seen else self._reason(path, key, named=named)
        self.seen.add(key)
        if reason is None:
            self.files.append(path)
        else:
            self.skipped.append(SkippedInput(path=path, reason=reason))

    def _reason(self, path: Path, key: str, *, named: bool) -> Skipped | None:
        if path.is_symlink():
            return Skipped.SYMLINK
        if self.manifest is not None and key == os.path.normpath(self.manifest):
            return Skipped.MANIFEST
        if not named and (reason := _passed_over(path.name)):  # a hidden file named outright is meant
            return reason
        return None if path.is_file() else Skipped.NOT_A_FILE


def _passed_over(name: str) -> Skipped | None:
    if name.lower() in _LITTER or name.startswith("._") or name == ".DS_Store":
        return Skipped.LITTER
    if name.startswith("."):
        return Skipped.HIDDEN
    return Skipped.SIDECAR if Path(name).suffix.lower() in _SIDECARS else None


def _everything(_: Path) -> bool:
    return True


def _compiled(pattern: str) -> tuple[Path, Callable[[Path], bool]]:
    """Return the folder a glob starts from, and its test."""
    parts = Path(pattern).parts
    plain = next(index for index, part in enumerate(parts) if _MAGIC.search(part))
    base, wanted = Path(*parts[:plain]), parts[plain:]
    return base, lambda path: _matches(wanted, path.relative_to(base).parts)


def _matches(wanted: tuple[str, ...], names: tuple[str, ...]) -> bool:
    """Say whether `names` fit the glob's parts; a folder that fits brings in everything below it."""
    if not wanted:
        return True
    if wanted[0] == "**":
        return any(_matches(wanted[1:], names[start:]) for start in range(len(names)))
    return bool(names) and fnmatchcase(names[0], wanted[0]) and _matches(wanted[1:], names[1:])
