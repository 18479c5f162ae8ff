"""Operations of the schema that are not imported, each with the reason and what to do."""

from __future__ import annotations

_TEXT = "it works on text; cut the model behind it, and give what it makes as an input"
_TABLE = "it looks up keys in a table that the application fills; cut the model behind it"
_OLD = "no converter writes it, and it has no defined arithmetic; cut the model"
_STABLE = "TF Lite runs it only where the converter did not lower StableHLO; convert without StableHLO operations"

REFUSED: dict[str, str] = {
    "HASHTABLE_LOOKUP": _TABLE,
    "HASHTABLE": _TABLE,
    "HASHTABLE_FIND": _TABLE,
    "HASHTABLE_IMPORT": _TABLE,
    "HASHTABLE_SIZE": _TABLE,
    "SKIP_GRAM": _TEXT,
    "LSH_PROJECTION": "it hashes with Farmhash, whose values are TF Lite's own; cut the model behind it",
    "CONCAT_EMBEDDINGS": _OLD,
    "DELEGATE": "it stands for a part that a delegate compiled for one device; take the model before delegation",
    "PLACEHOLDER_FOR_GREATER_OP_CODES": _OLD,
}
