"""`python -m residency` as auditors start it: a process of its own, without a service and without a traceback."""

import io
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests.residency.cast import DEMO_FILE
from tests.residency.test_command import ALLOWED, FROM_PERU, lines

ROOT = Path(__file__).parents[2]
HOSTILE = b"".join(
    line + b"\n"
    for line in (
        b"\xff\xfe",
        b"\x00",
        b'{"id": NaN}',
        b'{"a": 1, "a": 2}',
        b"[" * 100_000,
        b'{"footage": {"id": "\\ud800"}}',
        b'{"id": ' + b"9" * 10_000 + b"}",
        b'{"viewer": {"id": "' + b"x" * 1_000_000 + b'"}}',
        b'{"situation": {"at": "0001-01-01T00:00:00+14:00"}}',
        b'{"situation": {"place": [[[[[["US"]]]]]]}}',
    )
)


def run(*arguments: str, sent: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "residency", *arguments]
    return subprocess.run(command, input=sent, capture_output=True, cwd=ROOT, check=False)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("decide", "--policy", str(DEMO_FILE)), 0, '"outcome":"allow"'),
        (("explain", "--policy", str(DEMO_FILE)), 0, "to the person: You may see this footage."),
        (("compare", str(DEMO_FILE), str(DEMO_FILE)), 0, ""),
        (("check", str(DEMO_FILE)), 0, ""),
        (("mutate", str(DEMO_FILE)), 1, "no case is about rule"),
        (("decide", "--policy", "gone.toml"), 2, ""),
    ],
)
def test_each_command_runs(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = run(*arguments, sent=lines(ALLOWED, FROM_PERU).encode())
    assert done.returncode == code
    assert said in done.stdout.decode()
    assert b"Traceback" not in done.stderr


def test_each_hostile_line_is_named_and_the_good_one_behind_them_is_answered() -> None:
    done = run("decide", "--policy", str(DEMO_FILE), sent=HOSTILE + lines(ALLOWED).encode())
    assert done.returncode == 1
    assert [json.loads(line)["line"] for line in done.stdout.splitlines()] == [11]
    named = {line.split(b":")[0] for line in done.stderr.splitlines()}
    assert named == {f"line {number}".encode() for number in range(1, 11)}
    assert len(done.stderr) < 20_000


def test_a_reader_that_has_read_enough_leaves_no_complaint() -> None:
    command = [sys.executable, "-m", "residency", "decide", "--policy", str(DEMO_FILE)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(lines(ALLOWED).encode() * 200)
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_the_module_ends_its_process_with_the_code_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["residency", "check", str(DEMO_FILE)])
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.delitem(sys.modules, "residency.__main__", raising=False)
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("residency", run_name="__main__")
    assert caught.value.code == 0
