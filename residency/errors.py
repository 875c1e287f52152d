"""What this package raises: one base, so that a caller can catch everything from here at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from residency.outside import one_line


class ResidencyError(Exception):
    """Base of every error this package raises."""


class FactError(ResidencyError, ValueError):
    """A fact that cannot be what it claims to be, such as a time without a time zone."""


class EncodingError(ResidencyError, ValueError):
    """A value the canonical encoding has no form for."""


class RequestError(ResidencyError, ValueError):
    """A request that cannot be read, with everything wrong in it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(map(one_line, problems))
        super().__init__("; ".join(self.problems))


class CedarError(ResidencyError, ValueError):
    """Something that Cedar has no way to say."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a policy document, and the line it is on where that is known."""

    message: str
    line: int | None = None

    def __str__(self) -> str:
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class PolicyError(ResidencyError):
    """A policy document that may not be used, with every problem found in it."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n  ".join([f"policy `{name}` has {count}:", *map(str, self.problems)]))


class NotClearedError(ResidencyError):
    """Items that may not be written, each with the reason; `reasons` maps footage id to reason."""

    def __init__(self, message: str, *, refused: Iterable[tuple[str, str]] = ()) -> None:
        self.reasons = dict(refused)
        self.refused = tuple(self.reasons)
        listed = [f"`{footage_id}`: {reason}" for footage_id, reason in self.reasons.items()]
        super().__init__("\n  ".join([message, *listed]))
