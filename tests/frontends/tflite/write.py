"""Writes .tflite files: tables of the schema from dicts, without any package."""

import struct

import numpy as np

from dldt.frontends.tflite.schema import ENUM_NUMBERS, SCHEMA, UNIONS

SCALARS = dict(
    zip(
        ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float", "double"),
        "?bBhHiIqQfd",
        strict=True,
    )
)
TYPES = {
    np.dtype(np.float32): "FLOAT32",
    np.dtype(np.float16): "FLOAT16",
    np.dtype(np.int32): "INT32",
    np.dtype(np.int64): "INT64",
    np.dtype(np.int16): "INT16",
    np.dtype(np.int8): "INT8",
    np.dtype(np.uint8): "UINT8",
    np.dtype(np.bool_): "BOOL",
    np.dtype(np.uint32): "UINT32",
}


class Writer:
    """Objects one behind the other; what they refer to comes later."""

    def __init__(self):
        self.data = bytearray(8)
        self.data[4:8] = b"TFL3"

    def align(self, size=8):
        self.data += bytes(-len(self.data) % size)

    def table(self, kind, values):
        fields = [field for field in SCHEMA[kind] if field.name in values]
        assert set(values) == {field.name for field in fields}, (kind, set(values))
        slots = max((field.slot for field in fields), default=-1) + 1
        places, size = {}, 4
        for field in fields:
            width = struct.calcsize(code(field)) if code(field) else 4
            size += -size % width
            places[field.slot], size = size, size + width
        self.align()
        vtable = len(self.data)
        entries = [places.get(slot, 0) for slot in range(slots)]
        self.data += struct.pack(f"<{2 + slots}H", 4 + 2 * slots, size, *entries)
        self.align()
        at = len(self.data)
        self.data += struct.pack("<i", at - vtable) + bytes(size - 4)
        for field in fields:
            self.field(field, at + places[field.slot], values[field.name])
        return at

    def field(self, field, at, value):
        if code(field):
            number = ENUM_NUMBERS[field.kind][value] if field.kind in ENUM_NUMBERS else value
            struct.pack_into(f"<{code(field)}", self.data, at, number)
            return
        target = self.vector(field, value) if field.vector or field.kind == "string" else None
        if target is None:
            kind = value["kind"] if field.kind in UNIONS else field.kind
            target = self.table(kind, {key: v for key, v in value.items() if key != "kind"})
        struct.pack_into("<I", self.data, at, target - at)

    def vector(self, field, value):
        self.align()
        if field.kind == "string" and not field.vector:
            raw = value.encode()
            at = len(self.data)
            self.data += struct.pack("<I", len(raw)) + raw + b"\0"
            return at
        scalar = SCALARS.get(field.kind)
        if scalar:
            raw = np.asarray(value, np.dtype(f"<{scalar}")).tobytes()
            self.data += bytes(-(len(self.data) + 4) % 16)
            at = len(self.data)
            self.data += struct.pack("<I", len(value)) + raw
            return at
        at = len(self.data)
        self.data += struct.pack("<I", len(value)) + bytes(4 * len(value))
        for i, item in enumerate(value):
            place = at + 4 + 4 * i
            struct.pack_into("<I", self.data, place, self.table(field.kind, item) - place)
        return at


def code(field):
    if field.vector or field.kind in UNIONS:
        return None
    if field.kind in ENUM_NUMBERS:
        return {"ReduceWindowFunction": "i", "StablehloComparisonDirection": "I", "StablehloComparisonType": "I"}.get(
            field.kind, "b"
        )
    return SCALARS.get(field.kind)


def file_bytes(model):
    """A Model as a file."""
    writer = Writer()
    root = writer.table("Model", {"version": 3, **model})
    struct.pack_into("<I", writer.data, 0, root)
    return bytes(writer.data)


def options(kind, **values):
    """The fields of an Operator that hold its options."""
    second = kind in ENUM_NUMBERS["BuiltinOptions2"]
    key = "builtin_options_2" if second else "builtin_options"
    number = ENUM_NUMBERS["BuiltinOptions2" if second else "BuiltinOptions"][kind]
    return {f"{key}_type": number, key: {"kind": kind, **values}}
