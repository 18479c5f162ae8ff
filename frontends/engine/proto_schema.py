"""Message classes of protobuf, made of a table of field numbers: no compiled descriptor of a framework is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]  # no stubs

from dldt.compiler.shown import shown

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    name: getattr(_Field, f"TYPE_{name.upper()}")
    for name in (
        *("double", "float", "int64", "uint64", "int32", "fixed64", "fixed32", "bool", "string", "bytes"),
        *("uint32", "sfixed32", "sfixed64", "sint32", "sint64"),
    )
}
_FIELD = re.compile(r"(\d+) (\w+) (?:map<(\w+),(\w+)>|(\w+)(\*?))( packed)?(?: = (\S+))?")


class ProtoSchema:
    """The messages and enumerations of one kind of file, in a pool of their own.

    ``messages``: by name, lines ``number name type``: a type is a scalar of protobuf, a message or an enumeration of
    the table; ``type*`` is repeated, ``type* packed`` written as one block, ``map<string,T>`` a map, ``= x`` a default.
    ``enums``: numbers by name. ``syntax`` is that of the published .proto file: in ``proto3`` repeated numbers are
    packed and text must be UTF-8; ``proto2`` tells a field that is not there from a default.
    """

    def __init__(
        self,
        package: str,
        messages: Mapping[str, str],
        enums: Mapping[str, Mapping[str, int]] | None = None,
        syntax: str = "proto2",
    ) -> None:
        file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax=syntax)
        self._package = package
        self._enums = set(enums or {})
        for name, numbers in (enums or {}).items():
            enum = file.message_type.add(name=_scope(name)).enum_type.add(name=name)
            enum.options.allow_alias = len(set(numbers.values())) < len(numbers)
            for label, number in numbers.items():
                enum.value.add(name=label, number=number)
        for name, lines in messages.items():
            self._message(file.message_type.add(name=name), lines)
        pool = descriptor_pool.DescriptorPool()
        pool.Add(file)
        self._classes = {
            name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages
        }

    def __getitem__(self, name: str) -> Any:
        """The class of a message."""
        return self._classes[name]

    def _message(self, message: Any, lines: str) -> None:
        for line in filter(None, map(str.strip, lines.splitlines())):
            match = _FIELD.fullmatch(line)
            if match is None:
                raise ValueError(f"{message.name}: cannot read the line {shown(line)}")
            number, name, key, value, kind, star, packed, default = match.groups()
            field = message.field.add(name=name, number=int(number), label=_Field.LABEL_OPTIONAL)
            if key:
                field.label = _Field.LABEL_REPEATED
                self._type(field, self._entry(message, name, key, value))
                continue
            if star:
                field.label = _Field.LABEL_REPEATED
            self._type(field, kind)
            if packed:
                field.options.packed = True
            if default is not None:
                field.default_value = default

    def _entry(self, message: Any, name: str, key: str, value: str) -> str:
        """The nested message that an item of a map is."""
        title = "".join(part.capitalize() for part in name.split("_")) + "Entry"
        entry = message.nested_type.add(name=title)
        entry.options.map_entry = True
        for number, (label, kind) in enumerate((("key", key), ("value", value)), 1):
            self._type(entry.field.add(name=label, number=number, label=_Field.LABEL_OPTIONAL), kind)
        return f"{message.name}.{title}"

    def _type(self, field: Any, kind: str) -> None:
        if kind in _SCALARS:
            field.type = _SCALARS[kind]
            return
        enum = kind in self._enums
        field.type = _Field.TYPE_ENUM if enum else _Field.TYPE_MESSAGE
        field.type_name = f".{self._package}.{_scope(kind)}.{kind}" if enum else f".{self._package}.{kind}"


def _scope(enum: str) -> str:
    """The message that an enumeration stands in, so that others may have the same labels."""
    return f"{enum}Labels"
