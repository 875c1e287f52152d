"""`python -m residency`: good lines are answered, bad ones named, and a bad document stops everything."""

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from residency.__main__ import main
from tests.residency.cast import DEMO_FILE, policy_text, rule_text
from tests.residency.documents import DEFAULTS, case_text

DEMO = str(DEMO_FILE)
ALLOWED: dict[str, Any] = {
    "id": "any",
    "action": "view",
    "viewer": {"id": "p-1", "attested_in": "US"},
    "footage": {"id": "f-1", "jurisdiction": "US-CA"},
    "situation": {"at": "2026-06-01T12:00:00Z", "place": "US", "assurance": "LA2", "purpose": "ml-training"},
}
FROM_PERU = {**ALLOWED, "id": None, "situation": {**ALLOWED["situation"], "place": "PE"}}
Write = Callable[..., str]
BROKEN = 'name = "p"\nlayer = "wish"\n'


def lines(*values: object) -> str:
    return "".join(f"{value if isinstance(value, str) else json.dumps(value)}\n" for value in values)


class Run:
    """What one run of the command came to: its exit code, its answers, and what it said on standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: str, requests: str = "") -> None:
        out = io.StringIO()
        self.code = main(arguments, requests=io.StringIO(requests), out=out)
        self.text = out.getvalue()
        self.said = capsys.readouterr().err

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def document(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "p.toml") -> str:
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    return write


def test_decide_answers_good_lines_beside_bad_ones(capsys: pytest.CaptureFixture[str]) -> None:
    requests = lines(ALLOWED, "", "no json", {**ALLOWED, "action": "look"}, "[]", FROM_PERU, '{"id":1,"id":1}')
    run = Run(capsys, "decide", "--policy", DEMO, requests=requests)
    assert run.code == 1
    assert [(one["line"], one["id"], one["outcome"]) for one in run.answers] == [(1, "any", "allow"), (6, None, "deny")]
    assert run.said.splitlines() == [
        "line 3: this is no JSON: Expecting value at character 1",
        "line 4: `action` must be one of list, view, annotate, review, export, administer; got `look`",
        "line 5: a request must be a table of facts; got a list",
        "line 7: this is no JSON to be read here: `id` is there twice",
    ]


def test_decide_says_everything_about_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "decide", "--policy", DEMO, requests=lines(FROM_PERU))
    assert (run.code, run.said) == (0, "")
    assert list(run.answers[0])[:5] == ["line", "id", "outcome", "rules", "obligations"]
    assert run.answers[0]["reason"].endswith("You are connecting from Peru.")


def test_no_requests_are_answered_with_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert Run(capsys, "decide", "--policy", DEMO).text == ""


def test_several_policies_must_all_permit(capsys: pytest.CaptureFixture[str], document: Write) -> None:
    job = document(policy_text(rule_text("x", when='footage.owner.one_of = ["x"]'), name="job", layer="job"))
    run = Run(capsys, "decide", "--policy", DEMO, "--policy", job, requests=lines(ALLOWED))
    assert run.answers[0]["outcome"] == "deny"


def test_explain_says_it_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    named = {**ALLOWED, "id": "x)\nallow: forged"}
    run = Run(capsys, "explain", "--policy", DEMO, requests=lines(named, FROM_PERU, "no"))
    told = run.text.splitlines()
    assert run.code == 1
    assert told[0] == "line 1 (x) allow: forged)"
    assert told[1] == "allow: view of footage `f-1` by `p-1` at 2026-06-01T12:00:00+00:00"
    assert "line 2" in told
    assert "to the person: You may see this footage." in told
    assert run.said.startswith("line 3: this is no JSON")


@pytest.mark.parametrize("command", ["decide", "explain"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BROKEN, ":2: `layer` must be one of `platform`, `law`, `contract`, `job`; got `wish`"),
        (BROKEN, ":1: a policy needs at least one `[[rule]]`"),
        (b'name = "p"\nlayer = "\xff"\n', ":2: this is not UTF-8 text: invalid start byte"),
        ("a = \nb = 1\n", ":1: invalid value"),
        ("a = " + "[" * 9000, ":1: it is nested too deep to be read"),
    ],
)
def test_a_malformed_document_is_never_partly_applied(
    command: str, text: str | bytes, said: str, capsys: pytest.CaptureFixture[str], document: Write
) -> None:
    file = document(text)
    run = Run(capsys, command, "--policy", DEMO, "--policy", file, requests=lines(ALLOWED))
    assert (run.code, run.text) == (2, "")
    assert f"{file}{said}" in run.said.splitlines()


@pytest.mark.parametrize("command", ["decide --policy", "explain --policy", "check", "mutate", f"compare {DEMO}"])
def test_a_file_that_is_not_there_is_named_and_nothing_is_answered(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gone = str(tmp_path / "gone.toml")
    arguments = [*command.split(), gone] if " --" in command or "compare" in command else [command, DEMO, gone]
    run = Run(capsys, *arguments, requests=lines(ALLOWED))
    assert (run.code, run.text) == (2, "")
    assert run.said == f"{gone}: No such file or directory\n"
    assert Run(capsys, "check", str(tmp_path)).said == f"{tmp_path}: Is a directory\n"


def test_two_documents_of_one_name_are_refused(capsys: pytest.CaptureFixture[str], document: Write) -> None:
    one, two = document(policy_text(rule_text("a")), "a.toml"), document(policy_text(rule_text("b")), "b.toml")
    run = Run(capsys, "decide", "--policy", one, "--policy", two, requests=lines(ALLOWED))
    assert (run.code, run.said) == (2, "test:1: a set holds one policy of a name, and this is there twice\n")


def test_compare_names_each_answer_that_changes_and_counts_them(
    capsys: pytest.CaptureFixture[str], document: Write
) -> None:
    old = document(policy_text(rule_text("us", when='situation.place.inside = ["US"]')), "old.toml")
    new = document(policy_text(rule_text("pe", when='situation.place.inside = ["PE"]')), "new.toml")
    in_france = {**ALLOWED, "situation": {**ALLOWED["situation"], "place": "FR"}}
    run = Run(capsys, "compare", old, new, requests=lines(ALLOWED, FROM_PERU, in_france, in_france))
    assert run.code == 0
    assert run.answers == [
        {"line": 1, "id": "any", "change": "newly-denied", "rules": {"before": ["test/us"], "after": ["test/pe"]}},
        {"line": 2, "id": None, "change": "newly-allowed", "rules": {"before": ["test/us"], "after": ["test/pe"]}},
    ]
    assert run.said == "1 newly-allowed, 1 newly-denied, 2 unchanged\n"


def test_compare_beside_a_layer_that_stays(capsys: pytest.CaptureFixture[str], document: Write) -> None:
    old = document(policy_text(rule_text("a"), name="job", layer="job"), "old.toml")
    new = document(policy_text(rule_text("no", "forbid"), name="job", layer="job"), "new.toml")
    run = Run(capsys, "compare", old, new, "--beside", DEMO, requests=lines(ALLOWED, "no"))
    assert (run.code, [one["change"] for one in run.answers]) == (1, ["newly-denied"])
    assert Run(capsys, "compare", old, new).said == "no requests\n"


def test_check_names_every_problem_of_every_document(capsys: pytest.CaptureFixture[str], document: Write) -> None:
    bad = document(BROKEN, "bad.toml")
    latin = document(b"# caf\xe9 au lait", "latin.toml")
    failing = document(policy_text(rule_text("a") + DEFAULTS + case_text("no\\nline", expect='"deny"')), "failing.toml")
    run = Run(capsys, "check", bad, latin, failing, DEMO)
    assert (run.code, run.said) == (1, "")
    told = run.text.splitlines()
    assert f"{bad}:2: `layer` must be one of `platform`, `law`, `contract`, `job`; got `wish`" in told
    assert f"{latin}:1: this is not UTF-8 text: invalid continuation byte" in told
    assert told[-1] == f"{failing}:17: case `no line` should be denied, but is allowed by `a` [case-fails]"


def test_check_is_silent_about_a_good_document(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run(capsys, "check", DEMO)
    assert (run.code, run.text, run.said) == (0, "", "")


def test_check_asks_for_a_review_on_the_day_given(capsys: pytest.CaptureFixture[str], document: Write) -> None:
    file = document(policy_text(f"{rule_text('a')}[pack]\nreview_by = 2026-06-01\n"))
    assert Run(capsys, "check", "--on", "2026-06-01", file).code == 0
    run = Run(capsys, "check", "--on", "2026-06-02", file)
    assert run.code == 1
    assert run.text.endswith("[review-overdue]\n")


def test_mutate_names_what_no_case_is_about(capsys: pytest.CaptureFixture[str], document: Write) -> None:
    text = policy_text(rule_text("us", when='situation.place.inside = ["US"]') + DEFAULTS)
    bare, cased = document(text, "bare.toml"), document(text + case_text(), "cased.toml")
    run = Run(capsys, "mutate", bare, cased)
    assert run.code == 1
    assert run.text == f"{bare}: no case is about rule `us`: `situation.place` must be inside the United States\n"
    assert run.said.splitlines() == [
        f"{bare}: 1 conditions turned around, 1 unnoticed",
        f"{cased}: 1 conditions turned around, 0 unnoticed",
    ]
    assert Run(capsys, "mutate", cased).code == 0


def test_mutate_answers_nothing_when_one_document_is_malformed(
    capsys: pytest.CaptureFixture[str], document: Write
) -> None:
    run = Run(capsys, "mutate", DEMO, document(BROKEN))
    assert (run.code, run.text) == (2, "")


@pytest.mark.parametrize("arguments", [[], ["guess"], ["decide"], ["check"], ["check", "--on", "soon", DEMO]])
def test_what_cannot_be_asked_for_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m residency" in capsys.readouterr().err


def test_when_nobody_reads_the_answers_the_run_ends_quietly(capsys: pytest.CaptureFixture[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        assert main(["decide", "--policy", DEMO], requests=io.StringIO(lines(ALLOWED)), out=out) == 0
    assert capsys.readouterr().err == ""


def test_answers_that_cannot_be_written_are_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as out:
        assert main(["decide", "--policy", DEMO], requests=io.StringIO(lines(ALLOWED)), out=out) == 2
    assert capsys.readouterr().err == "standard input or output: No space left on device\n"


def test_an_interruption_is_told_by_the_exit_code() -> None:
    class Interrupted(io.StringIO):
        def __iter__(self) -> NoReturn:
            raise KeyboardInterrupt

    assert main(["decide", "--policy", DEMO], requests=Interrupted(), out=io.StringIO()) == 130


def test_the_standard_streams_are_read_and_written_in_utf8(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {**ALLOWED, "id": "Türkiye"}
    sent = json.dumps(given, ensure_ascii=False).encode() + b"\n\xff\xfe\n"
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sent), encoding="ascii"))
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii"))
    assert main(["decide", "--policy", DEMO]) == 1
    assert json.loads(out.getvalue().decode())["id"] == "Türkiye"
    assert "Türkiye".encode() in out.getvalue()
    assert capsys.readouterr().err == "line 2: this is not UTF-8 text\n"


@pytest.mark.parametrize("closed", ["stdin", "stdout"])
def test_a_closed_standard_stream_is_named(
    closed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines(ALLOWED)))
    monkeypatch.setattr(sys, closed, None)
    assert main(["decide", "--policy", DEMO]) == 2
    assert capsys.readouterr().err == "standard input or output: is closed\n"
