"""docs/formats.md has a row for every format, under its name and version, and for no other."""

import re

from exporters.formats import FORMATS
from tests.docs.reading import page


def test_the_page_has_every_format_with_its_version_and_no_other() -> None:
    rows = re.findall(r"(?m)^\| `([a-z-]+)`: (.+?) \|", page("docs/formats.md"))
    assert dict(rows) == {name: form.version for name, form in FORMATS.items()}
    assert len(rows) == len(FORMATS)
