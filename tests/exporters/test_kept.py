"""Values that wait on disk come back as they were, and a manifest of them has the same bytes."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from exporters.kept import TOGETHER, Kept
from exporters.manifest import FileEntry, decode_file, encode_file, read_manifest

GOLDEN = Path(__file__).parent / "golden"
MANY = tuple(
    FileEntry(name=f"labels/ü{number}.txt", sha256="0" * 64, size=number) for number in range(3 * TOGETHER + 1)
)


@pytest.fixture
def kept() -> Kept[FileEntry]:
    files = Kept(encode_file, decode_file)
    for one in MANY:
        files.append(one)
    return files


def test_values_come_back_in_order_and_as_they_were(kept: Kept[FileEntry]) -> None:
    assert tuple(kept) == MANY


def test_two_may_go_through_the_same_values_at_once(kept: Kept[FileEntry]) -> None:
    assert tuple(zip(kept, kept, strict=True)) == tuple(zip(MANY, MANY, strict=True))


def test_a_value_added_after_reading_comes_last(kept: Kept[FileEntry]) -> None:
    list(kept)
    kept.append(MANY[0])
    assert (kept[-1], len(kept)) == (MANY[0], len(MANY) + 1)


def test_a_manifest_of_kept_values_is_the_manifest_of_a_tuple(kept: Kept[FileEntry]) -> None:
    golden = read_manifest((GOLDEN / "coco-manifest.json").read_bytes())
    assert replace(golden, files=kept).encode() == replace(golden, files=MANY).encode()


@pytest.mark.parametrize("files", [(), MANY[:1], MANY[:TOGETHER], MANY])
def test_a_manifest_is_the_sorted_json_of_the_whole(files: tuple[FileEntry, ...]) -> None:
    golden = read_manifest((GOLDEN / "coco-manifest.json").read_bytes())
    encoded = replace(golden, files=files, items=()).encode()
    whole = orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    assert orjson.dumps(orjson.loads(encoded), option=whole) == encoded
