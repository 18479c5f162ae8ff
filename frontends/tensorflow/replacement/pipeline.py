"""The pipeline.config of a model of the Object Detection API."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias

from dldt.compiler.errors import InputError
from dldt.compiler.safe_open import open_regular
from dldt.compiler.shown import shown
from dldt.frontends.engine.text_tokens import TextTokens

Message: TypeAlias = dict[str, list[Any]]
"""The values of each field, in order; messages are such a dict again."""

_LARGEST = 1 << 20
_MAX_DEPTH = 32
_WORDS = {"true": True, "True": True, "false": False, "False": False}
_CLOSING = {"{": "}", "<": ">"}


def read_pipeline(file: Path) -> Message:
    """The fields of the model: of what stands in ``model { ssd { … } }``. Raises InputError."""
    with open_regular(file) as stream:
        data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise InputError(f"{file}: larger than {_LARGEST} bytes, so it is no pipeline file")
    whole = _message(TextTokens(data.decode("utf-8", "replace"), str(file)), "", 0)
    kinds = [found for each in whole.get("model", []) if isinstance(each, dict) for found in each.values()]
    if not kinds or not isinstance(kinds[0][0], dict):
        raise InputError(f"{file}: not a pipeline file of the Object Detection API: it has no model {{ … }}")
    model: Message = kinds[0][0]
    return model


def field(message: Message, path: str) -> list[Any]:
    """The values of the field that a path such as ``box_coder/*/x_scale`` names; ``*`` is any message."""
    found: list[Any] = [message]
    for name in path.split("/"):
        inner = [each for each in found if isinstance(each, dict)]
        keys = [list(each) if name == "*" else [name] for each in inner]
        found = [
            value for each, wanted in zip(inner, keys, strict=True) for key in wanted for value in each.get(key, [])
        ]
    return found


def _message(tokens: TextTokens, closing: str, depth: int) -> Message:
    if depth > _MAX_DEPTH:
        raise tokens.error(f"messages are nested more than {_MAX_DEPTH} deep")
    fields: Message = {}
    while True:
        name = tokens.take()
        if name == closing:
            return fields
        if name in (",", ";"):
            continue
        if not name or not (name[0].isalpha() or name[0] == "_"):
            raise tokens.error(f"the name of a field is expected, not {shown(name)}")
        tokens.accept(":")
        fields.setdefault(name, []).extend(_values(tokens, depth))


def _values(tokens: TextTokens, depth: int) -> list[Any]:
    if not tokens.accept("["):
        return [_value(tokens, depth)]
    found = []
    while not tokens.accept("]"):
        found.append(_value(tokens, depth))
        tokens.accept(",")
    return found


def _value(tokens: TextTokens, depth: int) -> Any:
    if tokens.at_string():
        return tokens.string().decode("utf-8", "replace")
    token = tokens.take()
    if token in _CLOSING:
        return _message(tokens, _CLOSING[token], depth + 1)
    sign = token == "-"
    word = tokens.take() if sign else token
    if word in _WORDS:
        return _WORDS[word]
    try:
        number = int(word) if word.isdigit() else float(word.rstrip("fF") if word[:1].isdigit() else word)
    except ValueError:
        if not sign and word and (word[0].isalpha() or word[0] == "_"):
            return word
        raise tokens.error(f"a value is expected, not {shown(word)}") from None
    return -number if sign else number
