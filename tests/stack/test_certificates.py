"""The store's certificate: made once, the owner's alone, trusted by nobody but its own store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from labelhub.stack.certificates import LIFETIME, keep_certificate
from labelhub.stack.probes import answer_without_certificate

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_second_start_keeps_the_certificate(tmp_path: Path) -> None:
    first = keep_certificate(tmp_path / "one.pem", name="store-us", at=NOW).read_bytes()
    later = NOW + timedelta(days=200)
    assert keep_certificate(tmp_path / "one.pem", name="store-us", at=later).read_bytes() == first


def test_a_start_in_its_last_year_makes_a_new_one(tmp_path: Path) -> None:
    first = keep_certificate(tmp_path / "one.pem", name="store-us", at=NOW).read_bytes()
    late = NOW + LIFETIME - timedelta(days=300)
    assert keep_certificate(tmp_path / "one.pem", name="store-us", at=late).read_bytes() != first


def test_a_file_that_holds_no_certificate_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "one.pem").write_text("half a fi")
    assert b"BEGIN CERTIFICATE" in keep_certificate(tmp_path / "one.pem", name="store-us", at=NOW).read_bytes()


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    assert keep_certificate(tmp_path / "one.pem", name="store-us", at=NOW).stat().st_mode & 0o777 == 0o600


def test_a_port_that_demands_a_certificate_refuses_whoever_has_none(
    demanding: Callable[[int], None], block: int
) -> None:
    demanding(block)
    assert answer_without_certificate(block) == 401


def test_a_port_that_speaks_in_the_clear_counts_as_open(upstream: Callable[[int], SimpleNamespace], block: int) -> None:
    upstream(block)
    assert answer_without_certificate(block) == 200


def test_a_port_nobody_listens_on_answers_nothing(block: int) -> None:
    assert answer_without_certificate(block) is None
