"""Until somebody tells the reports who the people are, nobody reads anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from labelhub.accounts.models import Person
from labelhub.evidence import reader
from tests import factories
from tests.labelhub.evidence import entries


@pytest.fixture
def _nobody_told() -> Iterator[None]:
    known = reader.people()
    reader.tell_people(reader._NobodyKnown())
    yield
    reader.tell_people(known)


@pytest.mark.usefixtures("_nobody_told")
def test_nobody_reads_the_ledger_before_it_is_known_who_they_are(officer: Person) -> None:
    entries.view(footage="secret-footage")
    answer = factories.signed_in(officer).get("/where-viewed/")
    assert answer.status_code == 403
    assert "secret-footage" not in answer.content.decode()
