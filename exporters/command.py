"""`python -m exporters`: training sets from an export file, without any service.

Exit codes: 0 done (for `verify`: the set is intact; for `diff`: compared, whatever came out); 1 the input or the set is
refused, with everything that is in the way listed; 2 the command was called wrongly.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from exporters import wanted as choice
from exporters.choose import Consensus
from exporters.convert import PIPE, FileError, SplitWanted, Streams, Wanted, convert, read_key
from exporters.diff import Changes, diff
from exporters.envelope import read_public_key
from exporters.errors import ExportError, InvalidInputError, UnsupportedShapeError
from exporters.formats import FORMATS
from exporters.grouping import GroupBy
from exporters.manifest import TOOL_VERSION
from exporters.selection import Selection
from exporters.splits import Shares
from exporters.studio_file import Chosen
from exporters.summary import summary
from exporters.verify import SignatureFinding, Signed, verify, verify_signature

DONE, REFUSED, USAGE = 0, 1, 2
MOST_LISTED = 50
SELECTED = (Consensus.REVIEWED, Consensus.MAJORITY)
ANNOTATIONS = [str(one) for one in (*Chosen, *SELECTED)]
SIZE = re.compile(r"([0-9]{1,6})x([0-9]{1,6})")

Say = Callable[[str], None]


def main(arguments: Sequence[str], streams: Streams) -> int:
    """Run one command; the exit code."""
    try:
        asked = parser().parse_args(arguments)
    except SystemExit as leaving:  # how argparse ends after help, and on wrong usage
        return leaving.code if isinstance(leaving.code, int) else USAGE

    def say(line: str) -> None:
        streams.says.write(f"{line}\n")

    def tell(line: str) -> None:
        streams.out.write(f"{line}\n".encode())

    try:
        code: int = asked.run(asked, streams, tell, say)
        streams.out.flush()
    except (InvalidInputError, UnsupportedShapeError) as error:
        say(_listed(error))
        return REFUSED
    except ExportError as error:
        say(f"error: {error}")
        return REFUSED
    except BrokenPipeError:
        say("error: the reader of the output went away")
        return REFUSED
    except OSError as error:
        say(f"error: {error.strerror or error}")
        return REFUSED
    return code


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(
        prog="python -m exporters",
        description="Training sets from labels, without any service.",
        epilog="exit codes: 0 done, 1 refused or not intact, 2 wrong usage",
    )
    whole.add_argument("--version", action="version", version=TOOL_VERSION)
    commands = whole.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_convert(commands.add_parser("convert", help="make a training set of a Label Studio JSON export"))
    formats = commands.add_parser("formats", help="list the formats")
    formats.set_defaults(run=_formats)
    checking = commands.add_parser("verify", help="check a set against its own manifest, offline")
    checking.add_argument("set", type=Path, help="a folder or a .zip")
    checking.add_argument("--key", type=Path, metavar="FILE", help="a public key; the set has to be signed by it")
    checking.add_argument("--json", action="store_true", help="answer in JSON")
    checking.set_defaults(run=_verify)
    comparing = commands.add_parser("diff", help="what changed between two versions of a set")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    comparing.add_argument("--json", action="store_true", help="answer in JSON")
    comparing.set_defaults(run=_diff)
    return whole


def _add_convert(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    add("source", metavar="EXPORT", help="the JSON or JSON Lines file; - reads the standard input")
    add("--from", dest="source_kind", choices=["labelstudio"], default="labelstudio")
    add("--config", type=Path, required=True, help="the labeling config, an XML file")
    add("--format", dest="file_format", required=True, choices=list(FORMATS))
    add("--out", required=True, help="a .zip, a folder, or - for a .zip on the standard output")
    add("--name", help="what the set is called; by default as its file")
    add("--purpose", default="", help="what the set is for; goes into the manifest")
    add("--annotations", choices=ANNOTATIONS, default="all", help="which annotations of a task, or what most agree on")
    add("--only-labels", type=_listing, metavar="A,B", help="leave everything else out")
    add("--rename", type=_renaming, action="append", default=[], metavar="OLD=NEW", help="another name for a label")
    add("--min-size", type=_size, default=(0, 0), metavar="8x8", help="leave smaller boxes out, in pixels")
    add("--no-negatives", action="store_true", help="leave pictures out that show nothing wanted")
    add("--image-sizes", type=Path, metavar="CSV", help="name,width,height of pictures (and frames of videos)")
    add("--images", type=Path, metavar="FOLDER", help="include the pictures from here; without it they are referred to")
    add("--lossy", action="store_true", help="drop or reduce what the format cannot carry, and count it")
    add("--split", metavar="80/10/10", help="train/val/test in percent, each side in its own folder")
    add("--group-by", type=GroupBy, choices=list(GroupBy), default=GroupBy.CAMERA, help="what no two sides share")
    add("--seed", type=int, default=0, help="another seed, another split; the same seed, the same")
    add("--sign-key", type=Path, metavar="FILE", help="sign the set by this Ed25519 private key, a PEM file")
    command.set_defaults(run=_convert)


def _convert(asked: argparse.Namespace, streams: Streams, _tell: Say, say: Say) -> int:
    wanted = Wanted(
        source=asked.source,
        config=asked.config,
        file_format=asked.file_format,
        out=asked.out,
        name=asked.name or ("export" if asked.out == PIPE else Path(asked.out).stem),
        purpose=asked.purpose,
        chosen=Chosen.ALL if asked.annotations in SELECTED else Chosen(asked.annotations),
        sizes=asked.image_sizes,
        images=asked.images,
        lossy=asked.lossy,
        sign_key=asked.sign_key,
        split=_split(asked),
        selection=_selection(asked),
    )
    manifest = convert(wanted, streams)
    for line in summary(manifest):
        say(line)
    return DONE


def _split(asked: argparse.Namespace) -> SplitWanted | None:
    if asked.split is None:
        return None
    return SplitWanted(shares=Shares.parse(asked.split), group_by=asked.group_by, seed=asked.seed)


def _selection(asked: argparse.Namespace) -> Selection | None:
    width, height = asked.min_size
    wanted = choice.Wanted(
        labels=asked.only_labels,
        label_names=tuple(asked.rename),
        least_width=width,
        least_height=height,
        negatives=not asked.no_negatives,
    )
    consensus = Consensus(asked.annotations) if asked.annotations in SELECTED else Consensus.ALL
    selection = Selection(consensus=consensus, wanted=wanted)
    return None if selection == Selection() else selection


def _listing(text: str) -> frozenset[str]:
    return frozenset(one.strip() for one in text.split(",") if one.strip())


def _renaming(text: str) -> tuple[str, str]:
    old, _, new = (one.strip() for one in text.partition("="))
    if not old or not new:
        raise argparse.ArgumentTypeError(f"`{text[:40]}` should be `OLD=NEW`")
    return old, new


def _size(text: str) -> tuple[int, int]:
    if not (size := SIZE.fullmatch(text)):
        raise argparse.ArgumentTypeError(f"`{text[:40]}` should be a width and a height in pixels, as `8x8`")
    return int(size[1]), int(size[2])


def _formats(_asked: argparse.Namespace, _streams: Streams, tell: Say, _say: Say) -> int:
    rows = [("name", "title", "version"), *((form.name, form.title, form.version) for form in FORMATS.values())]
    name, title = (max(len(row[column]) for row in rows) for column in (0, 1))
    for row in rows:
        tell(f"{row[0]:{name}}  {row[1]:{title}}  {row[2]}")
    return DONE


def _verify(asked: argparse.Namespace, _streams: Streams, tell: Say, _say: Say) -> int:
    key = None if asked.key is None else read_public_key(read_key(asked.key))
    problems = verify(_there(asked.set))
    found = None if key is None else verify_signature(asked.set, key)
    if asked.json:
        answer: dict[str, object] = {"set": asked.set.name, "intact": not problems, "problems": problems}
        tell(json.dumps(answer | ({"signature": asdict(found)} if found else {}), indent=2))
    else:
        tell(f"`{asked.set.name}` is {'not ' if problems else ''}what its manifest says")
        for line in _capped([f"  {problem}" for problem in problems]):
            tell(line)
        if found:
            tell(_signature(found))
    good = not problems and (found is None or found.signed is Signed.VERIFIED)
    return DONE if good else REFUSED


def _signature(found: SignatureFinding) -> str:
    says = "verified by the key given" if found.signed is Signed.VERIFIED else str(found.signed)
    return f"signature: {says}" + (f": {found.why}" if found.why else "")


def _diff(asked: argparse.Namespace, _streams: Streams, tell: Say, _say: Say) -> int:
    found = diff(_there(asked.old), _there(asked.new))
    if asked.json:
        tell(json.dumps(asdict(found), indent=2))
        return DONE
    if not found.total:
        tell("nothing changed")
    for name, changes in (("labels", found.labels), ("items", found.items), ("boxes", found.boxes)):
        for line in _told(name, changes):
            tell(line)
    return DONE


def _told(name: str, changes: Changes | None) -> Iterable[str]:
    if changes is None or not changes.total:
        return
    yield f"{name}: {len(changes.added)} added, {len(changes.removed)} removed, {len(changes.changed)} changed"
    for sign, named in (("+", changes.added), ("-", changes.removed), ("~", changes.changed)):
        yield from _capped([f"  {sign} {one}" for one in named])


def _listed(error: InvalidInputError | UnsupportedShapeError) -> str:
    """An error with its list, which may be longer than anybody reads."""
    head, *lines = str(error).split("\n")
    total = error.total if isinstance(error, InvalidInputError) else len(lines)
    return "\n".join([f"error: {head}", *_capped(lines, total)])


def _capped(lines: Sequence[str], total: int | None = None) -> Iterable[str]:
    yield from lines[:MOST_LISTED]
    rest = (len(lines) if total is None else total) - min(len(lines), MOST_LISTED)
    if rest > 0:
        yield f"  and {rest:,} more"


def _there(path: Path) -> Path:
    if not path.exists():
        raise FileError(f"there is no `{path}`")
    return path
