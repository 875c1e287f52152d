"""Canonical bytes and tree hashes, against the published vectors."""

from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from residency.errors import EncodingError
from residency.ledger import Json, canonical_json, encode_entry, leaf_hash, node_hash
from residency.ledger.entry import read_canonical

_values = st.recursive(
    st.none() | st.booleans() | st.text() | st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_values)
def test_the_bytes_are_those_of_an_independent_encoder(value: object) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


def test_names_are_sorted_by_utf16_code_units_as_in_the_rfc() -> None:
    entry = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert encode_entry(entry).decode() == (
        '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis",'
        '"\u20ac":"Euro Sign","\U0001f600":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}'
    )


def test_text_is_escaped_as_in_the_rfc() -> None:
    assert canonical_json('\u20ac$\u000f\nA\'B"\\\\"/\x7f') == '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f"'.encode()


def test_literals_numbers_and_nesting() -> None:
    entry: dict[str, Json] = {"c": (1, -2, 0), "b": [True, False, None], "a": {}}
    assert encode_entry(entry) == b'{"a":{},"b":[true,false,null],"c":[1,-2,0]}'


@pytest.mark.parametrize(
    "value",
    [1.0, float("nan"), b"bytes", {1, 2}, datetime(2026, 1, 1, tzinfo=UTC), [object()], {"a": 1.5}],
    ids=repr,
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(EncodingError, match="has no canonical form"):
        canonical_json(value)


def test_integers_that_readers_would_round_are_refused() -> None:
    assert canonical_json(2**53 - 1) == b"9007199254740991"
    for beyond in (2**53, -(2**53)):
        with pytest.raises(EncodingError, match="beyond the integers"):
            canonical_json(beyond)


def test_names_must_be_text() -> None:
    with pytest.raises(EncodingError, match="a member name must be text; got a `int`"):
        canonical_json({1: "one"})


@pytest.mark.parametrize("value", ["\ud800", {"\udfff": 1}], ids=["text", "name"])
def test_a_lone_surrogate_is_refused(value: object) -> None:
    with pytest.raises(EncodingError, match="lone surrogate"):
        canonical_json(value)


def test_tree_hashes_are_those_of_rfc_6962() -> None:
    empty_leaf = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    two_leaves = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert leaf_hash(b"").hex() == empty_leaf
    assert node_hash(leaf_hash(b""), leaf_hash(b"\x00")).hex() == two_leaves


@given(_values)
def test_canonical_bytes_are_read_back(value: object) -> None:
    assert read_canonical(canonical_json(value)) == value


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff", b"[" * 100_000, b"[ " * 600 + b"]" * 600, "\ud800"],
    ids=["empty", "cut", "no text", "too deep", "too deep to write again", "half a character"],
)
def test_what_is_no_json_is_refused(data: bytes | str) -> None:
    with pytest.raises(EncodingError, match=r"no JSON that can be read|too deep to be read"):
        read_canonical(data)


@pytest.mark.parametrize(
    "text", ['{"a": 1}', '{"b":1,"a":1}', '{"a":1,"a":1}', '{"a":1}\n', '"\\u0041"', "[-0]"], ids=repr
)
def test_another_writing_of_the_same_value_is_refused(text: str) -> None:
    with pytest.raises(EncodingError, match="not in its canonical form"):
        read_canonical(text)


@pytest.mark.parametrize("text", ["1.0", "NaN", "1e3", "9007199254740992", '"\\ud800"'])
def test_a_value_without_a_canonical_form_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        read_canonical(text)
