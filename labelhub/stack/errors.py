"""What the stack refuses, each with the sentence a person needs to mend it."""

from __future__ import annotations


class StackError(Exception):
    """Something keeps the stack from starting or stopping; the text says what and how to mend it."""


class PortBusyError(StackError):
    """A port of the block is taken by someone else."""

    def __init__(self, *, port: int, holder: str, another: int) -> None:
        self.port = port
        super().__init__(
            f"port `{port}` is taken by {holder}: stop it, or use another block of ports: "
            f"`LABELHUB_PORT={another} make up`"
        )


class AlreadyRunningError(StackError):
    """Another launcher holds this state folder."""

    def __init__(self, *, pid: int, root: str) -> None:
        self.pid = pid
        super().__init__(
            f"labelhub already runs from `{root}` (process {pid}): use it, or end it with `make down` and start again"
        )


class PartFailedError(StackError):
    """A part ended, or did not answer in time, before the stack was ready."""
