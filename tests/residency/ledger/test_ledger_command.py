"""`python -m residency.ledger` as receivers of packs run it."""

from __future__ import annotations

import io
import json
import runpy
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

import residency
from residency.ledger.__main__ import main
from residency.ledger.checkpoint import cosign
from residency.ledger.entry import canonical_json
from residency.ledger.leaf import owner_key
from residency.ledger.notes import KeyType, verifier_key
from residency.ledger.question import Question
from residency.ledger.tree import prove_consistency, prove_inclusion
from tests.residency.ledger.test_mutations import FIRST, FORGED, opened
from tests.residency.ledger.world import (
    MASTER,
    NEXT_SIGNER,
    ORIGIN,
    SIGNER,
    THIEF,
    VIEWS,
    Ledger,
    a_ledger,
    contents,
    entries,
    made,
    pack_files,
    recount,
    zipped,
)

KEY = str(verifier_key(ORIGIN, SIGNER))
NEXT_KEY = str(verifier_key(ORIGIN, NEXT_SIGNER))


def run(*arguments: object) -> tuple[int, str]:
    out = io.StringIO()
    return main(list(map(str, arguments)), out=out), out.getvalue()


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return zipped(made(), tmp_path / "pack.zip")


def test_a_good_pack_is_said_to_be_intact_and_anchored(pack: Path) -> None:
    code, said = run("verify", pack)
    assert code == 0
    for words in ("chain:         intact", "tampering:     none found", "independence:  anchored, as the pack says"):
        assert words in said
    assert "entries: 48" in said


def test_a_verdict_is_one_line_of_json(pack: Path) -> None:
    code, said = run("verify", pack, "--json", "--key", KEY)
    told = json.loads(said)
    assert code == 0
    assert (told["chain"], told["tampering"], told["independence"]) == ("intact", [], "anchored")
    assert told["ledgers"]["us"]["key"] == NEXT_KEY
    assert told["report"]["totals"]["entries"] == 48


def test_tampering_is_named_and_explained(tmp_path: Path) -> None:
    path = zipped(recount(opened(FIRST, body=FORGED.decode())(made())), tmp_path / "pack.zip")
    code, said = run("verify", path)
    assert code == 1
    assert "tampering:     FOUND" in said
    assert "entry-changed in ledgers/us: what entry 10 is shown to say is not what it was written with" in said
    assert "that means: what an entry is said to say is not what it committed to" in said
    told = json.loads(run("verify", path, "--json")[1])
    assert {"entry-changed", "report-changed"} == {one["name"] for one in told["tampering"]}
    assert told["chain"] == "intact"


def test_a_broken_chain_is_said(tmp_path: Path) -> None:
    ledger = Ledger(signer=THIEF)
    ledger.grow(entries(3))
    code, said = run("verify", zipped(made(ledger=ledger), tmp_path / "pack.zip"), "--key", KEY)
    assert code == 1
    assert "chain:         BROKEN" in said


def test_a_pack_of_many_rows_is_cut_where_people_read_it(tmp_path: Path) -> None:
    ledger, many = Ledger(), entries(60)
    for number, one in enumerate(many):
        if one.owner:
            one.body["footage"] = f"f-{number}"  # type: ignore[index]
    ledger.grow(many)
    code, said = run("verify", zipped(made(ledger=ledger), tmp_path / "pack.zip"))
    assert code == 0
    assert "by footage: and 28 more; --json lists all" in said


def test_a_negative_statement_is_said_whole(tmp_path: Path) -> None:
    code, said = run("verify", zipped(made(Question(actions=VIEWS, place="JP")), tmp_path / "pack.zip"))
    assert code == 0
    assert "No entry is recorded to which all of this applies:" in said
    assert "The place it was seen from is in Japan." in said


def test_what_a_reader_may_demand_has_a_code_of_its_own(tmp_path: Path, pack: Path) -> None:
    alone = Ledger()
    alone.grow(entries(10))
    path = zipped(made(ledger=alone), tmp_path / "alone.zip")
    held = tmp_path / "held"
    held.write_text(str(alone.head(4)))
    assert run("verify", path)[0] == 0
    assert run("verify", path, "--require-anchor")[0] == 3
    assert run("verify", path, "--require-confirmed")[0] == 3
    assert run("verify", pack, "--require-anchor")[0] == 0
    assert run("verify", pack, "--require-confirmed")[0] == 3
    assert run("verify", path, "--require-anchor", "--require-confirmed", "--since", held)[0] == 0


def test_a_witness_and_an_owner_s_key_are_taken(tmp_path: Path) -> None:
    seen = cosign(a_ledger().head(), "witness.example", THIEF, at=1)
    asked = Question(owner="city")
    files = pack_files(contents(a_ledger(), asked, owner="city", head=seen), question=asked, owner="city")
    path = zipped(files, tmp_path / "pack.zip")
    witness = str(verifier_key("witness.example", THIEF, KeyType.COSIGNATURE))
    code, said = run("verify", path, "--witness", witness, "--owner-key", owner_key(MASTER, "city").hex())
    assert code == 0
    assert "confirmed by the witness `witness.example`" in said
    assert run("verify", path, "--owner-key", "00")[0] == 1


