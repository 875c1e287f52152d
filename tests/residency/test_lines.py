"""Requests as JSON Lines: read strictly, so that no two readers see different things."""

import json

import pytest

from residency import RequestError
from residency.lines import read_line
from residency.wire import read_request

LEAST = {
    "action": "view",
    "viewer": {"id": "v"},
    "footage": {"id": "f"},
    "situation": {"at": "2026-06-01T12:00:00Z"},
}


@pytest.mark.parametrize("name", ["any", 7, None])
def test_a_line_is_its_id_and_its_request(name: object) -> None:
    assert read_line(f" {json.dumps({**LEAST, 'id': name})}\r\n") == (name, read_request(LEAST))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[1\n", "this is no JSON: Expecting ',' delimiter at character 3"),
        ("", "this is no JSON: Expecting value at character 1"),
        ("\ufeff{}", "this is no JSON: Expecting value at character 1"),
        ('{"id": NaN}', "this is no JSON to be read here: `NaN` is no number"),
        ('{"id": -Infinity}', "this is no JSON to be read here: `-Infinity` is no number"),
        ('{"id": 1, "id": 2}', "this is no JSON to be read here: `id` is there twice"),
        ('{"viewer": {"id": "a", "id": "a"}}', "this is no JSON to be read here: `id` is there twice"),
        ('{"id": ' + "9" * 5000 + "}", "this is no JSON to be read here: a number has 5000 digits"),
        ("[" * 100_000, "this is no JSON to be read here: it is nested too deep"),
        ("[" * 30 + "]" * 30, "this is no JSON to be read here: it is nested too deep"),
        ('{"a":' * 30 + "1" + "}" * 30, "this is no JSON to be read here: it is nested too deep"),
        ("\udcff\udcfe", "this is not UTF-8 text"),
        ("[]", "a request must be a table of facts; got a list"),
        ("1e999", "a request must be a table of facts; got `inf`"),
    ],
    ids=lambda text: text[:40],
)
def test_what_cannot_be_read_is_said(line: str, said: str) -> None:
    with pytest.raises(RequestError) as caught:
        read_line(line)
    assert caught.value.problems == (said,)


def test_half_a_surrogate_pair_is_no_text_even_when_it_is_escaped() -> None:
    with pytest.raises(RequestError, match=r"`footage\.id` must be text"):
        read_line(json.dumps({**LEAST, "footage": {"id": "\ud800"}}))


def test_a_line_of_a_megabyte_is_read() -> None:
    _, request = read_line(json.dumps({**LEAST, "footage": {"id": "x" * 10**6}}))
    assert len(request.footage.id) == 10**6
