"""The process around the command: its streams, its clock, its exit code."""

import sys
from time import monotonic

from exporters.command import main
from exporters.convert import Streams

INTERRUPTED = 130


def _run() -> int:
    streams = Streams(given=sys.stdin.buffer, out=sys.stdout.buffer, says=sys.stderr, now=monotonic)
    try:
        return main(sys.argv[1:], streams)
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(_run())
