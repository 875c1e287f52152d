"""docs/operating.md lists every setting, and no other."""

from __future__ import annotations

import re

from labelhub.env import LAUNCHER_NAMES, TEST_NAMES
from labelhub.stack.local import STUDIO_DATABASE
from tests.docs.reading import NAME, in_general, names_label_studio_reads, names_the_settings_read, page

PAGE = page("docs/operating.md")
IN_TABLES = frozenset(re.findall(r"(?m)^\| `(LABELHUB_[A-Z0-9_<>]+)` \|", PAGE))
BESIDE = LAUNCHER_NAMES | {STUDIO_DATABASE} | names_label_studio_reads()


def test_every_name_the_settings_read_has_a_row(web_environment: dict[str, str]) -> None:
    assert in_general(names_the_settings_read(web_environment)) - IN_TABLES == frozenset()


def test_every_row_is_a_name_that_something_reads(web_environment: dict[str, str]) -> None:
    assert IN_TABLES - in_general(names_the_settings_read(web_environment)) == BESIDE


def test_no_other_name_stands_on_any_page(web_environment: dict[str, str]) -> None:
    read = in_general(names_the_settings_read(web_environment)) | BESIDE | TEST_NAMES
    for name in ("docs/operating.md", "README.md", "CONTRIBUTING.md", "docs/tour.md", "docs/how-the-door-works.md"):
        assert in_general(frozenset(NAME.findall(page(name)))) - read == frozenset(), name


def test_every_secret_is_marked(web_environment: dict[str, str]) -> None:
    marked = {
        row.split("`")[1]
        for row in PAGE.splitlines()
        if row.startswith("| `LABELHUB_") and row.endswith("| **Secret** |")
    }
    by_file = {name for name in web_environment if name.endswith("_FILE")}
    assert marked - {"LABELHUB_STUDIO_SECRET"} == in_general(frozenset(by_file))
