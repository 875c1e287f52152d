"""The list of known networks: which addresses hide where a person is, and which ones vouch for it.

A CSV file with the columns `network,kind,jurisdiction,note`. `anonymiser` (VPN, Tor, proxy) and `hosting` (a data
centre, where people do not sit but their tunnels end) both hide a place; `allow-listed` vouches for one. Without a
good file nothing is known of any network, which is not the same as knowing that it hides nothing: the place is unknown.
"""

from __future__ import annotations

import csv
import ipaddress
import logging
import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from residency.places import is_jurisdiction

logger = logging.getLogger(__name__)
HEADER = ["network", "kind", "jurisdiction", "note"]
FILE_MEND = f"write it in UTF-8 with the first line `{','.join(HEADER)}`"
MAPPED = ipaddress.ip_network("::ffff:0:0/96")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class NetworkListError(ValueError):
    """The file of known networks cannot be used; says the file, the line and the mend."""

    def __init__(self, file: Path, line: int, why: str) -> None:
        super().__init__(f"`{file}`, line {line}: {why}")


class Kind(StrEnum):
    """What is known of a network."""

    ANONYMISER = "anonymiser"
    HOSTING = "hosting"
    ALLOW_LISTED = "allow-listed"


KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNetwork:
    """What the list says of one address; `anonymiser` is None where nothing can be known."""

    anonymiser: bool | None = None
    allow_listed_in: str | None = None


NOTHING_KNOWN = KnownNetwork()


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    network: Network
    kind: Kind
    jurisdiction: str


@dataclass(frozen=True, slots=True)
class _Nested:
    """Networks in the order of their first addresses, a wide one before those inside it, each with the one around it.

    Two networks are either apart or one inside the other, so whatever holds an address lies around the last network
    that begins at or before it.
    """

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]
    words: tuple[str, ...]
    around: tuple[int | None, ...]

    def narrowest(self, address: int) -> str | None:
        """The word of the narrowest network that holds an address; None when none does."""
        begun = bisect_right(self.firsts, address)
        at = begun - 1 if begun else None
        while at is not None and self.lasts[at] < address:
            at = self.around[at]
        return None if at is None else self.words[at]


