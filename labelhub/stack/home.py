"""The state folder: where everything the local stack keeps lives, and who may read it.

One folder holds databases, objects, logs, secrets and sockets, so deleting it deletes the stack. Every folder is 0700
and every file written here 0600; nothing is ever written outside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from labelhub.stack.errors import StackError

ROOT = Path(__file__).resolve().parent.parent.parent
DEFAULT_PORT = 8800
PORTS_IN_A_BLOCK = 40
LOWEST_PORT, HIGHEST_PORT = 1024, 65535 - PORTS_IN_A_BLOCK
LONGEST_SOCKET_PATH = 100  # the kernel allows 107 bytes
FOLDERS = ("run", "log", "tmp", "parts", "data", "assets", "scratch", "geoip", "marks", "ledger", "gateway")


@dataclass(frozen=True, slots=True)
class Home:
    """The state folder and the first port of the stack's block."""

    root: Path
    port: int = DEFAULT_PORT

    @property
    def id(self) -> str:
        """The mark every process of this stack carries; made from the path, so it outlives the folder."""
        return hashlib.sha256(str(self.root).encode()).hexdigest()[:16]

    def folder(self, name: str) -> Path:
        """One of the folders directly inside."""
        return self.root / name

    def log(self, part: str) -> Path:
        """The log of a part."""
        return self.root / "log" / f"{part}.log"

    def part(self, name: str) -> Path:
        """The folder a part may use as its own home."""
        return self.root / "parts" / name

    @property
    def environment_file(self) -> Path:
        """The settings of labelhub's own processes, for a command typed in another terminal."""
        return self.root / "labelhub.env"

    @property
    def socket(self) -> Path:
        """Where the embedded Valkey listens."""
        return self.root / "run" / "valkey.sock"

    @property
    def gateway_log(self) -> Path:
        """What the door streamed, a line each; a folder of its own, since it is rolled there."""
        return self.root / "gateway" / "streamed.log"

    @property
    def signer_socket(self) -> Path:
        """Where the signer of checkpoints listens."""
        return self.root / "run" / "signer.sock"


def find_home(environ: Mapping[str, str], *, port: int | None = None) -> Home:
    """Work out the state folder and port: what was asked for, else what was used last, else the defaults.

    Raises:
        StackError: the port is no port, or the folder's path is too long for a Unix socket.
    """
    root = Path(environ.get("LABELHUB_HOME") or ROOT / ".labelhub").expanduser().absolute()
    wanted = (
        port if port is not None else _port_of(environ.get("LABELHUB_PORT")) or _remembered_port(root) or DEFAULT_PORT
    )
    if not LOWEST_PORT <= wanted <= HIGHEST_PORT:
        raise StackError(f"port `{wanted}` is out of range: choose one from {LOWEST_PORT} to {HIGHEST_PORT}")
    home = Home(root=root, port=wanted)
    if len(os.fsencode(home.socket)) > LONGEST_SOCKET_PATH:
        raise StackError(f"the path `{root}` is too long for a Unix socket: set `LABELHUB_HOME` to a shorter folder")
    return home


def make_home(home: Home) -> None:
    """Make the folders, owner-only.

    Raises:
        StackError: the folder cannot be made.
    """
    try:
        for folder in (home.root, *(home.folder(name) for name in FOLDERS)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
    except OSError as error:
        raise StackError(
            f"cannot make `{error.filename}`: {error.strerror}; set `LABELHUB_HOME` to another folder"
        ) from error


def remember_port(home: Home) -> None:
    """Keep the port for the next start and for commands typed elsewhere."""
    write_private(home.root / "port.json", json.dumps({"port": home.port}))


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read, in one step: never half a file, never readable for a moment."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def write_environment(home: Home, environment: Mapping[str, str]) -> None:
    """Keep the settings of labelhub's processes for commands typed elsewhere (also readable by a shell)."""
    lines = [
        f"{name}={shlex.quote(value)}\n" for name, value in sorted(environment.items()) if name.startswith("LABELHUB_")
    ]
    write_private(home.environment_file, "".join(lines))


def load_environment(home: Home) -> bool:
    """Put the kept settings into this process's environment; names already set win. False when nothing is kept yet."""
    try:
        text = home.environment_file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    for line in text.splitlines():
        name, _, value = line.partition("=")
        os.environ.setdefault(name, "".join(shlex.split(value)))
    return True


def _port_of(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdecimal():
        raise StackError(f"`LABELHUB_PORT` is `{text}`: write a number such as `{DEFAULT_PORT}`")
    return int(text)


def _remembered_port(root: Path) -> int | None:
    try:
        port = json.loads((root / "port.json").read_text(encoding="utf-8"))["port"]
    except (OSError, ValueError, KeyError):
        return None
    return port if isinstance(port, int) else None
