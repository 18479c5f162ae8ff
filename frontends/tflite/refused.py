"""Operations of the schema that are not imported, each with the reason and what to do."""

from __future__ import annotations

_TEXT = "it works on text; cut the model behind it, and give what it makes as an input"
_TABLE = "it looks up keys in a table that the application fills; cut the model behind it"
_OLD = "no converter writes it, and it has no defined arithmetic; cut the model"
_STABLE = "TF Lite itself runs few of StableHLO's operations; convert the model to TF Lite's own"
_RANDOM = "TF Lite draws other numbers in every run; cut the model behind it, and give the numbers as an input"

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
    "RANDOM_STANDARD_NORMAL": _RANDOM,
    "RANDOM_UNIFORM": _RANDOM,
    "MULTINOMIAL": _RANDOM,
    **dict.fromkeys(
        (
            *("STABLEHLO_CASE", "STABLEHLO_CONVOLUTION", "STABLEHLO_CUSTOM_CALL"),
            *("STABLEHLO_DOT_GENERAL", "STABLEHLO_GATHER", "STABLEHLO_REDUCE", "STABLEHLO_REDUCE_WINDOW"),
            *("STABLEHLO_RNG_BIT_GENERATOR", "STABLEHLO_SCATTER", "STABLEHLO_SORT"),
        ),
        _STABLE,
    ),
}
"""By the name in the schema."""
