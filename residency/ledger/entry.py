"""Canonical bytes of a ledger entry (RFC 8785) and the two hashes of an RFC 6962 tree.

The same facts always give the same bytes, on any machine, in any language that follows the RFC. Floating-point numbers
are refused instead of formatted: nothing we record needs one, and their text is where implementations differ.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final, Never, TypeAlias

from residency.errors import EncodingError

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"

_LARGEST_EXACT: Final = 2**53 - 1  # beyond it, readers that keep numbers as doubles would see another number
_encode: Final = json.JSONEncoder(ensure_ascii=False).encode  # its escapes of text are the RFC's
_encode_sorted: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_LEAF: Final = b"\x00"
_NODE: Final = b"\x01"


def canonical_json(value: object) -> bytes:
    """Encode strings, integers, booleans, `None`, lists, tuples and mappings of them as RFC 8785 bytes.

    Raises:
        EncodingError: something else is in there, or an integer beyond 2^53 - 1, or text that is not Unicode.

    """
    try:
        return _text(value).encode()
    except UnicodeEncodeError as err:
        raise EncodingError("text with a lone surrogate has no canonical form") from err


def read_canonical(data: bytes | str) -> Json:
    """Read JSON that is written canonically; any other writing of the same value is refused, a name twice with it.

    Raises:
        EncodingError: this is no JSON, or not its canonical form.

    """
    value = read_json(data)
    text = data if isinstance(data, str) else data.decode()
    try:
        # Of ASCII the standard encoder writes just what the RFC wants, many times faster.
        if (text.isascii() and _encode_sorted(value) == text) or canonical_json(value) == text.encode():
            return value
    except RecursionError as err:
        raise EncodingError("this JSON is too deep to be read") from err
    raise EncodingError("this JSON is not in its canonical form (RFC 8785)")


def read_json(data: bytes | str) -> Json:
    """Read JSON of values that have a canonical form, however it is written.

    Raises:
        EncodingError: this is no JSON, or there is a number in it that no canonical form has.

    """
    try:
        value: Json = _decode(data if isinstance(data, str) else data.decode())
    except EncodingError:
        raise
    except (ValueError, RecursionError) as err:
        raise EncodingError("this is no JSON that can be read") from err
    return value


def encode_entry(entry: Mapping[str, Json]) -> bytes:
    """Encode one ledger entry: the bytes that are stored, hashed and shown to an auditor."""
    return canonical_json(entry)


def leaf_hash(data: bytes) -> bytes:
    """The RFC 6962 hash of one entry's bytes."""
    return hashlib.sha256(_LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The RFC 6962 hash of two subtrees."""
    return hashlib.sha256(_NODE + left + right).digest()


def _exact(digits: str) -> int:
    value = int(digits)
    if abs(value) > _LARGEST_EXACT:
        raise EncodingError(f"`{digits[:40]}` is beyond the integers every reader keeps exactly")
    return value


def _refuse(number: str) -> Never:
    raise EncodingError(f"`{number[:40]}` has no canonical form; only whole numbers have one")


_decode: Final = json.JSONDecoder(parse_int=_exact, parse_float=_refuse, parse_constant=_refuse).decode


def _text(value: object) -> str:
    match value:
        case None | bool() | str():
            return _encode(value)
        case int():
            return _integer(value)
        case list() | tuple():
            return f"[{','.join(map(_text, value))}]"
        case Mapping():
            return _object(value)
        case _:
            raise EncodingError(f"a `{type(value).__name__}` has no canonical form")


def _integer(value: int) -> str:
    if abs(value) > _LARGEST_EXACT:
        raise EncodingError(f"`{value}` is beyond the integers every reader keeps exactly")
    return int.__repr__(value)


def _object(value: Mapping[object, object]) -> str:
    members: list[tuple[bytes, str]] = []
    for key, member in value.items():
        if not isinstance(key, str):
            raise EncodingError(f"a member name must be text; got a `{type(key).__name__}`")
        # The RFC orders names by UTF-16 code units, which differs from code points beyond the basic plane.
        members.append((key.encode("utf-16-be"), f"{_text(key)}:{_text(member)}"))
    return "{" + ",".join(text for _, text in sorted(members)) + "}"
