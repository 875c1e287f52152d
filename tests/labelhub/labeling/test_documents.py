"""A label schema or guideline is taken whole or not at all, and each problem of it names its line."""

from __future__ import annotations

import pytest

from labelhub.labeling.documents import (
    DocumentError,
    check_schema,
    decoded,
    read_guideline,
    read_schema,
    schema_document,
)
from labelhub.labeling.models import LabelSchema

GOOD = """\
name = "trucks"
title = "Trucks"

[[label]]
name = "Truck"
colour = "#123456"

[[attribute]]
name = "axles"
title = "Axles"
choices = ["2", "3"]
"""


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read_schema(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_document_is_read() -> None:
    said = read_schema(GOOD.replace("\n", "\r\n"))
    assert (said.name, said.title) == ("trucks", "Trucks")
    assert said.labels == [{"name": "Truck", "colour": "#123456"}]
    assert said.attributes == [{"name": "axles", "title": "Axles", "choices": ["2", "3"]}]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("#123456", "red", "line 6: label 1: `colour` must be like"),
        ('name = "Truck"', "", "line 4: label 1: `name` is missing"),
        ('name = "Truck"', 'name = "Truck "', "line 5: label 1: `name` must be one line"),
        ('name = "Truck"', f'name = "{"x" * 81}"', "line 5: label 1: `name` is longer than 80"),
        ('name = "trucks"', 'name = "Big Trucks"', "line 1: `name` must be lower-case"),
        ('title = "Trucks"', "", "`title` is missing"),
        ('title = "Trucks"', "titel = 1", "line 2: unknown key `titel`"),
        ('name = "axles"', 'name = "media"', "line 9: attribute 1: `name` must be"),
        ('["2", "3"]', '["2", "2"]', "line 11: attribute 1: `choices` names something twice"),
        ('["2", "3"]', '["2", 3]', "line 11: attribute 1: attribute `axles` needs `choices`"),
        ('name = "axles"', "name = ", "line 9: not TOML: Invalid value"),
        ('colour = "#123456"', 'colour = "#123456"\n[[label]]\nname = "Truck"\ncolour = "#000000"', "line 8: label 2:"),
        (GOOD, 'label = 3\nname = "a"\ntitle = "A"', "line 1: write each label under `[[label]]`"),
        (GOOD, 'name = "a"\ntitle = "A"', "it has no label"),
    ],
)
def test_a_problem_names_its_line(old: str, new: str, words: str) -> None:
    assert any(problem.startswith(words) for problem in problems(GOOD.replace(old, new)))


def test_every_problem_is_named_at_once_in_the_order_of_the_lines() -> None:
    found = problems(GOOD.replace("#123456", "red").replace('title = "Axles"', "").replace("trucks", "Trucks!"))
    assert [problem.split(":")[0] for problem in found] == ["line 1", "line 6", "line 8"]


def test_a_schema_can_be_written_and_read_again() -> None:
    said = check_schema(
        {
            "name": "odd",
            "title": 'It\'s "odd" \\ ü',
            "label": [{"name": "Car]]", "colour": "#abcdef"}],
            "attribute": [{"name": "a", "title": "A", "choices": ['"', "\\n", "é"]}],
        }
    )
    schema = LabelSchema(name=said.name, title=said.title, labels=said.labels, attributes=said.attributes)
    assert read_schema(schema_document(schema)) == said


@pytest.mark.parametrize(
    "table", [{"label": "x"}, {"label": [3]}, {"attribute": [None]}, {"name": ["\ud800"]}, {"title": "\0"}]
)
def test_nothing_sent_as_json_gets_past_the_checks(table: dict[str, object]) -> None:
    good = {"name": "a", "title": "A", "label": [{"name": "Car", "colour": "#000000"}]}
    with pytest.raises(DocumentError) as caught:
        check_schema(good | table)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "words"),
    [(" \n", "it is empty"), ("fine\nbad \x07 bell", "line 2: it contains a control"), ("x" * 200_001, "longer than")],
)
def test_a_guideline_that_cannot_be_read_says_why(text: str, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        read_guideline(text)


def test_bytes_that_are_no_text_name_their_line() -> None:
    with pytest.raises(DocumentError, match="line 3: it is not UTF-8"):
        decoded(b"one\ntwo\n\xff\n")
