"""Many cameras are asked about at once by their numbers, and nothing but a number is ever written into a question."""

from __future__ import annotations

import pytest
from django.db.models import Q

from labelhub.footage.models import Footage, Source
from labelhub.footage.numbers import Together, numbers_in
from tests.factories import make_footage, make_source

pytestmark = pytest.mark.django_db


def test_footage_among_cameras_is_footage_of_theirs_and_no_other() -> None:
    one, two, other = (make_footage(make_source(code)) for code in ("cam-1", "cam-2", "cam-3"))
    among = Q(source_id__among=(one.source_id, two.source_id))
    assert set(Footage.objects.filter(among)) == {one, two}
    assert set(Footage.objects.filter(~among)) == {other}
    assert set(Source.objects.filter(footage__source_id__among=(one.source_id,))) == {one.source}
    assert set(Source.objects.filter(pk__among=(one.source_id, 0))) == {one.source}


def test_among_no_cameras_there_is_nothing() -> None:
    item = make_footage(make_source())
    assert not Footage.objects.filter(source_id__among=()).exists()
    assert Footage.objects.get(~Q(source_id__among=frozenset[int]())) == item


def test_a_hundred_cameras_are_asked_about_without_a_parameter_for_each() -> None:
    _, parameters = Footage.objects.filter(source_id__among=range(1, 101), kind="image").query.sql_with_params()
    assert parameters == ("image",)


@pytest.mark.parametrize("word", ["1) OR (1=1", "x", "", "1,2"])
def test_what_is_no_number_never_reaches_the_database(word: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        list(Footage.objects.filter(source_id__among=[word]))


def test_a_groups_numbers_come_in_one_text() -> None:
    here = [make_source(code, "US-CA").pk for code in ("cam-1", "cam-2")]
    there = make_source("cam-3", "DE").pk
    rows = Source.objects.order_by().values("jurisdiction").annotate(numbers=Together("pk"))
    found = dict(rows.values_list("jurisdiction", "numbers"))
    assert {place: numbers_in(text) for place, text in found.items()} == {"US-CA": sorted(here), "DE": [there]}