def test_an_owner_s_pack_is_confirmed_only_to_who_brings_the_owner_s_key(tmp_path: Path) -> None:
    path = zipped(made(Question(owner="city", place="JP"), owner="city"), tmp_path / "pack.zip")
    words = "whether entries about this owner's footage are hidden cannot be told: give their key with --owner-key"
    code, said = run("verify", path, "--key", KEY)
    assert code == 3
    assert f"tampering:     none found in what can be told\nNOT TOLD:      {words}\n" in said
    assert f"  NOT TOLD: {words}\n  No entry is recorded to which all of this applies:" in said
    code, said = run("verify", path, "--json")
    told = json.loads(said)
    assert (code, told["tampering"], told["not_told"]) == (3, [], [words])
    code, said = run("verify", path, "--owner-key", owner_key(MASTER, "city").hex())
    assert code == 0
    assert "NOT TOLD" not in said
    assert "tampering:     none found\n" in said


def test_what_was_found_comes_before_what_cannot_be_told(tmp_path: Path) -> None:
    asked = Question(owner="city")
    files = recount({**made(asked, owner="city"), "more.txt": b""})
    path = zipped({**files, "added.txt": b""}, tmp_path / "pack.zip")
    code, said = run("verify", path)
    assert code == 1
    assert said.index("tampering:     FOUND, 1 times") < said.index("NOT TOLD: ")


def test_the_keys_of_a_pack_are_printed_to_be_kept(
    pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export-key", pack) == (0, f"{NEXT_KEY}\n")
    assert main(["export-key", str(pack)]) == 0
    assert capsys.readouterr().out == f"{NEXT_KEY}\n"
    kept = tmp_path / "key"
    kept.write_text(f"{NEXT_KEY}\n")
    assert run("verify", pack, "--key", kept)[0] == 0


def test_keys_that_cannot_be_followed_are_not_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = made()
    path = zipped({**files, "ledgers/us/keylog.jsonl": b"\n"}, tmp_path / "pack.zip")
    assert run("export-key", path) == (1, "")
    assert "ledgers/us/keylog.jsonl: line 1 of the key log" in capsys.readouterr().err


@pytest.fixture
def inclusion(tmp_path: Path) -> Callable[..., Path]:
    ledger = a_ledger()

    def write(**changed: object) -> Path:
        said = {
            "checkpoint": str(ledger.head()),
            "leaf": ledger.leaves()[FIRST].decode(),
            "n": FIRST,
            "proof": [one.hex() for one in prove_inclusion(ledger.read, FIRST, ledger.size)],
        }
        path = tmp_path / "inclusion.json"
        path.write_text(json.dumps({**said, **changed}))
        return path

    return write


def test_an_inclusion_proof_holds(inclusion: Callable[..., Path]) -> None:
    code, said = run("inclusion", inclusion())
    assert (code, said.startswith(f"entry 10 stands in `{ORIGIN}` of 62 entries; who signed it was not checked")) == (
        0,
        True,
    )
    code, said = run("inclusion", inclusion(), "--key", NEXT_KEY)
    assert (code, said) == (0, f"entry 10 stands in `{ORIGIN}` of 62 entries, signed by the key you hold\n")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"n": 11}, 1),
        ({"proof": []}, 1),
        ({"leaf": '{"n":10}'}, 1),
        ({"leaf": "[]"}, 1),
        ({"leaf": "{"}, 2),
        ({"leaf": 1}, 2),
        ({"n": "10"}, 2),
        ({"proof": "ab"}, 2),
        ({"proof": ["zz"]}, 2),
        ({"proof": [1]}, 2),
        ({"checkpoint": 1}, 2),
    ],
)
def test_an_inclusion_proof_that_does_not_hold_is_said(
    changed: dict[str, object], code: int, inclusion: Callable[..., Path]
) -> None:
    assert run("inclusion", inclusion(**changed))[0] == code


def test_a_checkpoint_of_another_signer_proves_nothing(inclusion: Callable[..., Path]) -> None:
    code, said = run("inclusion", inclusion(), "--key", KEY)
    assert code == 1
    assert "it does not hold: the checkpoint of size 62 is not signed by the key you hold" in said


