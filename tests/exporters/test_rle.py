"""Run lengths of masks: Label Studio's are read exactly or refused, COCO's are what its own tools write."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_studio_sdk.converter import brush
from pycocotools import mask as coco

from exporters.rle import BitsError, coco_text, column_counts, decode_studio, mask_bounds
from tests.exporters.studio import opacity, pack

# `mask2rle` of label-studio-sdk 2.1.2 for a picture of 3 by 2: one row `.##`, one row `#..`
VECTOR = bytes([0, 0, 0, 24, 57, 27, 252, 96, 22, 255, 231, 0, 0])
Picture = np.ndarray[Any, np.dtype[np.uint8]]

pictures = st.tuples(st.integers(1, 24), st.integers(1, 24)).flatmap(
    lambda size: st.lists(st.booleans(), min_size=size[0] * size[1], max_size=size[0] * size[1]).map(
        lambda pixels: np.array(pixels, dtype=np.uint8).reshape(size)
    )
)


def test_a_known_vector_is_counted_down_the_columns() -> None:
    assert decode_studio(VECTOR, width=3, height=2) == (1, 2, 1, 1, 1)


@given(st.binary(min_size=64, max_size=64), st.integers(1, 64))
def test_single_values_are_read_as_the_label_studio_sdk_reads_them(values: bytes, together: int) -> None:
    parts = [values[at : at + together] for at in range(0, 64, together)]
    singles = "".join(f"010{len(part) - 1:08b}" + "".join(f"{value:08b}" for value in part) for part in parts)
    head = "".join(f"{byte:08b}" for byte in pack(b"", total=64))[:53]
    bits = head + singles + "0" * (-len(head + singles) % 8)
    data = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    opaque = (brush.decode_rle(data).reshape(4, 4, 4)[:, :, 3] > 0).astype(np.uint8)
    assert decode_studio(data, width=4, height=4) == column_counts(opaque.tobytes(), width=4, height=4)


def test_a_run_longer_than_one_length_can_say_is_joined() -> None:
    full = bytes(pack(b"\xff" * (300 * 300 * 4)))
    assert decode_studio(full, width=300, height=300) == (0, 90_000)


def packed(picture: Picture) -> bytes:
    return bytes(brush.mask2rle(picture * 255))  # type: ignore[no-untyped-call]


@given(pictures)
def test_what_the_label_studio_sdk_packs_comes_out_as_pycocotools_counts_it(picture: Picture) -> None:
    height, width = picture.shape
    counts = decode_studio(packed(picture), width=width, height=height)
    expected = coco.encode(np.asfortranarray(picture))
    assert coco_text(counts) == expected["counts"].decode()
    left, top, right, bottom = mask_bounds(counts, height)
    assert [left, top, right - left, bottom - top] == list(coco.toBbox(expected))


@given(pictures)
def test_pycocotools_reads_back_every_pixel(picture: Picture) -> None:
    height, width = picture.shape
    counts = column_counts(picture.tobytes(), width=width, height=height)
    again = coco.decode({"size": [height, width], "counts": coco_text(counts).encode()})
    assert (again == picture).all()


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=40))
def test_any_counts_are_read_back_from_their_text(counts: list[int]) -> None:
    size = [sum(counts), 1]
    expected = coco.frPyObjects({"size": size, "counts": counts}, *size)
    assert coco_text(tuple(counts)) == expected["counts"].decode()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the bits end too early"),
        (bytes(pack(opacity("##", "..")))[:-1], "the bits end too early"),
        (bytes(pack(opacity("##", ".."), total=10**9)), "it holds `1000000000` values"),
        (bytes(pack(opacity("##", "..", ".."))), "it holds `24` values, a picture of `2` by `2` has `16`"),
        (bytes(pack(opacity("##"))), "it holds `8` values"),
        (bytes(pack(opacity("##", ".."), word=16)), "its values have `16` bits, not `8`"),
        (bytes(pack(opacity("##", "##", "##"), total=16)), "its runs go on after its last value"),
    ],
)
def test_bits_that_are_no_mask_of_this_size_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(BitsError, match=says):
        decode_studio(data, width=2, height=2)


@given(st.binary(max_size=60))
def test_any_other_bits_are_read_or_refused_by_name(noise: bytes) -> None:
    head = bytes(pack(b"", total=64))
    try:
        counts = decode_studio(head[:6] + noise, width=4, height=4)
    except BitsError:
        return
    assert sum(counts) == 16
