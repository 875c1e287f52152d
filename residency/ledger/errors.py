"""What the ledger's arithmetic raises, each naming what is wrong in words."""

from residency.errors import ResidencyError


class LedgerError(ResidencyError, ValueError):
    """Base of every error of the ledger's arithmetic: something read does not hold, or cannot be read."""


class TreeError(LedgerError):
    """A place in a tree that is not there, or a compact range that cannot be one."""


class ProofError(LedgerError):
    """A proof that does not prove what it was given for."""


class NoteError(LedgerError):
    """A signed note, a checkpoint or a key's text that cannot be read."""


class KeyLogError(LedgerError):
    """A key log that does not lead from one key to the next."""


class TileError(LedgerError):
    """A tile or an entry bundle that is missing, cut, or named wrongly."""


class QuestionError(LedgerError):
    """A question to the ledger that cannot be read, or that asks for what does not exist."""


class PackError(LedgerError):
    """An evidence pack that cannot be read at all, so that nothing can be said about it."""
