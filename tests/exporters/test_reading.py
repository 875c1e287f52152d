"""Tasks come out of a file one by one, whatever its layout; whatever is done to a file, nothing is lost silently."""

import io
import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.config import read_config
from exporters.errors import ConfigError, InputError
from exporters.pointers import SizesError, name_of, read_sizes
from exporters.reading import TaskReader
from tests.exporters.builders import SHARED
from tests.exporters.exports import CONFIG, annotation, converted, lines, task
from tests.exporters.studio import attribute, rectangle

NASTY: dict[str, Any] = {
    "text": 'a "quoted" } ] \\ { [ line\nwith\\"',
    "wide": "ü 漢 \u2028",
    "deep": [[{"a": {}}]],
    "none": None,
}


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__()
        self._data, self._size = io.BytesIO(data), size

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(self._size, size))


def tasks_of(data: bytes, size: int = 1 << 18, **limits: int) -> list[dict[str, Any]]:
    return [raw.data for raw in TaskReader(Trickle(data, size), **limits)]  # type: ignore[arg-type]


def listed(tasks: list[Any]) -> bytes:
    return lines(tasks)


def one_line(tasks: list[Any]) -> bytes:
    return json.dumps(tasks).encode()


def spread(tasks: list[Any]) -> bytes:
    return json.dumps(tasks, indent=4).replace("\n", "\r\n").encode()


def rows(tasks: list[Any]) -> bytes:
    return "\n".join(json.dumps(one, ensure_ascii=False) for one in tasks).encode()


LAYOUTS = pytest.mark.parametrize("layout", [listed, one_line, spread, rows])


@LAYOUTS
@pytest.mark.parametrize("size", [1, 7, 64, 1 << 18])
def test_tasks_come_out_as_they_went_in_whatever_the_layout(layout: Callable[[list[Any]], bytes], size: int) -> None:
    tasks = [{"id": 1} | NASTY, {"id": 2}, {}, {"id": 3} | NASTY]
    assert tasks_of(layout(tasks), size) == tasks


@LAYOUTS
@given(
    tasks=st.lists(
        st.dictionaries(st.text(), st.recursive(st.none() | st.text() | st.integers(-9, 9), st.lists)),
        min_size=1,
        max_size=5,
    ),
    size=st.integers(1, 50),
)
def test_any_objects_come_out_as_they_went_in(
    layout: Callable[[list[Any]], bytes], tasks: list[Any], size: int
) -> None:
    assert tasks_of(layout(tasks), size) == tasks


@LAYOUTS
@given(cut=st.integers(1, 400))
def test_a_file_that_is_cut_short_is_never_taken_as_whole(layout: Callable[[list[Any]], bytes], cut: int) -> None:
    tasks = [{"id": 1} | NASTY, {"id": 2} | NASTY]
    data = layout(tasks).rstrip()
    short = data[: max(0, len(data) - cut)]
    try:
        came = tasks_of(short)
    except InputError:
        return
    # Only lines of their own can end anywhere without its showing, and then only after a whole task.
    assert layout is rows
    assert came == tasks[:1]


def test_what_follows_the_list_is_refused() -> None:
    with pytest.raises(InputError, match="after the end of the list"):
        tasks_of(b'[{"id": 1}] {"id": 2}')


def test_an_error_names_the_task_and_the_byte() -> None:
    with pytest.raises(InputError, match=r"task number 2, at byte 11: task `7`: this is not JSON"):
        tasks_of(b'[{"id": 1},{"id": 7, "x": NaN}]')
    with pytest.raises(InputError, match=r"task number 2, at byte 11: a task should be an object"):
        tasks_of(b'[{"id": 1},7]')


@LAYOUTS
def test_a_task_too_large_to_be_meant_is_refused_by_its_name(layout: Callable[[list[Any]], bytes]) -> None:
    tasks = [{"id": 1}, {"id": 2, "data": "x" * 5000}]
    with pytest.raises(InputError, match="task `2`: it is larger than `1000` bytes"):
        tasks_of(layout(tasks), 300, most=1000)


def test_a_file_saved_with_a_byte_order_mark_is_read() -> None:
    assert tasks_of(b"\xef\xbb\xbf" + lines([{"id": 1}])) == [{"id": 1}]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("/data/upload/1/a b.jpg", "data/upload/1/a b.jpg"),
        ("s3://bucket/front/1.jpg", "front/1.jpg"),
        ("https://host/x/1%20a.jpg?signature=abc#part", "x/1 a.jpg"),
        ("/data/local-files/?d=front/1.jpg", "front/1.jpg"),
        ("data:image/png;base64,AAAA", "task-9.png"),
        ("data:image/jpeg;base64,AAAA", "task-9.jpg"),
    ],
)
def test_a_picture_is_named_after_its_path(value: str, name: str) -> None:
    assert name_of(value, task="9", where="task.data.image") == name


@pytest.mark.parametrize(
    "table", ["a.jpg,1", "a.jpg,0,5", "a.jpg,1,-5", "a.jpg,x,5", ",1,1", "a.jpg,٣,5", "a,1,1\na,2,1"]
)
def test_a_table_of_sizes_with_a_wrong_row_is_refused(table: str) -> None:
    with pytest.raises(SizesError, match="line"):
        read_sizes(table.splitlines())


