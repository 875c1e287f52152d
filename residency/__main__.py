"""`python -m residency`: decide, check, compare, explain and translate without any service, for auditors.

The only part of this package that reads files, standard input and the clock. It never prints half an answer: a document
with a problem stops it before the first line, and a line with a problem is named while the good ones are answered.
"""

import argparse
import errno
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TextIO

from residency.errors import PolicyError, Problem, RequestError
from residency.facts import Request
from residency.outside import one_line
from residency.parse import parse_policy
from residency.policy import Policy, PolicySet

OK, PROBLEMS, UNUSABLE, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None, *, requests: TextIO | None = None, out: TextIO | None = None) -> int:
    """Run one command; return 0 when all went well, 1 when something was named, 2 when nothing could be done."""
    options = _parser().parse_args(arguments)
    session = _Session(requests, out)
    try:
        code = int(options.run(options, session))
        session.flush()
    except PolicyError as error:
        _note("\n".join(f"{error.name}:{problem.line or 1}: {problem.message}" for problem in error.problems))
        return UNUSABLE
    except OSError as error:
        if error.filename is None:
            session.abandon()
        if isinstance(error, BrokenPipeError):  # whoever reads the answers has read enough
            return OK
        _note(f"{error.filename or 'standard input or output'}: {error.strerror}")
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


