"""The page on rules counts over the days that the packs count over."""

from __future__ import annotations

import re

from residency import PolicySet
from residency.conditions import CounterAtMost
from residency.shelf import packs
from tests.docs.reading import page

RULES = "docs/residency-rules.md"


def counted() -> dict[str, set[tuple[str, int]]]:
    """What each pack that counts counts, and over how many days."""
    found = {}
    for pack in packs():
        asked = (one for one in PolicySet.of(pack).asked("situation.counters") if isinstance(one, CounterAtMost))
        found[pack.name] = {(one.of.value, one.days) for one in asked}
    return {name: kinds for name, kinds in found.items() if kinds}


def test_the_example_of_a_counter_is_the_one_of_the_law_that_has_its_figure() -> None:
    (example,) = re.findall(r'of = "(\w+)", count = 1000, days = (\d+)', page(RULES))
    assert (example[0], int(example[1])) in counted()["us-doj-202"]


def test_the_words_packs_share_name_what_each_counts_and_for_how_long() -> None:
    (row,) = re.findall(r"(?m)^\| counters \| (.*) \|$", page(RULES))
    told = {
        (kind, int(days))
        for kinds, days in re.findall(r"((?:`\w+`(?: and )?)+) over (\d+) days", row)
        for kind in re.findall(r"\w+", kinds.replace("and", ""))
    }
    assert told == set().union(*counted().values())
