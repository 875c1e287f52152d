"""`python -m labelhub.signer serve --socket PATH --keys FOLDER`: sign checkpoints for whoever may open the socket."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from labelhub.signer.keys import Keys, SignerError
from labelhub.signer.server import serve


def main(words: list[str]) -> int:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="python -m labelhub.signer", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command")
    serving = commands.add_parser("serve", help="sign checkpoints until ended")
    serving.add_argument("--socket", type=Path, required=True, help="the Unix socket to listen on")
    serving.add_argument("--keys", type=Path, required=True, help="the folder of keys and of what was last signed")
    asked = parser.parse_args(words)
    try:
        serve(asked.socket, Keys(asked.keys))
    except (SignerError, OSError) as error:
        sys.stderr.write(f"the signer cannot start: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
