"""The ledger's arithmetic: how an entry becomes bytes, bytes a tree, and a tree something that others can verify.

Nothing here stores anything; `labelhub.evidence` does. `leaf`, `tree`, `tiles`, `notes`, `checkpoint` and `keylog` are
what a sequencer and a signer need; `question` and `report` say what an entry answers; `packing` writes evidence packs
and `verify` checks them, with `python -m residency.ledger` around it. docs/ledger.md says the formats.
"""

from residency.ledger.entry import Json, canonical_json, encode_entry, leaf_hash, node_hash

__all__ = ["Json", "canonical_json", "encode_entry", "leaf_hash", "node_hash"]
