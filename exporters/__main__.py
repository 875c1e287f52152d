"""The process around the command: its streams, its clock, its exit code."""

import gc
import sys
from time import monotonic

from exporters.command import main
from exporters.convert import Streams

INTERRUPTED = 130


def _run() -> int:
    streams = Streams(given=sys.stdin.buffer, out=sys.stdout.buffer, says=sys.stderr, now=monotonic)
    # Nearly everything made here lives for one task and is in no cycle; looking for cycles often finds nothing.
    gc.set_threshold(100_000, 50, 50)
    try:
        return main(sys.argv[1:], streams)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(_run())
