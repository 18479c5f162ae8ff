"""Operations that are known and not imported, each with the reason, and what to do."""

from __future__ import annotations

_TEXT = "it works on text, which no tensor of numbers holds: cut the model behind it, and feed what it computes"
_TRAINING = "training is not inference: export the model for inference"

REFUSED: dict[str, str] = {
    "StringNormalizer": _TEXT,
    "StringConcat": _TEXT,
    "StringSplit": _TEXT,
    "RegexFullMatch": _TEXT,
    "TfIdfVectorizer": "words are counted outside of the model: cut the model behind it, and feed its counts",
    "Tokenizer": _TEXT,
    "CategoryMapper": _TEXT,
    "CastMap": "maps are no tensors: cut the model behind it, and feed the numbers",
    "DictVectorizer": "maps are no tensors: cut the model behind it, and feed the numbers",
    "ImageDecoder": "pictures are decoded outside of the model: cut the model behind it, and feed pixels",
    "Gradient": _TRAINING,
    "Adagrad": _TRAINING,
    "Adam": _TRAINING,
    "Momentum": _TRAINING,
}
"""By type."""
