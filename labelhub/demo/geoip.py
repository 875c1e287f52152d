"""The demo's two GeoIP databases: the TEST-NET ranges mapped to the demo's countries, in the usual country shape.

They exist so that the demo runs the same two-source lookup as production with no download. They know nothing but the
documentation ranges, which no real visitor can have; every other address stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet  # has no stubs; the writer takes nothing else

from labelhub.demo.places import PLACES

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

PRIMARY_NAME = "demo-primary.mmdb"
SECONDARY_NAME = "demo-secondary.mmdb"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoipFiles:
    """The two databases written, in the order the settings name them."""

    primary: Path
    secondary: Path


class _DatedWriter(MMDBWriter):
    """A writer whose build date is given: the same call writes the same bytes, and a test can write a stale file."""

    def __init__(self, *, source: str, built_at: datetime) -> None:
        super().__init__(
            ip_version=6,
            ipv4_compatible=True,
            database_type=f"labelhub-demo-{source}-Country",
            languages=["en"],
            description=f"labelhub demo places ({source}); documentation ranges only",
        )
        self._built_at = built_at

    def _build_meta(self) -> dict[str, Any]:
        return super()._build_meta() | {"build_epoch": int(self._built_at.timestamp())}


def write_databases(folder: Path, *, built_at: datetime) -> GeoipFiles:
    """Write both databases into `folder` (made if missing), each replaced in one step, and say where they are.

    Raises:
        ValueError: `built_at` has no time zone.

    """
    if built_at.tzinfo is None:
        message = "the build date of a GeoIP database needs a time zone"
        raise ValueError(message)
    folder.mkdir(parents=True, exist_ok=True)
    files = GeoipFiles(primary=folder / PRIMARY_NAME, secondary=folder / SECONDARY_NAME)
    _write(files.primary, source="primary", built_at=built_at)
    _write(files.secondary, source="secondary", built_at=built_at)
    return files


def _write(path: Path, *, source: str, built_at: datetime) -> None:
    writer = _DatedWriter(source=source, built_at=built_at)
    for place in PLACES:
        writer.insert_network(IPSet([str(place.network)]), {"country": {"iso_code": place.country}})
    unfinished = path.with_suffix(".unfinished")
    writer.to_db_file(str(unfinished))
    unfinished.replace(path)
