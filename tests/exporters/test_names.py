"""File names are safe, recognisable, and never collide."""

from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporters.names import Stems, _fault, _plain, _slowly, check_footage_name, check_path, suffix_of, usual

HASH = "ab" * 32


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("still-01.jpg", "still-01"),
        ("front/1.jpg", "front_1"),
        ("/abs/./1.jpg", "abs_1"),
        ("photo (1).jpeg", "photo__1_"),
        ("Straße 5.png", "Straße_5"),
        (".hidden", "hidden"),
        ("...", "_"),
        ("con.jpg", "_con"),
        ("a.b.jpg", "a.b"),
        ("x" * 250 + ".jpg", "x" * 180),
    ],
)
def test_a_stem_is_recognisable_and_safe(name: str, stem: str) -> None:
    assert Stems().take(name, sha256=HASH) == stem


def test_colliding_names_get_their_hash_then_a_number() -> None:
    stems = Stems()
    assert [stems.take("a.jpg", sha256=HASH) for _ in range(5)] == [
        "a",
        "a-abababab",
        f"a-{HASH}",
        f"a-{HASH}-2",
        f"a-{HASH}-3",
    ]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30), max_size=12))
def test_whatever_the_names_the_stems_are_safe_and_differ(names: list[str]) -> None:
    stems = Stems()
    taken = [stems.take(name, sha256=HASH) for name in names if set(name) - {"/", "."}]
    assert len({stem.casefold() for stem in taken}) == len(taken)
    for stem in taken:
        check_path(f"images/{stem}-f000001.jpg")


NAMES = st.lists(st.sampled_from([*"aA1._-/ é\0:\n", "con", "COM1", "..", "nul."]), max_size=8).map("".join)


@given(NAMES)
@example("a..a")
def test_a_usual_name_is_one_that_every_check_lets_pass(name: str) -> None:
    if usual(name):
        check_footage_name(name, footage_id="f1")
        assert not any(_fault(part) for part in name.removeprefix("/").split("/"))
        assert suffix_of(name) == PurePosixPath(name).suffix
        assert _plain(name) == _slowly(name)