class _Session:
    """One run: where requests come from, where answers go, and whether every line could be read."""

    def __init__(self, requests: TextIO | None, out: TextIO | None) -> None:
        self._requests = requests
        self._given = out
        self.unread = 0

    @cached_property
    def _out(self) -> TextIO:
        return self._given or _utf8(sys.stdout)

    def requests(self) -> Iterator[tuple[int, object, Request]]:
        """Every line that can be read: its number, its `id` and the request; the others are named on standard error."""
        from residency.lines import read_line  # noqa: PLC0415  only commands that read requests pay for it

        for number, line in enumerate(self._requests or _utf8(sys.stdin), start=1):
            if not line.strip():
                continue
            try:
                name, request = read_line(line)
            except RequestError as error:
                self.unread += 1
                for problem in error.problems:
                    _note(f"line {number}: {problem}")
                continue
            yield number, name, request

    def say(self, value: object) -> None:
        """Write one line of JSON."""
        self._out.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")

    def print(self, text: str) -> None:
        """Write text for a person."""
        self._out.write(f"{text}\n")

    def flush(self) -> None:
        """Hand over what was written, while a failure can still be told."""
        self._out.flush()

    def abandon(self) -> None:
        """Let what could not be written go nowhere, or the interpreter would try once more at its end and complain."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._out.fileno())
        os.close(nowhere)

    @property
    def code(self) -> int:
        """The exit code of a run that answered what it could."""
        return PROBLEMS if self.unread else OK


def _decide(options: argparse.Namespace, session: _Session) -> int:
    from residency.decide import decide  # noqa: PLC0415
    from residency.wire import write_decision  # noqa: PLC0415

    policies = _set_of(options.policy)
    for number, name, request in session.requests():
        session.say({"line": number, "id": name, **write_decision(decide(request, policies))})
    return session.code


def _explain(options: argparse.Namespace, session: _Session) -> int:
    from residency.decide import decide  # noqa: PLC0415

    policies = _set_of(options.policy)
    for number, name, request in session.requests():
        decision = decide(request, policies)
        session.print(one_line(f"line {number}{'' if name is None else f' ({name})'}"))
        session.print(f"{decision.full_reason()}\nto the person: {decision.short_reason()}\n")
    return session.code


def _compare(options: argparse.Namespace, session: _Session) -> int:
    from residency.changes import change_of  # noqa: PLC0415

    old, new = _set_of([options.old, *options.beside]), _set_of([options.new, *options.beside])
    counts: dict[str, int] = {}
    for number, name, request in session.requests():
        change = change_of(request, old, new)
        counts[change.turn if change else "unchanged"] = counts.get(change.turn if change else "unchanged", 0) + 1
        if change is not None:
            said = {"before": list(change.before.rule_ids), "after": list(change.after.rule_ids)}
            session.say({"line": number, "id": name, "change": change.turn.value, "rules": said})
    _note(", ".join(f"{count} {turn}" for turn, count in sorted(counts.items())) or "no requests")
    return session.code


def _check(options: argparse.Namespace, session: _Session) -> int:
    from residency.checks import check  # noqa: PLC0415

    problems = 0
    for file, data in _read(options.files).items():
        try:
            policy = _policy(file, data)
        except PolicyError as error:
            found = [(problem.line, problem.message) for problem in error.problems]
        else:
            findings = check(policy, on=options.on)
            found = [(one.problem.line, f"{one.problem.message} [{one.kind}]") for one in findings]
        problems += len(found)
        for line, message in found:
            session.print(one_line(f"{file}:{line or 1}: {message}"))
    return PROBLEMS if problems else OK


def _mutate(options: argparse.Namespace, session: _Session) -> int:
    from residency.mutate import mutants  # noqa: PLC0415

    survived = 0
    for file, policy in [(file, _policy(file, data)) for file, data in _read(options.files).items()]:
        tried = [(mutant.place, mutant.survives) for mutant in mutants(policy)]
        left = [place for place, survives in tried if survives]
        survived += len(left)
        for place in left:
            session.print(one_line(f"{file}: no case is about {place}"))
        _note(f"{file}: {len(tried)} conditions turned around, {len(left)} unnoticed")
    return PROBLEMS if survived else OK


def _cedar(options: argparse.Namespace, session: _Session) -> int:
    from residency.cedar import cedar_policies  # noqa: PLC0415
    from residency.cedar_request import cedar_schema  # noqa: PLC0415

    policies = _set_of(options.files)
    session.print((cedar_schema(policies) if options.schema else cedar_policies(policies, on=options.on)).rstrip())
    return OK


def _note(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _set_of(files: Sequence[str]) -> PolicySet:
    return PolicySet.of(*(_policy(file, data) for file, data in _read(files).items()))


def _read(files: Sequence[str]) -> dict[str, bytes]:
    """What is in every file, before anything is answered; a file named twice is read once."""
    return {file: Path(file).read_bytes() for file in files}


def _policy(file: str, data: bytes) -> Policy:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PolicyError(file, [Problem(f"this is not UTF-8 text: {error.reason}", line)]) from error
    return parse_policy(text, name=file)


def _utf8(stream: TextIO | None) -> TextIO:
    """A standard stream in UTF-8 on every machine; bytes that are none reach the reader, which names their line."""
    if stream is None:
        raise OSError(errno.EBADF, "is closed", "standard input or output")
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="surrogateescape", newline="\n")
    return stream


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"`{text}` is no day such as 2026-01-31") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m residency", description="May this footage be seen from there?")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, words in (
        ("decide", _decide, "answer each request of standard input, a JSON line each"),
        ("explain", _explain, "the same in words, everything that counted included"),
    ):
        command = commands.add_parser(name, help=words, description=words)
        command.add_argument("--policy", action="append", required=True, metavar="FILE", help="one layer; repeatable")
        command.set_defaults(run=run)
    compare = commands.add_parser("compare", help="which answers change from one version to the next")
    compare.add_argument("old", metavar="OLD.toml")
    compare.add_argument("new", metavar="NEW.toml")
    compare.add_argument("--beside", action="append", default=[], metavar="FILE", help="a layer that stays; repeatable")
    compare.set_defaults(run=_compare)
    check = commands.add_parser("check", help="read documents, run their cases, and name every problem")
    check.add_argument("files", nargs="+", metavar="FILE")
    check.add_argument("--on", type=_day, default=datetime.now(UTC).date(), metavar="DAY", help="review is due on")
    check.set_defaults(run=_check)
    mutate = commands.add_parser("mutate", help="name the conditions that no case of a document is about")
    mutate.add_argument("files", nargs="+", metavar="FILE")
    mutate.set_defaults(run=_mutate)
    cedar = commands.add_parser("cedar", help="the same policies in Cedar, to check our decisions by another engine")
    cedar.add_argument("files", nargs="+", metavar="FILE", help="one layer each")
    cedar.add_argument("--schema", action="store_true", help="their schema instead")
    cedar.add_argument("--on", type=_day, default=datetime.now(UTC).date(), metavar="DAY", help="members of groups on")
    cedar.set_defaults(run=_cedar)
    return parser


if __name__ == "__main__":
    sys.exit(main())
