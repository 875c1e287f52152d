"""Questions: read strictly, written back, and said in words."""

import pytest

from residency.ledger.errors import QuestionError
from residency.ledger.question import Question, parse_question, question_words

WHOLE = Question(
    actions=("media:view:allowed",),
    since="2026-03-01T00:00:00.000000+00:00",
    until="2026-04-01T00:00:00.000000+00:00",
    footage=("f-1", "f-2"),
    source="cam-1",
    jurisdiction="EEA",
    owner="city",
    contract="c-1",
    person=(),
    entity="acme",
    place="unknown",
    network="hosting",
    levels=(0, 4),
    purpose="ml-training",
    rendition="still",
    outcome="deny",
    policy_hash="a" * 64,
    outside=True,
    outside_of="US",
)


@pytest.mark.parametrize("question", [WHOLE, Question(), Question(actions=("a:b:c",))])
def test_a_question_is_read_back(question: Question) -> None:
    assert parse_question(question.as_json()) == question


def test_what_is_not_asked_is_not_written() -> None:
    assert Question().as_json() == {"actions": "any"}
    assert Question(outcome="deny").as_json() == {"actions": "any", "outcome": "deny"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "a question is a table"),
        ({"colour": "red"}, "nothing can be asked about `colour`"),
        ({"actions": "views"}, "`actions` is a list of texts, not `views`"),
        ({"actions": [1]}, "`actions` is text, not `1`"),
        ({"footage": "f-1"}, "`footage` is a list of texts"),
        ({"owner": ""}, "`owner` is text"),
        ({"owner": 7}, "`owner` is text, not `7`"),
        ({"since": "2026-03-01"}, "`since` is a time such as"),
        ({"since": "2026-03-01T00:00:00.000000+01:00"}, "`since` is a time such as"),
        ({"until": "soon"}, "`until` is a time such as"),
        ({"place": "XX"}, "`place` names `XX`, which is no jurisdiction"),
        ({"jurisdiction": "unknown"}, "`jurisdiction` names `unknown`"),
        ({"outside_of": "us"}, "`outside_of` names `us`"),
        ({"levels": [5]}, "`levels` is a list of assurance levels from 0 to 4"),
        ({"levels": [True]}, "`levels` is a list of assurance levels"),
        ({"levels": 3}, "`levels` is a list of assurance levels"),
        ({"outcome": "maybe"}, "`outcome` is one of allow, deny, none, not `maybe`"),
        ({"outcome": []}, "`outcome` is one of"),
        ({"outside": 1}, "`outside` is true or false, not `1`"),
    ],
)
def test_a_question_that_cannot_be_read_is_named(value: object, said: str) -> None:
    with pytest.raises(QuestionError, match=said):
        parse_question(value)


def test_a_question_is_said_in_words() -> None:
    words = question_words(WHOLE)
    assert len(words) == 19
    assert words[0] == "What happened is `media:view:allowed`."
    for sentence in (
        "It happened before 2026-04-01T00:00:00.000000+00:00.",
        "The footage is `f-1` or `f-2`.",
        "The footage is in the EEA.",
        "The person is none at all.",
        "The place it was seen from could not be established.",
        "The place it was seen from is outside the United States.",
    ):
        assert sentence in words
    assert question_words(Question()) == ("Every entry.",)
    assert question_words(Question(footage=tuple("abcd"))) == ("The footage is one of 4, which the question lists.",)


def test_time_is_exact() -> None:
    question = Question(since="2026-03-01T00:00:00.000000+00:00", until="2026-03-01T00:00:01.000000+00:00")
    assert not question.in_time("2026-02-28T23:59:59.999999+00:00")
    assert question.in_time("2026-03-01T00:00:00.000000+00:00")
    assert question.in_time("2026-03-01T00:00:00.999999+00:00")
    assert not question.in_time("2026-03-01T00:00:01.000000+00:00")
    assert Question().in_time("")
