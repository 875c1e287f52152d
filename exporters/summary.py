"""What a run says at its end: what was read and written, and everything that was not."""

from collections.abc import Iterable

from exporters.manifest import Counts, Manifest
from exporters.splits import Splits


def summary(manifest: Manifest) -> Iterable[str]:
    """The lines, the most important first."""
    counts, source = manifest.counts, dict(manifest.source)
    shapes = sum(count for _, count in counts.shapes_out)
    yield f"{source.pop('tasks', 0):,} tasks: {counts.items_out:,} items, {shapes:,} shapes written"
    if manifest.splits is not None:
        yield from _sides(manifest.splits)
    for name in ("annotations", "pictures"):
        source.pop(name, None)
    for name, count in sorted(source.items()):
        if count:
            yield f"  {count:,} {name}"
    yield from _not_written(counts)


def _sides(splits: Splits) -> Iterable[str]:
    for one in splits.sides:
        yield f"  {one.side}: {one.items:,} items, {one.reached:.1%}, asked for {one.asked:.0%}"
    yield from (f"  {line}" for line in splits.why_not_closer)


def _not_written(counts: Counts) -> Iterable[str]:
    for reason, number in counts.items_dropped:
        yield f"  {number:,} items not written: {reason}"
    for reason, label, number in counts.dropped:
        yield f"  {number:,} shapes labeled `{label}` not written: {reason}"
    for reason, number in counts.reduced:
        yield f"  {number:,} written with less: {reason}"
    for name, number in counts.stripped:
        yield f"  {number:,} attributes `{name}` taken off: they leave in no set"
