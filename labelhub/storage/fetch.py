"""Bring objects that lie in a zone's own store, at an `s3://` address, to a local file to be checked."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from labelhub.storage.port import StoreError
from labelhub.storage.s3 import bucket_of

BLOCK = 1024 * 1024


def list_address(zone: str, address: str) -> list[str]:
    """List the `s3://` addresses of every object below an address.

    Raises:
        StoreError: the address names no bucket or no object that the zone's own key may read.
    """
    parts = urlsplit(address)
    prefix = parts.path.lstrip("/")
    if parts.scheme != "s3" or not parts.netloc:
        raise StoreError(f"`{address}` is no address of objects: write `s3://bucket/prefix`")
    found = [
        f"s3://{parts.netloc}/{key}" for key, _ in bucket_of(zone, parts.netloc).keys(prefix) if not key.endswith("/")
    ]
    if not found:
        raise StoreError(f"`{address}` names no object in the store of zone `{zone}`")
    return found


def fetched(zone: str, addresses: list[str], folder: Path) -> Iterator[tuple[str, Path]]:
    """Give each address with a local copy of its object; the copy is gone when the next one is asked for."""
    for number, address in enumerate(addresses):
        parts = urlsplit(address)
        key = parts.path.lstrip("/")
        copy = folder / f"{number}" / Path(key).name
        copy.parent.mkdir()
        with bucket_of(zone, parts.netloc).open(key) as body, copy.open("wb") as out:
            shutil.copyfileobj(body, out, BLOCK)
        yield address, copy
        shutil.rmtree(copy.parent)
