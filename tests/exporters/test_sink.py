"""A sink takes safe names only, and shows a whole set or nothing."""

import io
import zipfile
from pathlib import Path

import pytest

from exporters import DirectorySink, Sink, UnsafeNameError, ZipSink
from exporters.errors import SinkError

UNSAFE = [
    "../a",
    "a/../b",
    "/a",
    "a//b",
    "./a",
    "",
    "a\\b",
    "c:a",
    "a\0b",
    "a\nb",
    "a.",
    "a ",
    "nul.txt",
    "sub/COM1",
    "x" * 256,
    "/".join(["x" * 200] * 6),
    "a\ud800b",
]


class Pipe(io.RawIOBase):
    """A stream that cannot seek or tell."""

    def __init__(self) -> None:
        super().__init__()
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_name_is_refused_by_every_sink(tmp_path: Path, name: str) -> None:
    sinks: list[Sink] = [DirectorySink(tmp_path / "set"), ZipSink(io.BytesIO())]
    for sink in sinks:
        with pytest.raises(UnsafeNameError, match="is no safe file name"):
            sink.write(name, (b"",))
        sink.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_appears_only_when_finished(tmp_path: Path) -> None:
    sink = DirectorySink(tmp_path / "set")
    sink.write("images/a.jpg", iter([b"1", b"2"]))
    assert not (tmp_path / "set").exists()
    sink.finish()
    assert (tmp_path / "set" / "images" / "a.jpg").read_bytes() == b"12"
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_discarded_folder_leaves_nothing(tmp_path: Path) -> None:
    sink = DirectorySink(tmp_path / "set")
    sink.write("a", (b"1",))
    sink.discard()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_exists_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with pytest.raises(SinkError, match="`set` exists already"):
        DirectorySink(tmp_path / "set")


def test_a_folder_that_appeared_meanwhile_is_not_touched(tmp_path: Path) -> None:
    sink = DirectorySink(tmp_path / "set")
    sink.write("a", (b"1",))
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "theirs").touch()
    with pytest.raises(SinkError, match="`set` appeared while it was being written"):
        sink.finish()
    sink.discard()
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["theirs"]


def test_a_name_is_written_once(tmp_path: Path) -> None:
    sinks: list[Sink] = [DirectorySink(tmp_path / "set"), ZipSink(io.BytesIO())]
    for sink in sinks:
        sink.write("a", (b"1",))
        with pytest.raises(SinkError, match="`a` is written twice"):
            sink.write("a", (b"2",))
        sink.discard()


def test_an_archive_streams_into_what_cannot_seek_and_looks_the_same_anywhere() -> None:
    pipe, memory = Pipe(), io.BytesIO()
    for out in (pipe, memory):
        sink = ZipSink(out)  # type: ignore[arg-type]
        sink.write("images/a.jpg", (b"1", b"2"))
        sink.write("long.json", (part for part in (b"3", b"4")))
        sink.finish()
    assert bytes(pipe.data) == memory.getvalue()
    with zipfile.ZipFile(memory) as archive:
        assert archive.testzip() is None
        assert {one.filename: archive.read(one) for one in archive.infolist()} == {
            "images/a.jpg": b"12",
            "long.json": b"34",
        }
        assert {(one.date_time, one.compress_type) for one in archive.infolist()} == {
            ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)
        }


def test_the_stream_of_an_archive_stays_open() -> None:
    out = io.BytesIO()
    sink = ZipSink(out)
    sink.finish()
    del sink
    assert not out.closed


def test_a_discarded_archive_is_none() -> None:
    out = io.BytesIO()
    sink = ZipSink(out)
    sink.write("a", (b"1",))
    sink.discard()
    del sink
    assert not zipfile.is_zipfile(out)


def test_an_archive_of_very_many_files_lists_them_all() -> None:
    out = io.BytesIO()
    sink = ZipSink(out)
    names = [f"labels/ü{number}.txt" for number in range(70_000)]
    for name in names:
        sink.write(name, (name.encode(),))
    sink.finish()
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == names
        assert archive.read(names[-1]) == names[-1].encode()
