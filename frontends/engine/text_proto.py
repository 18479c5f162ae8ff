"""Protobuf's text format → a message. Fields that the message does not have are kept as text, and listed."""

from __future__ import annotations

from typing import Any

import attrs
from google.protobuf import message_factory  # type: ignore[import-untyped]  # no stubs

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.engine.text_tokens import TextTokens

_DEPTH = 100
"""Messages may be nested so deep, as in protobuf itself."""
_CLOSING = {"{": "}", "<": ">"}
_WORDS = {"true": True, "True": True, "t": True, "1": True, "false": False, "False": False, "f": False, "0": False}


@attrs.frozen
class UnknownField:
    """A field of the text that its message does not have."""

    message: Any
    """The message that it stands in."""
    name: str
    text: str
    """What is written behind the name."""
    line: int


@attrs.define
class _Open:
    """A message whose end was not read yet."""

    message: Any
    fields: dict[str, Any]
    closing: str
    entry_of: Any = None
    """Where it is an item of a map: that map."""
    listed: Any = None
    """Where it is an item of a list in brackets: the field that the list is for."""


def read_text_proto(text: str, message: Any, file: str) -> list[UnknownField]:
    """Fills ``message`` (of ``ProtoSchema``, or a generated class) with what ``text`` says, without recursion.

    Returns the fields that are not known, and those with a name that their enumeration does not have. Raises
    InputError, which names ``file`` and the line.
    """
    return _TextProto(text, file).into(message)


class _TextProto:
    def __init__(self, text: str, file: str) -> None:
        self._tokens = TextTokens(text, file)
        self._stack: list[_Open] = []
        self._unknown: list[UnknownField] = []

    def into(self, message: Any) -> list[UnknownField]:
        self._push(_Open(message, _fields(message), ""))
        while self._stack:
            top = self._stack[-1]
            token = self._tokens.take()
            if token == top.closing:
                self._close()
            elif token == "":
                raise self._tokens.error(f"the text ends before {shown(top.closing)}")
            elif token not in (",", ";"):
                self._field(top, token)
        return self._unknown

    def _push(self, opened: _Open) -> None:
        if len(self._stack) > _DEPTH:
            raise self._tokens.error(f"messages are nested more than {_DEPTH} deep")
        self._stack.append(opened)

    def _close(self) -> None:
        done = self._stack.pop()
        if done.entry_of is not None:
            _put(done.entry_of, done.message)
        if done.listed is not None and not self._tokens.accept("]"):
            self._tokens.expect(",")
            self._open(self._stack[-1], done.listed, items=True)

    def _field(self, top: _Open, name: str) -> None:
        field = top.fields.get(name)
        if field is None and name != "[" and not name.isidentifier():
            raise self._tokens.error(f"the name of a field is expected, not {shown(name)}")
        if field is None:
            line = self._tokens.line
            self._unknown.append(UnknownField(top.message, name, self._skipped(name), line))
            return
        has_colon = self._tokens.accept(":")
        items = self._tokens.accept("[")
        if items and self._tokens.accept("]"):
            return
        if items and not _is_repeated(field):
            raise self._tokens.error(f"field {shown(name)} takes one value, not a list")
        if field.message_type is not None:
            self._open(top, field, items)
            return
        if not has_colon:
            raise self._tokens.error(f"':' is expected behind {shown(name)}")
        self._scalar(top.message, field)
        while items and not self._tokens.accept("]"):
            self._tokens.expect(",")
            self._scalar(top.message, field)

    def _open(self, top: _Open, field: Any, items: bool) -> None:
        closing = _CLOSING.get(self._tokens.take())
        if closing is None:
            raise self._tokens.error(f"'{{' is expected behind {shown(field.name)}, which is a message")
        entry_of = None
        if field.message_type.GetOptions().map_entry:
            message = message_factory.GetMessageClass(field.message_type)()
            entry_of = getattr(top.message, field.name)
        elif _is_repeated(field):
            message = getattr(top.message, field.name).add()
        else:
            self._once(top.message, field)
            message = getattr(top.message, field.name)
            message.SetInParent()
        self._push(_Open(message, _fields(message), closing, entry_of, field if items else None))

    def _once(self, message: Any, field: Any) -> None:
        if field.has_presence and message.HasField(field.name):
            raise self._tokens.error(f"field {shown(field.name)} is given twice")

    def _scalar(self, message: Any, field: Any) -> None:
        repeated = _is_repeated(field)
        if not repeated:
            self._once(message, field)
        value = self._value(field)
        if value is None:
            self._unknown.append(UnknownField(message, field.name, self._tokens.last, self._tokens.line))
            return
        try:
            if repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)
        except (ValueError, TypeError) as error:
            raise self._refused(field, self._tokens.last) from error

    def _value(self, field: Any) -> Any:
        """The value of a scalar field; None for a name that its enumeration does not have."""
        kind = field.cpp_type
        if kind == field.CPPTYPE_STRING:
            content = self._tokens.string()
            return content if field.type == field.TYPE_BYTES else self._text(content)
        token = self._tokens.take()
        if kind == field.CPPTYPE_BOOL:
            found = _WORDS.get(token)
            if found is None:
                raise self._refused(field, token)
            return found
        sign = token == "-"
        word = self._tokens.take() if sign else token
        if kind == field.CPPTYPE_ENUM and not sign and not word[:1].isdigit():
            label = field.enum_type.values_by_name.get(word)
            return None if label is None else label.number
        try:
            number = _float(word) if kind in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE) else _integer(word)
        except ValueError as error:
            raise self._refused(field, token) from error
        return -number if sign else number

    def _text(self, content: bytes) -> str:
        try:
            return content.decode()
        except UnicodeDecodeError as error:
            raise self._tokens.error("a text is not valid UTF-8") from error

    def _refused(self, field: Any, token: str) -> InputError:
        return self._tokens.error(f"field {shown(field.name)} cannot be {shown(token)}")

    def _skipped(self, name: str) -> str:
        """The tokens of the value behind an unknown field's name, as they are written."""
        if name == "[":  # an extension, [package.name]
            while self._tokens.take() not in ("]", ""):
                pass
        begin = self._tokens.position
        self._tokens.accept(":")
        closing: list[str] = []
        while True:
            token = self._tokens.take()
            if token in ("{", "<", "["):
                closing.append({"[": "]"}.get(token) or _CLOSING[token])
            elif closing and token == closing[-1]:
                closing.pop()
            elif not token or token in ("}", ">", "]"):
                raise self._tokens.error(f"a value is expected behind {shown(name)}")
            more = token == "-" or (token[0] in "\"'" and self._tokens.at_string())
            if not closing and not more:
                return self._tokens.since(begin)


def _fields(message: Any) -> dict[str, Any]:
    return dict(message.DESCRIPTOR.fields_by_name)


def _is_repeated(field: Any) -> bool:
    """Older runtimes of protobuf have a label instead."""
    found = getattr(field, "is_repeated", None)
    return bool(field.label == field.LABEL_REPEATED if found is None else found)


def _put(entries: Any, entry: Any) -> None:
    """An item into its map."""
    if hasattr(entry.value, "DESCRIPTOR"):
        entries[entry.key].CopyFrom(entry.value)
    else:
        entries[entry.key] = entry.value


def _float(word: str) -> float:
    plain = word[:-1] if word[-1:] in "fF" and word[:1].isdigit() and word[:2] not in ("0x", "0X") else word
    return float(plain)


def _integer(word: str) -> int:
    return int(word, 8) if word[:1] == "0" and word.isdigit() else int(word, 0)
