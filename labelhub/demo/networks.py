"""The demo's list of known networks: half of its American addresses belong to a made-up VPN.

It lets anybody see, with documentation addresses only, what a person behind an anonymising network is told.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NETWORKS_NAME = "demo-networks.csv"
ANONYMISER = IPv4Network("203.0.113.128/25")
ANONYMISED_ADDRESS = IPv4Address("203.0.113.200")
LINES = ("network,kind,jurisdiction,note", f"{ANONYMISER},anonymiser,,the demo's VPN with an exit in the United States")


def write_networks(folder: Path) -> Path:
    """Write the list into `folder` (made if missing), replaced in one step, and say where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / NETWORKS_NAME
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_text("\n".join([*LINES, ""]), encoding="utf-8")
    unfinished.replace(file)
    return file
