"""The stack's block of ports: one public, the others internal and derived from it, all on loopback.

A busy port is refused before anything starts, with the name of whoever holds it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from labelhub.stack.errors import PortBusyError
from labelhub.stack.home import PORTS_IN_A_BLOCK

STORE_OFFSET = 10
STORE_WIDTH = 8


@dataclass(frozen=True, slots=True)
class StorePorts:
    """The eight ports of one zone's object store; a request of labelhub only ever reaches `s3`."""

    base: int

    @property
    def master(self) -> int:
        """Where the store keeps its topology; needs its certificate."""
        return self.base

    @property
    def volume(self) -> int:
        """Where the store keeps bytes; needs its certificate and its own token."""
        return self.base + 1

    @property
    def filer(self) -> int:
        """Where the store keeps names; needs its certificate and its own token."""
        return self.base + 2

    @property
    def s3(self) -> int:
        """The S3 interface, the only one labelhub uses."""
        return self.base + 3

    def grpc(self, port: int) -> int:
        """The internal gRPC twin of one of the four."""
        return port + 4

    def all(self) -> tuple[int, ...]:
        """Every port the store binds."""
        return tuple(range(self.base, self.base + STORE_WIDTH))

    def inner(self) -> dict[str, int]:
        """Every port at which the store talks to itself only, by what it is."""
        spoken = {"master": self.master, "volume": self.volume, "filer": self.filer}
        twins = {"master": self.master, "volume": self.volume, "filer": self.filer, "s3": self.s3}
        return spoken | {f"{role} gRPC": self.grpc(port) for role, port in twins.items()}


@dataclass(frozen=True, slots=True)
class Ports:
    """The block that begins at the public port."""

    public: int

    @property
    def app(self) -> int:
        """The service itself, behind the door."""
        return self.public + 1

    @property
    def studio(self) -> int:
        """Label Studio, behind the door."""
        return self.public + 2

    def store(self, number: int) -> StorePorts:
        """The ports of the store of zone number `number`, counted from nought."""
        base = self.public + STORE_OFFSET + number * STORE_WIDTH
        if base + STORE_WIDTH > self.public + PORTS_IN_A_BLOCK + 1:
            raise ValueError(f"a block of {PORTS_IN_A_BLOCK} ports has no room for zone number `{number}`")
        return StorePorts(base)

    def all(self, zones: int) -> tuple[int, ...]:
        """Every port that a stack of so many zones binds."""
        return (
            self.public,
            self.app,
            self.studio,
            *(port for number in range(zones) for port in self.store(number).all()),
        )


def refuse_busy(ports: Iterable[int]) -> None:
    """Refuse to start on ports somebody holds.

    Raises:
        PortBusyError: naming the first busy port and its holder.
    """
    wanted = tuple(ports)
    for port in wanted:
        if not is_free(port):
            raise PortBusyError(port=port, holder=holder_of(port), another=wanted[0] + 100)


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether a server could listen here, ignoring connections that are only being put to rest."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def holder_of(port: int) -> str:
    """Say who listens on a port, as far as this person may see it."""
    pid = listener_on(port)
    try:
        return f"`{psutil.Process(pid).name()}` (process {pid})" if pid else "another program"
    except psutil.Error:
        return "another program"


def listener_on(port: int) -> int | None:
    """The process that listens on a port, if this person may see it."""
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.Error:
        return None
    listening = (c for c in connections if c.laddr and c.laddr.port == port and c.status == psutil.CONN_LISTEN)
    return next((c.pid for c in listening if c.pid), None)