@dataclass(frozen=True, slots=True)
class NetworkList:
    """A whole list, ready to be asked; IPv4 and IPv6 are kept apart."""

    hiding: dict[int, _Nested]
    vouching: dict[int, _Nested]

    def knows(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> KnownNetwork:
        """Say what the list says of an address."""
        number, version = int(address), address.version
        return KnownNetwork(
            anonymiser=self.hiding[version].narrowest(number) is not None,
            allow_listed_in=self.vouching[version].narrowest(number),
        )


def network_of(address: str, file: Path) -> KnownNetwork:
    """Say what the list in `file` says of an address; nothing is known if either cannot be read."""
    return _network_of(address, file, last_change(file))


@lru_cache(maxsize=8192)
def _network_of(address: str, file: Path, changed: int) -> KnownNetwork:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return NOTHING_KNOWN
    known = _kept(file, changed)
    return NOTHING_KNOWN if known is None else known.knows(getattr(parsed, "ipv4_mapped", None) or parsed)


def refuse_malformed(file: Path) -> None:
    """Refuse a list that is there and is wrong; one that is missing is only told by what is then refused to people.

    Raises:
        NetworkListError: naming the line and the mend.
    """
    outcome = _read_once(file, last_change(file))
    if isinstance(outcome, NetworkListError) and file.exists():
        raise outcome


def read_networks(file: Path) -> NetworkList:
    """Read a list.

    Raises:
        NetworkListError: naming the line and the mend.
    """
    rows = [_row(file, line, written) for line, written in _lines(file)]
    vouching = [row for row in rows if row.kind is Kind.ALLOW_LISTED]
    _refuse_twice(file, vouching)
    return NetworkList(
        hiding=_by_version(row for row in rows if row.kind is not Kind.ALLOW_LISTED), vouching=_by_version(vouching)
    )


def last_change(file: Path) -> int:
    """When a file last changed, in nanoseconds; 0 for one that cannot be looked at."""
    try:
        return os.stat(file).st_mtime_ns  # noqa: PTH116  asked several times a view, where pathlib costs twice as much
    except OSError:
        return 0


@lru_cache(maxsize=4)
def _kept(file: Path, changed: int) -> NetworkList | None:
    """The list as it was at its last change; None, and one line in the log, for one that is missing or wrong."""
    outcome = _read_once(file, changed)
    if isinstance(outcome, NetworkListError):
        logger.error("no place is known, so nothing is shown: %s", outcome)
        return None
    return outcome


@lru_cache(maxsize=4)
def _read_once(file: Path, changed: int) -> NetworkList | NetworkListError:
    """A large list takes a second to read, so the start and every later question share one reading."""
    try:
        return read_networks(file)
    except NetworkListError as error:
        return error


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines below the header, each with its number; empty ones are passed over."""
    number = 1
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            reader = csv.reader(text, strict=True)
            if [word.strip() for word in next(reader, [])] != HEADER:
                raise NetworkListError(file, number, f"the header is missing: {FILE_MEND}")
            for written in reader:
                number = reader.line_num
                if written:
                    yield number, [word.strip() for word in written]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NetworkListError(file, number, f"cannot be read from here on ({error}): {FILE_MEND}") from error


def _row(file: Path, line: int, written: list[str]) -> _Row:
    if len(written) != len(HEADER):
        raise NetworkListError(file, line, f"has {len(written)} values instead of 4: quote a note that holds a comma")
    network, kind, jurisdiction, _note = written
    known = KINDS.get(kind)
    if known is None:
        raise NetworkListError(file, line, f"kind `{kind}` is unknown: write one of {', '.join(sorted(Kind))}")
    if known is Kind.ALLOW_LISTED and not is_jurisdiction(jurisdiction):
        raise NetworkListError(
            file, line, f"`{jurisdiction}` is no ISO 3166 code: an allow-listed network needs one such as `US`"
        )
    if known is not Kind.ALLOW_LISTED and jurisdiction:
        raise NetworkListError(
            file, line, f"`{jurisdiction}` stands beside `{kind}`: leave the jurisdiction empty, it is for allow-listed"
        )
    return _Row(line, _network(file, line, network), known, jurisdiction)


def _network(file: Path, line: int, written: str) -> Network:
    try:
        network = ipaddress.ip_network(written)
    except ValueError as error:
        raise NetworkListError(
            file, line, f"{error}: write a network such as `192.0.2.0/24` or `2001:db8::/32`"
        ) from error
    if isinstance(network, ipaddress.IPv6Network) and network.overlaps(MAPPED):
        raise NetworkListError(file, line, f"`{written}` holds IPv4 addresses written as IPv6: write it as IPv4")
    return network


def _refuse_twice(file: Path, vouching: list[_Row]) -> None:
    """Two lines for the very same network would leave open which of their jurisdictions holds."""
    seen: dict[Network, int] = {}
    for row in vouching:
        if row.network in seen:
            raise NetworkListError(
                file, row.line, f"`{row.network}` is allow-listed on line {seen[row.network]} already: keep one"
            )
        seen[row.network] = row.line


def _by_version(rows: Iterable[_Row]) -> dict[int, _Nested]:
    apart: dict[int, list[_Row]] = {4: [], 6: []}
    for row in rows:
        apart[row.network.version].append(row)
    return {version: _nested(each) for version, each in apart.items()}


def _nested(rows: list[_Row]) -> _Nested:
    spans = sorted((*_span(row.network), row.jurisdiction) for row in rows)
    firsts, lasts = tuple(span[0] for span in spans), tuple(-span[1] for span in spans)
    around: list[int | None] = []
    begun: list[int] = []  # and not yet ended, the narrowest at the end
    for number, first in enumerate(firsts):
        while begun and lasts[begun[-1]] < first:
            begun.pop()
        around.append(begun[-1] if begun else None)
        begun.append(number)
    return _Nested(firsts, lasts, tuple(span[2] for span in spans), tuple(around))


def _span(network: Network) -> tuple[int, int]:
    """First and last address, the latter negated, so that a wide network sorts before those inside it."""
    first = int(network.network_address)
    return first, -(first + (1 << (network.max_prefixlen - network.prefixlen)) - 1)
