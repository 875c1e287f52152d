"""The presigner answers exactly what botocore answers."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

import botocore.auth
import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from labelhub.storage.sigv4 import Signer

AT = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
SIGNER = Signer(access_key="AKIAEXAMPLE", secret_key="secret/key+1", storage_region="eu-central-1", host="store:9000")


def botocores_answer(path: str, method: str, seconds: int) -> str:
    request = AWSRequest(method=method, url=f"http://{SIGNER.host}{path}")
    auth = S3SigV4QueryAuth(Credentials(SIGNER.access_key, SIGNER.secret_key), "s3", "eu-central-1", expires=seconds)
    with patch.object(botocore.auth, "get_current_datetime", return_value=AT.replace(tzinfo=None)):
        auth.add_auth(request)
    return str(request.url).removeprefix(f"http://{SIGNER.host}")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_signs_as_botocore_signs(method: str) -> None:
    ours = SIGNER.path("/bucket/footage/ab12", method=method, at=AT, seconds=60)
    assert ours == botocores_answer("/bucket/footage/ab12", method, 60)


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.~/", min_size=1, max_size=60), st.integers(1, 604800))
def test_it_signs_every_plain_key_as_botocore_signs_it(key: str, seconds: int) -> None:
    path = f"/bucket/{key}"
    assert SIGNER.path(path, method="GET", at=AT, seconds=seconds) == botocores_answer(path, "GET", seconds)


def test_each_method_has_its_own_signature() -> None:
    assert SIGNER.path("/b/k", method="GET", at=AT, seconds=60) != SIGNER.path("/b/k", method="HEAD", at=AT, seconds=60)
