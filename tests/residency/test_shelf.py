"""The packs as code reaches them."""

from pathlib import Path

import pytest

import residency
from residency import PolicyError
from residency.shelf import pack_names, pack_text, packs

FOLDER = Path(residency.__file__).parent / "packs"


def test_every_file_of_the_folder_is_a_pack_and_nothing_else_is() -> None:
    assert pack_names() == tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))
    assert {file.suffix for file in FOLDER.iterdir() if file.is_file()} == {".toml"}


def test_a_pack_is_read_with_the_text_it_was_read_from() -> None:
    assert [pack.name for pack in packs()] == list(pack_names())
    assert all(pack.text == pack_text(pack.name) for pack in packs())


@pytest.mark.parametrize("name", ["", "us", "../data/groups", "us-only.toml", "/etc/passwd"])
def test_a_name_that_is_no_pack_is_refused_with_those_there_are(name: str) -> None:
    with pytest.raises(PolicyError, match="there is no such pack; there are baseline-default-deny, "):
        pack_text(name)