def test_one_checkpoint_continues_another(tmp_path: Path) -> None:
    ledger = a_ledger()
    old, new, proof = (tmp_path / name for name in ("old", "new", "proof"))
    old.write_text(str(ledger.heads[0]))
    new.write_text(str(ledger.head()))
    hashes = [one.hex() for one in prove_consistency(ledger.read, ledger.heads[0].checkpoint.size, ledger.size)]
    for written in (hashes, {"proof": hashes}):
        proof.write_text(json.dumps(written))
        code, said = run("consistency", old, new, proof)
        assert code == 0
        assert f"`{ORIGIN}` of 62 entries begins with these 20" in said
    assert run("consistency", old, new, proof, "--key", KEY, "--key", NEXT_KEY)[0] == 0
    assert run("consistency", old, new, proof, "--key", KEY)[0] == 1
    proof.write_text(json.dumps(hashes[1:]))
    assert run("consistency", old, new, proof)[0] == 1
    other = Ledger(name="de")
    old.write_text(str(other.grow(entries(2))))
    assert "of different ledgers" in run("consistency", old, new, proof)[1]


@pytest.mark.parametrize("data", [b"\xff", b"{", b"[" * 100_000, b"[]"])
def test_a_file_that_cannot_be_read_has_a_code_of_its_own(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert run("inclusion", path)[0] == 2
    assert run("verify", path)[0] == 2
    assert run("inclusion", tmp_path / "gone")[0] == 2
    assert run("verify", tmp_path / "gone")[0] == 2
    assert run("verify", tmp_path, "--since", path)[0] == 2


@pytest.mark.parametrize(
    "arguments", [["--key", "nothing"], ["--owner-key", "zz"], ["--owner-key", ""], ["--witness", "a+b+c"]]
)
def test_an_argument_that_cannot_be_read_is_an_error_of_the_command(arguments: list[str], pack: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        run("verify", pack, *arguments)
    assert caught.value.code == 2


class Closed(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


class Interrupted(io.StringIO):
    def write(self, _: str) -> int:
        raise KeyboardInterrupt


def test_a_reader_that_goes_away_and_one_that_interrupts_get_no_traceback(pack: Path) -> None:
    assert main(["verify", str(pack)], out=Closed()) == 2
    assert main(["verify", str(pack)], out=Interrupted()) == 130


def test_names_in_any_script_are_printed_on_any_terminal(alone: Path, tmp_path: Path) -> None:
    """`-I` ignores the environment, so the terminal here is told by its stream: a pipe of plain ASCII."""
    path = zipped({**made(), "证据.txt": b""}, tmp_path / "pack.zip")
    start = f"import sys; sys.path.insert(0, {str(alone)!r}); sys.stdout.reconfigure(encoding='ascii')\n"
    start += "from residency.ledger.__main__ import main\nsys.exit(main())"
    command = [sys.executable, "-I", "-S", "-c", start, "verify", str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1
    assert "file-added in 证据.txt" in done.stdout.decode()


def test_the_codes_are_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["verify", "--help"]):
        with pytest.raises(SystemExit):
            main(arguments)
        said = capsys.readouterr().out
        assert "exit codes:" in said
        assert "3  intact, but --require-anchor or --require-confirmed is not met, or hidden entries cannot" in said


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but the core, the one package it needs, and what that package needs itself."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(Path(residency.__file__).parent, folder / "residency", ignore=shutil.ignore_patterns("__pycache__"))
    site = Path(sysconfig.get_path("platlib"))
    for name in ("cryptography", "cffi", "_cffi_backend", "pycparser", "typing_extensions.py"):
        for found in [*site.glob(name), *site.glob(f"{name}.*.so")]:
            (folder / found.name).symlink_to(found)
    return folder


def run_alone(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """With no packages but those in the folder: `-S` leaves the environment's own out, `-I` whatever else is set."""
    start = f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); "
    start += "runpy.run_module('residency.ledger', run_name='__main__')"
    command = [sys.executable, "-I", "-S", "-c", start, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_runs_with_nothing_but_the_core_and_cryptography(alone: Path, pack: Path) -> None:
    done = run_alone(alone, "verify", pack, "--key", KEY)
    assert done.stderr == ""
    assert done.returncode == 0
    assert "chain:         intact" in done.stdout
    without = "import sys\ntry:\n    import django\nexcept ImportError:\n    sys.exit(7)"
    assert subprocess.run([sys.executable, "-I", "-S", "-c", without], check=False).returncode == 7


def test_it_names_tampering_there_too(alone: Path, tmp_path: Path) -> None:
    path = zipped(recount(opened(FIRST, body=FORGED.decode())(made())), tmp_path / "pack.zip")
    done = run_alone(alone, "verify", path, "--json")
    assert done.returncode == 1
    assert "entry-changed" in {one["name"] for one in json.loads(done.stdout)["tampering"]}
    assert canonical_json(json.loads(done.stdout)).decode() == done.stdout.strip()


def test_the_module_ends_its_process_with_the_code_of_the_command(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["residency.ledger", "export-key", str(pack)])
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.delitem(sys.modules, "residency.ledger.__main__", raising=False)
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("residency.ledger", run_name="__main__")
    assert (caught.value.code, out.getvalue()) == (0, f"{NEXT_KEY}\n")
