"""The signer signs a tree that only grows, and nothing else, whatever is sent to it and however it was ended."""

from __future__ import annotations

import json
import signal
import socket
import stat
from collections.abc import Iterator

import pytest

from labelhub.signer.client import Signer
from labelhub.signer.keys import SignerError
from residency.ledger.checkpoint import Checkpoint, SignedCheckpoint
from residency.ledger.keylog import KeyLog, read_key_log
from tests.labelhub.signer.signing import ORIGIN, Process, proof, signing, tree


@pytest.fixture(scope="module")
def shared() -> Iterator[Process]:
    """One signer for what leaves no trace in it but a few more ledgers."""
    with signing() as made:
        yield made


@pytest.fixture
def own() -> Iterator[Process]:
    """A signer that may be killed and damaged."""
    with signing() as made:
        yield made


def log_of(client: Signer, origin: str = ORIGIN) -> KeyLog:
    return read_key_log(client.key_log(origin).splitlines())


def is_in_force(log: KeyLog, signed: SignedCheckpoint) -> bool:
    return signed.signed_by(log.key_for(signed.checkpoint.size))


def test_a_growing_tree_is_signed_step_by_step(own: Process) -> None:
    before = 0
    for size in (1, 2, 3, 7, 8, 256, 257, 1000):
        signed = own.client.sign(tree(size), proof(before, size))
        assert signed.checkpoint == tree(size)
        assert is_in_force(log_of(own.client), signed)
        assert own.client.last(ORIGIN) == tree(size)
        before = size


def test_the_same_tree_again_gets_the_same_answer(own: Process) -> None:
    first = own.client.sign(tree(9), ())
    assert str(own.client.sign(tree(9), ())) == str(first)