def test_options_of_an_attribute_are_no_classes() -> None:
    assert read_config(CONFIG.encode()).labels == ("Car", "Van")


def test_labels_of_several_controls_are_classes_in_the_order_of_the_config() -> None:
    config = read_config(
        b'<View><Image name="i" value="$image"/><Text name="t" value="$text"/>'
        b'<PolygonLabels name="p" toName="i"><View><Label value="a" alias="z"/></View>'
        b'<Label value="b"/></PolygonLabels>'
        b'<Labels name="l" toName="t"><Label value="word"/></Labels>'
        b'<RectangleLabels name="r" toName="i"><Label value="b"/><Label value="c"/></RectangleLabels></View>'
    )
    assert config.labels == ("z", "b", "c")


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (b"", "not well-formed"),
        (b"<View>", "not well-formed"),
        (b"<View/>", "shows no `Image`"),
        (b'<View><Image name="i" value="$image"/></View>', "no labels of a control that draws"),
        (b'<View><Image name="i" value="image"/></View>', "should have a `value` such as"),
        (b'<!DOCTYPE v [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><View/>', "declares a doctype"),
        (b'<!DOCTYPE v SYSTEM "file:///etc/passwd"><View/>', "declares a doctype"),
        (b" " * (5 << 20), "bytes, more than"),
    ],
)
def test_a_config_that_cannot_be_used_is_refused(config: bytes, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read_config(config)


REPEATED = """<View><Repeater on="$images" indexFlag="{{idx}}">
  <Image name="image_{{idx}}" value="$images[{{idx}}].url"/>
  <RectangleLabels name="obj_{{idx}}" toName="image_{{idx}}"><Label value="Car"/></RectangleLabels>
</Repeater></View>"""


def test_pictures_of_a_repeater_are_items_with_what_was_drawn_on_each(tmp_path: Path) -> None:
    (tmp_path / "config.xml").write_text(REPEATED)
    drawn = [rectangle(own) | {"to_name": f"image_{own}", "from_name": f"obj_{own}"} for own in "011"]
    drawn[2]["id"] = "2"
    data = {"images": [{"url": "/a/0.jpg"}, {"url": "/a/1.jpg"}]}
    ran = converted(tmp_path, lines([task(1, annotation(5, *drawn), data=data)]))
    assert (ran.code, ran.says) == (0, "1 tasks: 2 items, 3 shapes written\n")


ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@cache
def real_tasks() -> list[Any]:
    """Real exports where they are at hand, and always one of ours with every kind of entry."""
    found = [one for path in sorted(SHARED.glob("exports/*/data.json")) for one in json.loads(path.read_text())]
    own = task(7, annotation(5, rectangle(), attribute("choices", "occluded", ["no"]), attribute("rating", "obj", 3)))
    return [own, *found]


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


def changed(value: object, path: tuple[Any, ...], by: object) -> object:
    """A copy with another value at one place."""
    if not path:
        return by
    copy: Any = value.copy()  # type: ignore[attr-defined]
    copy[path[0]] = changed(copy[path[0]], path[1:], by)
    return copy


WHOLE = """<View><Image name="image" value="$image"/>
  <RectangleLabels name="obj" toName="image"><Label value="Car"/></RectangleLabels>
  <RectangleLabels name="label" toName="image"><Label value="parasites"/><Label value="white"/></RectangleLabels>
  <RectangleLabels name="rectangle_label" toName="image"><Label value="rectangle_label"/></RectangleLabels>
  <PolygonLabels name="polygon_label" toName="image"><Label value="polygon_label"/></PolygonLabels>
  <KeyPointLabels name="keypoint_label" toName="image"><Label value="keypoint_label1"/></KeyPointLabels>
  <Choices name="occluded" toName="image" perRegion="true"><Choice value="yes"/></Choices>
</View>"""


def settled(data: bytes, file_format: str) -> None:
    """Convert; whatever comes of it, it is a set whose books balance, or an error that was named."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.xml").write_text(WHOLE)
        ran = converted(folder, data, "--lossy", file_format=file_format)
        if ran.code:
            assert ran.says.startswith("error: ")
            assert not (folder / "set.zip").exists()
            return
        head = ran.says.splitlines()[0]
        tasks, items = (int(word) for word in (head.split()[0], head.split()[2]))
        left = [line for line in ran.says.splitlines() if "tasks without" in line]
        assert tasks == items + sum(int(line.split()[0]) for line in left)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), file_format=st.sampled_from(["coco", "yolo"]))
def test_an_export_with_anything_anywhere_is_read_or_refused_by_name(data: st.DataObject, file_format: str) -> None:
    tasks = real_tasks()
    place = data.draw(st.sampled_from(places(tasks)[1:]))
    settled(json.dumps(changed(tasks, place, data.draw(ANY))).encode(), file_format)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_an_export_with_any_bytes_changed_is_read_or_refused_by_name(data: st.DataObject) -> None:
    whole = bytearray(lines(real_tasks()))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(whole)))
        whole[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=10))
    settled(bytes(whole), "coco")
