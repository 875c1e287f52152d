"""What must not be known about a person leaves in no set, however it is spelled, and its absence is reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.losses import REPORTED_ONLY, LossReason
from exporters.prohibited import LOOK_ALIKE, SPELLINGS, Prohibited, prohibited, strip_prohibited
from tests.exporters.builders import box, clip, key, still, track

EVERY = [(name.strip(), kind) for kind, listed in SPELLINGS.items() for name in listed.split(",")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("race", Prohibited.RACE),
        ("Race", Prohibited.RACE),
        ("person_race_2", Prohibited.RACE),
        ("Skin-Colour", Prohibited.RACE),
        ("skinColor", Prohibited.RACE),
        ("skincolour", Prohibited.RACE),
        ("subject.ethnicity", Prohibited.RACE),
        ("ethnie", Prohibited.RACE),
        ("Hautfarbe", Prohibited.RACE),
        ("ETHNIZITÄT", Prohibited.RACE),
        ("Ethnizitaet", Prohibited.RACE),
        ("r\N{CYRILLIC SMALL LETTER A}ce", Prohibited.RACE),
        ("ra\N{ZERO WIDTH SPACE}ce", Prohibited.RACE),
        ("\N{FULLWIDTH LATIN SMALL LETTER R}ace", Prohibited.RACE),
        ("IRK", Prohibited.RACE),
        ("ırk", Prohibited.RACE),
        ("национальность", Prohibited.RACE),
        ("种族", Prohibited.RACE),
        ("religión", Prohibited.RELIGION),
        ("religion  of person", Prohibited.RELIGION),
        ("Gesundheitszustand", Prohibited.HEALTH),
        ("état de santé", Prohibited.HEALTH),
        ("etat_de_sante", Prohibited.HEALTH),
        ("Behinderung", Prohibited.DISABILITY),
        ("immigrationStatus", Prohibited.IMMIGRATION),
        ("Staatsangehoerigkeit", Prohibited.IMMIGRATION),
        ("political-opinion", Prohibited.POLITICS),
        ("trade_union", Prohibited.UNION),
        ("SEXUAL ORIENTATION", Prohibited.SEXUALITY),
        ("gender identity", Prohibited.GENDER_IDENTITY),
        ("DNA", Prohibited.GENETICS),
        ("faceEmbedding", Prohibited.BIOMETRICS),
        ("faceid", Prohibited.BIOMETRICS),
        ("criminal_record", Prohibited.CRIME),
    ],
)
def test_a_prohibited_name_is_known_in_every_spelling(name: str, kind: Prohibited) -> None:
    assert prohibited(name) is kind


@pytest.mark.parametrize(
    "name",
    ["", "occluded", "trace", "racetrack", "terrace", "colour", "skin", "face", "communion", "unions jack", "healthy",
     "orientation", "identity", "truncated", "vehicle_colour", "interface id", "状态", "orientation_sex"],
)  # fmt: skip
def test_an_ordinary_name_is_left_alone(name: str) -> None:
    assert prohibited(name) is None


def test_every_listed_spelling_is_found() -> None:
    assert [(name, kind) for name, kind in EVERY if prohibited(name) is not kind] == []


@given(st.sampled_from(EVERY), st.sampled_from(["_", "-", " ", ".", "/", "__"]), st.booleans())
def test_how_words_are_parted_and_capitals_make_no_difference(
    listed: tuple[str, Prohibited],
    between: str,
    loud: bool,  # noqa: FBT001 - drawn
) -> None:
    name = between.join(listed[0].split())
    assert prohibited(name.title() if loud else name) in {listed[1], prohibited(listed[0])}


def test_no_spelling_stands_under_two_kinds() -> None:
    assert sorted({name for name, _ in EVERY}) == sorted(name for name, _ in EVERY)


def test_look_alike_letters_become_latin_ones() -> None:
    assert all(chr(into).isascii() for into in LOOK_ALIKE.values())


def test_prohibited_attributes_are_taken_off_shapes_and_the_picture_and_each_is_reported() -> None:
    item = still(
        "f1",
        box("a", attributes=(("race", "x"), ("occluded", "yes"))),
        box("b", "Person", attributes=(("Religion", "y"), ("health", "z"))),
        attributes=(("weather", "rain"), ("ethnicity", "w")),
    )
    found = strip_prohibited(item)
    assert [one.attributes for one in found.item.boxes] == [(("occluded", "yes"),), ()]
    assert found.item.attributes == (("weather", "rain"),)
    assert [(loss.shape_id, loss.label) for loss in found.losses] == [
        ("a", "Car"), ("b", "Person"), ("b", "Person"), ("", ""),
    ]  # fmt: skip
    assert found.names == (
        ("Religion", Prohibited.RELIGION),
        ("ethnicity", Prohibited.RACE),
        ("health", Prohibited.HEALTH),
        ("race", Prohibited.RACE),
    )


def test_prohibited_attributes_are_taken_off_tracks() -> None:
    found = strip_prohibited(clip("v1", track(key(0), attributes=(("ethnicity", "x"),))))
    assert (found.item.tracks[0].attributes, len(found.losses)) == ((), 1)


def test_an_item_without_any_is_the_same_item() -> None:
    item = still("f1", box(attributes=(("occluded", "yes"),)))
    assert strip_prohibited(item).item is item


def test_the_item_given_is_left_as_it_was() -> None:
    item = still("f1", box(attributes=(("race", "x"),)))
    strip_prohibited(item)
    assert item.boxes[0].attributes == (("race", "x"),)


def test_stripping_never_stops_an_export() -> None:
    assert LossReason.PROHIBITED_ATTRIBUTE in REPORTED_ONLY
