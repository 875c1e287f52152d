"""File names that no file system and no archive reader can misunderstand, and that do not collide."""

import re
import unicodedata
from pathlib import PurePosixPath

from exporters.errors import UnsafeNameError
from exporters.ids import Texts

MOST_BYTES = 255
MOST_STEM_BYTES = 180
MOST_PATH_BYTES = 1_024
MOST_SHOWN = 80
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
FORBIDDEN = frozenset('\\:*?"<>|')


USUAL = re.compile(
    r"/?(?:(?!(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:[./]|$))[a-z0-9_-](?:\.?[a-z0-9_-])*(?:/|(?=$)))+(?<!/)",
    re.ASCII | re.IGNORECASE,
)
"""Names that are plainly good: these letters, no part that begins or ends in a dot or has two in a row, and no
device."""


def usual(name: str) -> bool:
    """Whether a name is short and plainly good, so that it need not be looked at letter by letter."""
    return len(name) < MOST_STEM_BYTES and USUAL.fullmatch(name) is not None


def suffix_of(name: str) -> str:
    """The extension of a name with its dot, or nothing."""
    if usual(name):
        base = name.rpartition("/")[2]
        return base[base.rfind(".") :] if "." in base else ""
    return PurePosixPath(name).suffix


def check_path(path: str) -> None:
    """Refuse a path inside a training set that could leave it, or that some file system cannot hold."""
    if usual(path) and path[0] != "/":
        return
    fault = next((fault for part in path.split("/") if (fault := _fault(part)) is not None), None)
    if fault is None and len(path.encode(errors="replace")) > MOST_PATH_BYTES:
        fault = "it is too long"
    if fault is not None:
        raise UnsafeNameError(f"`{_shown(path)}` is no safe file name: {fault}")


def check_footage_name(name: str, *, footage_id: str) -> None:
    """Refuse a name of footage that was made to leave its folder or that no file system could have held."""
    if usual(name):
        return
    parts = [part for part in name.split("/") if part not in ("", ".")]
    long = any(len(part.encode(errors="replace")) > MOST_BYTES for part in parts)
    control = _has_control(name)
    if not parts or ".." in parts or long or control:
        raise UnsafeNameError(f"footage `{footage_id}` has no safe name: `{_shown(name)}`")


class Stems:
    """Hands out a file name without extension per footage, each once.

    Folders become part of the name (`front/1.jpg` → `front_1`). Where two still collide, the later one gets the
    beginning of its own hash, so a name never depends on anything but the order and the content of the items.
    """

    def __init__(self) -> None:
        self._taken = Texts()

    def take(self, name: str, *, sha256: str) -> str:
        """The stem for footage of this name and hash."""
        plain = _plain(name)
        candidates = (plain, f"{plain}-{sha256[:8]}", f"{plain}-{sha256}")
        number = 2
        for candidate in candidates:
            if self._free(candidate):
                return candidate
        while not self._free(f"{plain}-{sha256}-{number}"):
            number += 1
        return f"{plain}-{sha256}-{number}"

    def _free(self, stem: str) -> bool:
        return self._taken.add(stem.casefold())


def _plain(name: str) -> str:
    """The name with its folders, without its extension, in letters, digits, dots, dashes and underscores."""
    if usual(name):
        return name.removesuffix(suffix_of(name)).strip("/").replace("/", "_")
    return _slowly(name)


def _slowly(name: str) -> str:
    """The same, of whatever name."""
    parts = [part for part in unicodedata.normalize("NFC", name).split("/") if part not in ("", ".")]
    parts[-1] = PurePosixPath(parts[-1]).stem
    joined = "_".join(parts)
    kept = "".join(character if character.isalnum() or character in "._-" else "_" for character in joined)
    short = kept.encode()[:MOST_STEM_BYTES].decode(errors="ignore").strip(".")
    return f"_{short}" if not short or short.split(".")[0].casefold() in RESERVED else short


def _fault(part: str) -> str | None:
    """What is wrong with one part of a path."""
    faults = {
        "a part of it is empty, `.` or `..`": part in ("", ".", ".."),
        "it holds a character that some file systems refuse": not FORBIDDEN.isdisjoint(part) or _has_control(part),
        "a part of it is too long": len(part.encode(errors="replace")) > MOST_BYTES,
        "a part of it ends in a dot or a space": part.endswith((".", " ")),
        "a part of it is a device name on some systems": part.split(".", maxsplit=1)[0].casefold() in RESERVED,
    }
    return next((fault for fault, found in faults.items() if found), None)


def _has_control(text: str) -> bool:
    """Whether a control character or half a character is in it; what is printable has none, and is told at once."""
    return not text.isprintable() and any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def _shown(name: str) -> str:
    """The name as an error may show it: short, on one line."""
    shown = name if len(name) <= MOST_SHOWN else f"{name[:MOST_SHOWN]}..."
    return shown.encode("unicode_escape").decode()