REFUSED = {
    "smaller": (tree(5), (), "had 10 entries when last signed, and now has 5"),
    "the same size with another root": (tree(10, kind="other"), (), "two heads"),
    "grown from another past": (tree(20, kind="other"), proof(10, 20, kind="other"), "does not begin with"),
    "a proof of other leaves": (tree(20), proof(10, 20, kind="other"), "does not begin with"),
    "no proof": (tree(20), (), "the consistency proof is empty"),
    "a proof that is cut": (tree(20), proof(10, 20)[:-1], "does not begin with"),
    "a proof that is too long": (tree(20), (*proof(10, 20), b"\0" * 32), "does not begin with"),
    "nothing at all": (tree(0), (), "had 10 entries when last signed, and now has 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_tree_that_does_not_only_grow_is_refused_and_the_last_one_stays(shared: Process, case: str) -> None:
    wanted, shown, words = REFUSED[case]
    if shared.client.last(ORIGIN) is None:
        shared.client.sign(tree(10), ())
    with pytest.raises(SignerError, match=words):
        shared.client.sign(wanted, shown)
    assert shared.client.last(ORIGIN) == tree(10)


@pytest.mark.parametrize(
    ("size", "root"),
    [(-1, b"\0" * 32), (5, b""), (5, b"\0" * 31), (5, b"\0" * 33), (10**19, b"\0" * 32), (0, b"\1" * 32)],
)
def test_what_is_no_tree_is_not_signed_not_even_first(shared: Process, size: int, root: bytes) -> None:
    origin = f"ledger.test/no-tree-{abs(size)}-{len(root)}"
    with pytest.raises(SignerError):
        shared.client.sign(Checkpoint(origin, size, root), ())
    assert shared.client.sign(tree(3, origin=origin), ()).checkpoint.size == 3


@pytest.mark.parametrize("origin", ["", ".", "..", "a b", "a+b", "a\nb", "x" * 300, "\udcff"])
def test_what_cannot_name_a_ledger_makes_no_file_anywhere(shared: Process, origin: str) -> None:
    before = sorted(shared.folder.rglob("*"))
    for request in ({"do": "keylog", "origin": origin}, {"do": "rotate", "origin": origin}):
        assert "refused" in shared.say(json.dumps(request).encode() + b"\n")
    assert sorted(shared.folder.rglob("*")) == before


def test_ledgers_have_keys_of_their_own(shared: Process) -> None:
    names = ("ledger.test/one", "ledger.test/two")
    one, two = (log_of(shared.client, name).lines[-1].key for name in names)
    assert (one.name, two.name) == names
    assert one.public != two.public


def test_a_second_signer_on_the_same_folder_is_refused_and_the_first_goes_on(shared: Process) -> None:
    second = shared.popen()
    _, said = second.communicate(timeout=60)
    assert (second.returncode, "another signer uses" in said) == (1, True)
    assert log_of(shared.client, "ledger.test/one")


def test_after_a_kill_it_remembers_what_it_signed(own: Process) -> None:
    own.client.sign(tree(10), ())
    log = own.client.key_log(ORIGIN)
    own.again()
    assert own.client.last(ORIGIN) == tree(10)
    assert own.client.key_log(ORIGIN) == log
    with pytest.raises(SignerError, match="had 10 entries"):
        own.client.sign(tree(9), ())
    assert own.client.sign(tree(12), proof(10, 12)).checkpoint == tree(12)


def test_a_kill_with_a_request_on_its_way_loses_nothing(own: Process) -> None:
    own.client.sign(tree(10), ())
    for size in range(11, 16):
        last = own.client.last(ORIGIN)
        assert last is not None
        shown = [one.hex() for one in proof(last.size, size)]
        asked = {"do": "sign", "origin": ORIGIN, "size": size, "root": tree(size).root.hex(), "proof": shown}
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(str(own.socket))
        connection.sendall(json.dumps(asked).encode() + b"\n")
        own.again()
        connection.close()
        found = own.client.last(ORIGIN)
        assert found in {tree(last.size), tree(size)}
        assert is_in_force(log_of(own.client), own.client.sign(found, ()))


def test_asked_to_end_it_ends_well(own: Process) -> None:
    assert own.process is not None
    own.process.send_signal(signal.SIGTERM)
    own.process.communicate(timeout=30)
    assert own.process.returncode == 0


def test_without_a_signer_the_client_says_so(own: Process) -> None:
    own.kill()
    with pytest.raises(SignerError, match="does not answer"):
        own.client.sign(tree(1), ())


DAMAGE = {
    "signed": [None, b"", b"half a note", b"\xff\xfe"],
    "keylog.jsonl": [None, b"", b"{}\n", b"\xff\xfe"],
    "key-1.pem": [None, b"", b"-----BEGIN PRIVATE KEY-----\n"],
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_file_that_is_missing_or_damaged_is_a_refusal_that_names_it(own: Process, name: str) -> None:
    own.client.sign(tree(10), ())
    path = own.ledger / name
    whole = path.read_bytes()
    for damage in DAMAGE[name]:
        if damage is None:
            path.unlink()
        else:
            path.write_bytes(damage)
        for ask in (
            lambda: own.client.sign(tree(12), proof(10, 12)),
            lambda: own.client.rotate(ORIGIN),
            lambda: own.client.key_log(ORIGIN),
            lambda: own.client.last(ORIGIN),
        ):
            with pytest.raises(SignerError, match=name.replace(".", r"\.")) as refused:
                ask()
            assert "restore" in str(refused.value)
        path.write_bytes(whole)
    assert own.client.sign(tree(12), proof(10, 12)).checkpoint == tree(12)


def test_what_it_signed_cannot_be_made_smaller_behind_its_back(own: Process) -> None:
    own.client.sign(tree(10), ())
    path = own.ledger / "signed"
    path.write_text(path.read_text().replace("\n10\n", "\n4\n"))
    with pytest.raises(SignerError, match="not signed by the key in force"):
        own.client.sign(tree(5), proof(4, 5))


def test_a_key_that_is_not_the_logs_signs_nothing(own: Process) -> None:
    own.client.key_log(ORIGIN)
    own.client.key_log("ledger.test/eu")
    (own.ledger / "key-1.pem").write_bytes((own.keys / "ledger.test%2Feu" / "key-1.pem").read_bytes())
    with pytest.raises(SignerError, match="is not the last key of the log"):
        own.client.sign(tree(1), ())


def test_rotated_keys_sign_for_each_other_and_each_checkpoint_by_the_key_in_force(own: Process) -> None:
    signed = [own.client.sign(tree(10), ())]
    for size in (12, 20):
        own.client.rotate(ORIGIN)
        own.client.rotate(ORIGIN)  # a key that signs nothing is in the chain too
        signed.append(own.client.sign(tree(size), proof(signed[-1].checkpoint.size, size)))
        own.again()
    log = log_of(own.client)
    assert [line.from_size for line in log.lines] == [0, 11, 11, 13, 13]
    assert [is_in_force(log, one) for one in signed] == [True] * 3
    assert len({log.key_for(one.checkpoint.size) for one in signed}) == 3
    assert not signed[0].signed_by(log.key_for(12))


def test_the_last_tree_asked_for_again_after_a_rotation_has_the_signature_of_then(own: Process) -> None:
    first = own.client.sign(tree(10), ())
    own.client.rotate(ORIGIN)
    again = own.client.sign(tree(10), ())
    assert str(again) == str(first)
    assert is_in_force(log_of(own.client), again)


def test_a_rotation_that_was_cut_before_its_log_line_is_as_if_it_never_was(own: Process) -> None:
    own.client.sign(tree(10), ())
    (own.ledger / "key-2.pem").write_bytes(b"half")
    own.again()
    assert is_in_force(log_of(own.client), own.client.sign(tree(11), proof(10, 11)))
    own.client.rotate(ORIGIN)
    assert is_in_force(log_of(own.client), own.client.sign(tree(12), proof(11, 12)))


def test_a_first_key_that_was_cut_is_as_if_it_never_was(own: Process) -> None:
    draft = own.keys / f".new-{own.ledger.name}"
    draft.mkdir()
    (draft / "key-1.pem").write_bytes(b"half")
    assert is_in_force(log_of(own.client), own.client.sign(tree(3), ()))
    assert not draft.exists()


NONSENSE = {
    "nothing": b"\n",
    "no JSON": b"hello\n",
    "no object": b"[1, 2]\n",
    "a number": b"7\n",
    "a word": b'"sign"\n',
    "too deep": b"[" * 60_000 + b"\n",
    "too long": b'{"do":"last","origin":"' + b"x" * 70_000 + b'"}\n',
    "no text": b"\xff\xfe\n",
    "half": b'{"do":"sig',
    "no origin": b'{"do":"last"}\n',
    "an origin of no kind": b'{"do":"last","origin":{}}\n',
    "nothing it does": b'{"do":"erase","origin":"ledger.test/us"}\n',
    "a size that is a text": b'{"do":"sign","origin":"ledger.test/us","size":"1_0","root":"","proof":[]}\n',
    "a size that is true": b'{"do":"sign","origin":"ledger.test/us","size":true,"root":"","proof":[]}\n',
    "a root that is no hex": b'{"do":"sign","origin":"ledger.test/us","size":1,"root":"zz","proof":[]}\n',
    "a proof that is no list": b'{"do":"sign","origin":"ledger.test/us","size":1,"root":"","proof":"ab"}\n',
    "a proof of numbers": b'{"do":"sign","origin":"ledger.test/us","size":1,"root":"","proof":[1]}\n',
}


@pytest.mark.parametrize("case", NONSENSE)
def test_nonsense_is_refused_and_does_not_end_it(shared: Process, case: str) -> None:
    answer = shared.say(NONSENSE[case])
    assert answer is None or "refused" in answer
    assert shared.client.key_log("ledger.test/one")


def test_whoever_connects_and_leaves_or_says_too_little_does_not_keep_others_out(shared: Process) -> None:
    for _ in range(5):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(str(shared.socket))
        connection.close()
    assert shared.say(b'{"do":', end=False) is None  # it hangs up, and nobody else had to wait for more than that
    assert shared.client.key_log("ledger.test/one")


def test_whoever_drips_is_hung_up_on(shared: Process) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as slow:
        slow.connect(str(shared.socket))
        slow.settimeout(0.1)
        for _ in range(600):  # ten bytes a second would go on for an hour and more
            try:
                slow.sendall(b" ")
                if slow.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
        else:
            pytest.fail("it went on listening")
    assert shared.client.key_log("ledger.test/one")


def test_its_socket_and_everything_it_keeps_is_its_owners_alone(own: Process) -> None:
    own.client.sign(tree(10), ())
    own.client.rotate(ORIGIN)
    assert stat.S_IMODE(own.socket.stat().st_mode) == 0o600
    for path in (own.keys, *own.keys.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
