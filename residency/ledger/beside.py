"""What opened entries name and a pack must hold beside them: the policies decided under, the databases that placed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from residency.ledger.chain import Checked
from residency.ledger.entry import Json, canonical_json
from residency.ledger.findings import Findings, Kind
from residency.ledger.pack import DamagedError, Pack
from residency.ledger.telling import document

POLICIES: Final = "policies/"
SETS: Final = "policies/sets.json"
LOCATIONS: Final = "geoip.json"


def check_policies(pack: Pack, ledgers: Sequence[Checked], findings: Findings) -> None:
    """Hold each policy against its hash, and find each one that an entry names.

    An entry names one document or a set of them; a set may have sets in it, where things were decided together.
    """
    documents = set()
    for name in sorted(one for one in pack.names if one.startswith(POLICIES) and one != SETS):
        named = name.removeprefix(POLICIES).removesuffix(".json")
        try:
            digest = pack.hash_of(name)
        except DamagedError:  # found with all files
            continue
        if digest == named:
            documents.add(named)
        else:
            findings.add(Kind.POLICY_CHANGED, name, f"the hash of this text is `{digest}`")
    sets = _sets(pack, findings)
    for ledger in ledgers:
        for named, number in ledger.named.policies.items():
            if lacking := _lacking(named, documents, sets):
                words = (
                    f"entry {number} of `{ledger.name}` was decided under `{named[:64]}`; `{lacking[:64]}` is not here"
                )
                findings.add(Kind.POLICY_MISSING, POLICIES, words)


def check_locations(pack: Pack, ledgers: Sequence[Checked], findings: Findings) -> None:
    """Each location database that an entry names must be listed, with its name, version and hash."""
    databases = document(pack, LOCATIONS, findings).get("databases")
    listed = {
        one.get("sha256")
        for one in (databases if isinstance(databases, list) else ())
        if isinstance(one, dict) and one.get("name") and one.get("version")
    }
    for ledger in ledgers:
        for named, number in ledger.named.locations.items():
            if named not in listed:
                words = f"entry {number} of `{ledger.name}` was placed by `{named[:64]}`, which is not listed"
                findings.add(Kind.LOCATION_MISSING, LOCATIONS, words)


def _sets(pack: Pack, findings: Findings) -> Mapping[str, Sequence[Json]]:
    if SETS not in pack.names:
        return {}
    sets: dict[str, Sequence[Json]] = {}
    for named, members in document(pack, SETS, findings).items():
        if isinstance(members, list) and hashlib.sha256(canonical_json(members)).hexdigest() == named:
            sets[named] = members
        else:
            findings.add(Kind.POLICY_CHANGED, SETS, f"the set `{named[:64]}` has another hash than its name")
    return sets


def _lacking(named: str, documents: set[str], sets: Mapping[str, Sequence[Json]]) -> str | None:
    """The first document or set that cannot be found under a name."""
    to_find, seen = [named], set()
    while to_find:
        one = to_find.pop()
        if one in documents or one in seen:
            continue
        if one not in sets:
            return one
        seen.add(one)
        to_find += map(str, sets[one])
    return None
