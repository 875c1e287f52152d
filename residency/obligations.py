"""What an allowed request owes: shown redacted, with a watermark, after a step-up, never downloaded, or so often only.

Whoever lets the request through must be able to meet every obligation, or refuse. Every policy asks for the set of one
of its permits; of all ways to choose, the one that is lightest together counts, by a fixed order. So adding a permit
never makes an answer heavier, and adding a policy never makes it lighter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Duty(StrEnum):
    """What kind of obligation, from the lightest to the heaviest."""

    WATERMARK = "watermark"
    QUOTA = "quota"
    STEP_UP = "step-up"
    NO_DOWNLOAD = "no-download"
    REDACTED = "redacted"


@dataclass(frozen=True, slots=True)
class Obligation:
    """One obligation; a quota names how many views in how many days, counted per viewer."""

    duty: Duty
    views: int = 0
    days: int = 0

    def __str__(self) -> str:
        return self.duty.value if self.duty is not Duty.QUOTA else f"quota:{self.views}/{self.days}d"

    @property
    def weight(self) -> tuple[int, int, int]:
        """Where it stands in the order of heaviness: by duty, then fewer views, then more days."""
        return (tuple(Duty).index(self.duty), -self.views, self.days)


def lightest_together(choices: Iterable[Iterable[frozenset[Obligation]]]) -> frozenset[Obligation]:
    """The least heavy that meets one set of each choice: from the heaviest down, whatever every choice can do without.

    The lightest set of each would not do: of two that share a heavy one, choosing lighter elsewhere only adds to it.
    """
    each = [set(sets) for sets in choices]
    owed = frozenset(one for sets in each for obligations in sets for one in obligations)
    for heaviest in in_order(owed):
        fewer = owed - {heaviest}
        if all(any(one <= fewer for one in sets) for sets in each):
            owed = fewer
    return owed


def in_order(obligations: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """Each once, heaviest first."""
    return tuple(sorted(set(obligations), key=lambda one: one.weight, reverse=True))


def in_words(obligation: Obligation) -> str:
    """As in "may be seen only redacted"."""
    if obligation.duty is Duty.QUOTA:
        return f"{obligation.views} times in {obligation.days} days by one person"
    return _WORDS[obligation.duty]


_WORDS: Final = {
    Duty.WATERMARK: "with a watermark",
    Duty.STEP_UP: "right after you confirm that it is you",
    Duty.NO_DOWNLOAD: "without being taken away",
    Duty.REDACTED: "redacted",
}
