"""Pages of footage hold what the list holds, in its order, each piece once, and read no other piece."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from itertools import product

import pytest
from django.core.paginator import InvalidPage
from django.db import connection
from django.test.utils import CaptureQueriesContext

from labelhub.footage.models import Footage
from labelhub.footage.paging import FootagePages
from tests.factories import add_organization, make_footage, make_source

pytestmark = pytest.mark.django_db
OFTEN = 3


@pytest.fixture
def pieces() -> list[Footage]:
    """Seven pieces of three cameras, some of the same name, in the order of every list."""
    owner = add_organization(code="city", name="City", relation="owner")
    cameras = [make_source(code, owner=owner) for code in ("cam-b", "cam-a", "cam-c")]
    names = ("b.jpg", "a.jpg", "a.jpg")
    made = [make_footage(camera, name=name) for camera in cameras[:2] for name in names]
    made.append(make_footage(cameras[2], name="0.jpg"))
    return sorted(made, key=lambda item: (item.source.code, item.name, item.pk))


@pytest.mark.parametrize("length", [1, 2, 3, 7, 50])
def test_the_pages_one_after_the_other_are_the_list(pieces: list[Footage], length: int) -> None:
    pages = FootagePages(Footage.objects.all(), length)
    assert [item for number in pages.page_range for item in pages.page(number)] == pieces


def test_a_page_of_a_narrower_list_holds_nothing_else(pieces: list[Footage]) -> None:
    marked = [pieces[1], pieces[4], pieces[6]]
    Footage.objects.filter(pk__in=[item.pk for item in marked]).update(marks=["x"])
    pages = FootagePages(Footage.objects.filter(marks=["x"]), 2)
    assert [list(page) for page in pages] == [marked[:2], marked[2:]]


def test_a_page_is_read_with_all_that_is_shown_of_it_in_one_question(pieces: list[Footage]) -> None:
    pages = FootagePages(Footage.objects.all(), OFTEN)
    assert pages.count == len(pieces)
    with CaptureQueriesContext(connection) as asked:
        shown = [(item.source.code, item.source.owner, item.zone.jurisdiction) for item in pages.page(2)]
    assert len(shown) == OFTEN
    assert len(asked) == 1


def test_a_page_that_there_is_not_is_refused_and_an_empty_list_has_one_empty_page() -> None:
    pages = FootagePages(Footage.objects.none(), 2)
    assert list(pages.get_page("99")) == []
    with pytest.raises(InvalidPage):
        pages.page(2)


def test_the_longest_name_and_the_most_marks_can_be_kept_and_listed() -> None:
    """The index holds both, and an entry of an index has a limit; a manifest's cell has 1,000 characters."""
    marks = ["".join(pair) for pair in product(string.ascii_lowercase + string.digits, repeat=2)][:333]
    assert len(";".join(marks)) <= 1000
    name = "".join(map(chr, range(0x10000, 0x10000 + 255 * 3001, 3001)))
    item = make_footage(make_source(), name=name, marks=marks, captured_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert list(FootagePages(Footage.objects.filter(name=name), 1).page(1)) == [item]
