"""The card of a Hugging Face image folder: a YAML header that readers obey, and a page for people."""

import re
from collections.abc import Iterator, Sequence

import orjson

from exporters.run import Run

UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that JSON leaves as they are and that YAML folds away or refuses."""

ROW_COLUMNS = (
    ("included", "bool"),
    ("width", "int64"),
    ("height", "int64"),
    ("footage_id", "string"),
    ("frame", "int64"),
    ("attributes", "string"),
)
OBJECT_COLUMNS = (
    ("attributes", "string"),
    ("track", "int64"),
    ("shape", "string"),
    ("annotation", "string"),
)


def card(run: Run, *, folder: str, version: str, extensions: Sequence[str]) -> str:
    """The whole of `README.md`, for pictures of these extensions in `folder`."""
    return "".join((*_header(run, folder, extensions), *_page(run, folder, version)))


def quoted(text: str) -> str:
    """The text as JSON, which YAML reads as the same text."""
    return UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", orjson.dumps(text).decode())


def _header(run: Run, folder: str, extensions: Sequence[str]) -> Iterator[str]:
    """The header; the features are those of the metadata, row by row."""
    yield f"---\npretty_name: {quoted(run.dataset.name)}\ntask_categories:\n- object-detection\n"
    yield f"configs:\n- config_name: default\n  data_files:\n  - split: {folder}\n    path:\n"
    yield f"    - {folder}/metadata.jsonl\n"
    for extension in extensions:
        yield f'    - "{folder}/*{extension}"\n'
    yield "  features:\n"
    # Without any picture readers take the folder for plain rows, and a row has a name where a picture would be.
    yield "  - name: image\n    dtype: image\n" if extensions else "  - name: file_name\n    dtype: string\n"
    for name, kind in ROW_COLUMNS:
        yield f"  - name: {name}\n    dtype: {kind}\n"
    yield "  - name: objects\n    struct:\n"
    yield "    - name: bbox\n      list:\n        list: float64\n"
    yield "    - name: categories\n      list:\n        class_label:\n          names:\n"
    for number, label in enumerate(run.dataset.labels):
        yield f"            '{number}': {quoted(label)}\n"
    yield "    - name: area\n      list: float64\n"
    yield "    - name: drawn\n      list:\n        list: float64\n"
    for name, kind in OBJECT_COLUMNS:
        yield f"    - name: {name}\n      list: {kind}\n"
    yield "---\n"


def _page(run: Run, folder: str, version: str) -> Iterator[str]:
    tally = run.tally
    yield f"\n# {_inline(run.dataset.name)}\n\n"
    yield f"{tally.pictures_included + tally.pictures_referenced} pictures, {tally.shapes_out.total()} boxes. "
    yield f"Format: {version}.\n"
    if tally.pictures_referenced:
        yield f"\n{tally.pictures_referenced} of the pictures are only named and not here (`included` is false).\n"
    yield "\nBoxes are in pixels: `bbox` is `[x, y, width, height]` of the upright rectangle around a box, `drawn` is\n"
    yield "`[x, y, width, height, rotation]` as drawn, turned clockwise in degrees around its own top left corner.\n"
    yield f"No split was made: everything is in `{folder}`. Where it all came from is in `manifest.json`.\n"


def _inline(name: str) -> str:
    """The name on one line."""
    return " ".join(name.split())
