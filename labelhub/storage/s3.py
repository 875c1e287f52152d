"""The port over any S3 store."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from django.conf import settings

from labelhub.storage.port import ObjectStore, StoreError
from labelhub.storage.sigv4 import Signer
from labelhub.zones import ZoneSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FAILURES = (BotoCoreError, ClientError)
NOT_FOUND = {"404", "NoSuchBucket", "NoSuchKey", "NotFound"}


class S3Store:
    """One zone's bucket in one S3 store."""

    def __init__(self, zone: ZoneSettings) -> None:
        self._zone = zone
        self._client: S3Client = boto3.client(
            "s3",
            endpoint_url=zone.store_url,
            region_name=zone.store_region,
            aws_access_key_id=zone.access_key,
            aws_secret_access_key=zone.secret_key,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3, "mode": "standard"}),
        )
        self._signer = Signer(
            access_key=zone.access_key,
            secret_key=zone.secret_key,
            storage_region=zone.store_region,
            host=urlsplit(zone.store_url).netloc,
        )

    def ensure_bucket(self) -> None:
        """Make the zone's bucket if it is not there."""
        try:
            self._client.head_bucket(Bucket=self._zone.bucket)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in NOT_FOUND:
                raise self._failed("open the bucket") from error
            self._make_bucket()
        except BotoCoreError as error:
            raise self._failed("open the bucket") from error

    def _make_bucket(self) -> None:
        try:
            self._client.create_bucket(Bucket=self._zone.bucket)
        except FAILURES as error:
            raise self._failed("make the bucket") from error

    def put(self, key: str, body: BinaryIO, *, mime: str) -> None:
        """Store an object whole."""
        try:
            self._client.upload_fileobj(body, self._zone.bucket, key, ExtraArgs={"ContentType": mime})
        except FAILURES as error:
            raise self._failed(f"store `{key}`") from error

    def has(self, key: str, *, size: int) -> bool:
        """Tell whether an object of this size is there."""
        try:
            return self._client.head_object(Bucket=self._zone.bucket, Key=key)["ContentLength"] == size
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in NOT_FOUND:
                return False
            raise self._failed(f"look for `{key}`") from error
        except BotoCoreError as error:
            raise self._failed(f"look for `{key}`") from error

    def open(self, key: str) -> BinaryIO:
        """Open an object for reading from its start."""
        try:
            body = self._client.get_object(Bucket=self._zone.bucket, Key=key)["Body"]
        except FAILURES as error:
            raise self._failed(f"read `{key}`") from error
        return cast("BinaryIO", _Body(body, self._failed(f"read all of `{key}`")))

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        try:
            self._client.delete_object(Bucket=self._zone.bucket, Key=key)
        except FAILURES as error:
            raise self._failed(f"remove `{key}`") from error

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """List objects as (key, bytes)."""
        try:
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._zone.bucket, Prefix=prefix):
                for found in page.get("Contents", []):
                    yield found["Key"], found["Size"]
        except FAILURES as error:
            raise self._failed(f"list `{prefix}`") from error

    def presigned_path(self, key: str, *, method: str, at: datetime, seconds: int) -> str:
        """Sign a path and query for one method and a short while."""
        return self._signer.path(f"/{self._zone.bucket}/{key}", method=method, at=at, seconds=seconds)

    def _failed(self, what: str) -> StoreError:
        return StoreError(f"the store of zone `{self._zone.code}` could not {what}: check it with `labelhub doctor`")


class _Body(io.RawIOBase):
    """An object's bytes; a connection that breaks in the middle is the store's failure, not a short file."""

    def __init__(self, body: StreamingBody, failure: StoreError) -> None:
        self._body = body
        self._failure = failure

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes, or all that is left."""
        try:
            return self._body.read(None if size < 0 else size)
        except FAILURES as error:
            raise self._failure from error

    def close(self) -> None:
        """Give the connection back."""
        self._body.close()
        super().close()


@lru_cache(maxsize=64)
def store_of(zone: str) -> ObjectStore:
    """Open the store of a zone.

    Raises:
        StoreError: the settings describe no such zone.
    """
    described: dict[str, ZoneSettings] = settings.ZONES
    if zone not in described:
        raise StoreError(f"zone `{zone}` is not in `LABELHUB_ZONES`: its footage cannot be reached")
    return S3Store(described[zone])


def bucket_of(zone: str, bucket: str) -> ObjectStore:
    """Open another bucket of a zone's store, with the zone's own key; the store says whether it may be read."""
    described: dict[str, ZoneSettings] = settings.ZONES
    if zone not in described:
        raise StoreError(f"zone `{zone}` is not in `LABELHUB_ZONES`")
    return S3Store(replace(described[zone], bucket=bucket))
