"""The ledger's arithmetic: how an entry becomes bytes, and how bytes become tree hashes.

Nothing here stores anything; `labelhub.evidence` does.
"""

from residency.ledger.entry import Json, canonical_json, encode_entry, leaf_hash, node_hash

__all__ = ["Json", "canonical_json", "encode_entry", "leaf_hash", "node_hash"]
