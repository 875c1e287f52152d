"""What counsel fills in: a pack's own case comes out otherwise with another value of a parameter."""

from pathlib import Path

import pytest

import residency
from residency import decide, parse_policy
from residency.cases import setting_of
from residency.wire import read_request

FOLDER = Path(residency.__file__).parent / "packs"


def is_allowed(pack: str, case: str, **parameters: object) -> bool:
    text = (FOLDER / f"{pack}.toml").read_text(encoding="utf-8")
    policy = parse_policy(text, name=pack, parameters=parameters)
    (asked,) = [one.request for one in policy.about.cases if one.name == case] if policy.about else ()
    return decide(read_request(asked), setting_of(policy)).permitted


def test_a_country_that_india_restricts_sees_nothing_more() -> None:
    assert not is_allowed("in-dpdp", "a processor abroad while no country is restricted", restricted_countries=["PH"])


@pytest.mark.parametrize(
    ("pack", "case", "parameters"),
    [
        ("br-lgpd", "Norway is in the EEA, but not in the European Union", {"adequate_countries": ["EEA"]}),
        ("cn-pipl", "footage from China that rests in another zone", {"stored_in_china": False}),
        ("cn-pipl", "one person too many for the standard contract", {"people_in_a_year": 10_001}),
        (
            "eu-gdpr-v",
            "safeguards and an assessment, but a country that nobody assessed",
            {"assessed_countries": ["KE", "PH"]},
        ),
        ("jp-appi-28", "outsourced annotators abroad without consent", {"equivalent_countries": ["JP", "PH"]}),
        ("kr-pipa-28-8", "a processor abroad without any ground", {"adequate_countries": ["KR", "PH"]}),
        ("uk-gdpr", "a processor abroad with nothing on file", {"adequate_countries": ["GB", "PH"]}),
    ],
)
def test_what_counsel_adds_opens_what_was_denied(pack: str, case: str, parameters: dict[str, object]) -> None:
    assert not is_allowed(pack, case)
    assert is_allowed(pack, case, **parameters)


def test_footage_is_under_the_regulation_once_counsel_names_where_it_is_from() -> None:
    case = "footage from the United States is not spoken of"
    assert is_allowed("eu-gdpr-v", case)
    assert not is_allowed("eu-gdpr-v", case, under_the_regulation=["EEA", "US"])
