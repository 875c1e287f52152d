"""The bucket under lock: what is written there is read by version, and changed or deleted by nobody for its time.

S3 Object Lock in compliance mode. A newer object or a delete marker may hide a version from a plain read, so an anchor
is always read by its version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from labelhub.storage.port import StoreError
from labelhub.zones import AnchorSettings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FAILURES = (BotoCoreError, ClientError)
NOT_FOUND = {"404", "NoSuchBucket", "NotFound"}


@dataclass(frozen=True, slots=True)
class Kept:
    """One version under lock."""

    key: str
    version: str


class AnchorStore:
    """The one bucket that checkpoints are anchored in."""

    def __init__(self, described: AnchorSettings) -> None:
        self._bucket = described.bucket
        self._client: S3Client = boto3.client(
            "s3",
            endpoint_url=described.store_url,
            region_name=described.store_region,
            aws_access_key_id=described.access_key,
            aws_secret_access_key=described.secret_key,
            config=Config(
                s3={"addressing_style": "path"},
                retries={"max_attempts": 2, "mode": "standard"},
                connect_timeout=3,
                read_timeout=10,
            ),
        )

    def ensure_bucket(self) -> None:
        """Make the bucket, with object lock, if it is not there.

        Raises:
            StoreError: it cannot be made, or is there without object lock.
        """
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in NOT_FOUND:
                raise self._failed("open the bucket") from error
            self._make_bucket()
        except BotoCoreError as error:
            raise self._failed("open the bucket") from error
        self._refuse_unlocked()

    def put(self, key: str, text: str, *, retain_until: datetime) -> Kept:
        """Write a text that nobody can change until then, and give its version.

        Raises:
            StoreError: it was not written, or not under lock.
        """
        try:
            answer = self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=text.encode(),
                ContentType="text/plain; charset=utf-8",
                ObjectLockMode="COMPLIANCE",
                ObjectLockRetainUntilDate=retain_until,
            )
            kept = Kept(key, answer.get("VersionId", ""))
            head = self._client.head_object(Bucket=self._bucket, Key=key, VersionId=kept.version)
        except FAILURES as error:
            raise self._failed(f"lock `{key}`") from error
        if not kept.version or head.get("ObjectLockMode") != "COMPLIANCE":
            raise self._failed(f"lock `{key}`")
        return kept

    def get(self, kept: Kept) -> str:
        """Read a version.

        Raises:
            StoreError: it cannot be read.
        """
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=kept.key, VersionId=kept.version)
            return answer["Body"].read().decode()
        except (*FAILURES, UnicodeDecodeError) as error:
            raise self._failed(f"read `{kept.key}`") from error

    def versions(self, prefix: str) -> Iterator[Kept]:
        """List every version there is, hidden ones too.

        Raises:
            StoreError: the store does not answer.
        """
        try:
            for page in self._client.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=prefix):
                for found in page.get("Versions", []):
                    yield Kept(found["Key"], found["VersionId"])
        except FAILURES as error:
            raise self._failed(f"list `{prefix}`") from error

    def _make_bucket(self) -> None:
        try:
            self._client.create_bucket(Bucket=self._bucket, ObjectLockEnabledForBucket=True)
        except FAILURES as error:
            raise self._failed("make the bucket") from error

    def _refuse_unlocked(self) -> None:
        try:
            self._client.get_object_lock_configuration(Bucket=self._bucket)
        except FAILURES as error:
            raise StoreError(
                f"the bucket `{self._bucket}` has no object lock, which can only be given to a new one: "
                "name another in `LABELHUB_ANCHOR_BUCKET`"
            ) from error

    def _failed(self, what: str) -> StoreError:
        return StoreError(f"the anchors' store could not {what}: check it with `labelhub doctor`")


@lru_cache(maxsize=1)
def anchor_store() -> AnchorStore:
    """Open the bucket of the settings."""
    return AnchorStore(settings.ANCHOR)
