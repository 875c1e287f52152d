"""The demo's places: which simulated address a host name stands for.

One laptop shows three countries this way. The table reaches the running service only through the demo's Caddyfile and
the demo's GeoIP databases; production code has no such branch. Plain `localhost` is deliberately absent: it keeps the
real peer address, which no database knows, and so is an unknown place.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlace:
    """A host name, the address the demo gateway gives its visitors, and the country the GeoIP databases give it."""

    host: str
    address: IPv4Address
    network: IPv4Network
    country: str


PLACES: tuple[DemoPlace, ...] = (
    DemoPlace(
        host="us.localhost", address=IPv4Address("203.0.113.10"), network=IPv4Network("203.0.113.0/24"), country="US"
    ),
    DemoPlace(
        host="ph.localhost", address=IPv4Address("198.51.100.10"), network=IPv4Network("198.51.100.0/24"), country="PH"
    ),
    DemoPlace(
        host="de.localhost", address=IPv4Address("192.0.2.10"), network=IPv4Network("192.0.2.0/24"), country="DE"
    ),
)

UNKNOWN_HOST = "localhost"


def address_of(host: str) -> IPv4Address | None:
    """Return the simulated address of `host`, or None when its visitors keep their real address."""
    return next((place.address for place in PLACES if place.host == host.lower().rstrip(".")), None)


def host_in(country: str) -> str:
    """Return the host name that stands for `country`.

    Raises:
        LookupError: the demo has no such place.

    """
    for place in PLACES:
        if place.country == country:
            return place.host
    message = f"no demo host stands for `{country}`"
    raise LookupError(message)
