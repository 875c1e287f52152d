"""A PostgreSQL of a run's own, that may be killed: made from the programs this machine has, by a user it accepts."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.journeys.running import free_block

PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/pgsql")
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class OwnPostgresql:
    """A cluster: its programs, its folder, its port, and the user it runs as, if that is not ours."""

    programs: Path
    folder: Path
    port: int
    user: str

    @property
    def address(self) -> str:
        return f"postgresql://labelhub@127.0.0.1:{self.port}/labelhub"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        self._run("initdb", "-D", self.data, "-U", "labelhub", "--auth=trust", "-E", "UTF8")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "labelhub", "labelhub")

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.folder}"
        # With data forced to disk as in a company: what is acknowledged must outlive the kill.
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "-t", "120", "-o", options, "start")

    def stop(self) -> None:
        with suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def kill(self) -> bool:
        """Kill the server and every process of it at once, as a power cut would, and start it again."""
        with suppress(psutil.Error):
            main = psutil.Process(int((self.data / "postmaster.pid").read_text().splitlines()[0]))
            everyone = [main, *main.children(recursive=True)]
            for one in everyone:
                with suppress(psutil.NoSuchProcess):
                    one.kill()
            psutil.wait_procs(everyone, timeout=30)
        self.start()
        return True

    def kill_one(self, chance: random.Random) -> bool:
        """Kill one connection in the middle of whatever it does; the server ends all others and recovers."""
        with suppress(psutil.Error):
            main = psutil.Process(int((self.data / "postmaster.pid").read_text().splitlines()[0]))
            busy = [one for one in main.children() if "labelhub" in " ".join(one.cmdline())]
            if busy:
                chance.choice(busy).send_signal(signal.SIGKILL)
                return True
        return False

    def _run(self, program: str, *words: object) -> None:
        command: Sequence[str] = [str(self.programs / program), *map(str, words)]
        done = subprocess.run(
            command,
            user=self.user or None,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / f"{program}.log").open("ab"),
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, command)


@contextmanager
def own_postgresql() -> Iterator[OwnPostgresql | None]:
    """A fresh cluster, ended and taken away afterwards; nothing where this machine has no PostgreSQL."""
    programs = _programs()
    if programs is None:
        yield None
        return
    user = "" if os.geteuid() else _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="lh-pg-"))
    if user:
        shutil.chown(folder, user)
    made = OwnPostgresql(programs, folder, free_block(), user)
    try:
        made.make()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = [path.parent for place in PLACES for path in Path(place).glob("**/bin/initdb")]
    named = shutil.which("initdb")
    return max(found, default=None) or (Path(named).parent if named else None)


def _unprivileged() -> str:
    """Whoever the server may run as: it refuses to run as root."""
    known = {one.pw_name for one in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)
