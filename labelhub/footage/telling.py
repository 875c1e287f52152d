"""What evidence packs are told of the footage."""

from __future__ import annotations

from labelhub.footage.models import Footage


class KnownFootage:
    """The footage of this installation, as packs ask for it."""

    def of_owner(self, owner: str) -> list[str]:
        """Give the ids of all footage of an owner."""
        return list(Footage.objects.filter(source__owner__code=owner).order_by("pk").values_list("pk", flat=True))
