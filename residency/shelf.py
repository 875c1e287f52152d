"""The packs that ship with this package: example law and contract documents, to be adopted, changed or left alone.

Reading them decides nothing and puts nothing in force. They are data beside this code, as the groups of jurisdictions
are; none of them is legal advice, and each says so itself.
"""

from functools import lru_cache
from importlib import resources
from typing import Final

from residency.errors import PolicyError, Problem
from residency.parse import parse_policy
from residency.policy import Policy

_FOLDER: Final = resources.files("residency").joinpath("packs")
_ENDING: Final = ".toml"


@lru_cache(maxsize=1)
def pack_names() -> tuple[str, ...]:
    """The names of all packs in order of the alphabet."""
    return tuple(sorted(one.name.removesuffix(_ENDING) for one in _FOLDER.iterdir() if one.name.endswith(_ENDING)))


def pack_text(name: str) -> str:
    """The document of one pack, as it is written.

    Raises:
        PolicyError: there is no pack of that name.

    """
    if name not in pack_names():
        raise PolicyError(name, [Problem(f"there is no such pack; there are {', '.join(pack_names())}")])
    return _FOLDER.joinpath(f"{name}{_ENDING}").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def packs() -> tuple[Policy, ...]:
    """Every pack with the values its parameters have of their own, in order of their names."""
    return tuple(parse_policy(pack_text(name), name=f"{name}{_ENDING}") for name in pack_names())
