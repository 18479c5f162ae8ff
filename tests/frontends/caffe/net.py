"""Caffe nets for tests: a .prototxt and the .caffemodel with its weights, written without any code of the project."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Net:
    """Inputs with their shapes, layers as text, and the blobs of each layer: a shape, or ``("+", shape)`` for numbers
    above 0, or the numbers themselves."""

    inputs: dict
    text: str
    blobs: dict = field(default_factory=dict)

    def seed(self):
        """Numbers that are the same in each run."""
        return np.random.default_rng(zlib.crc32(self.text.encode()))

    def weights(self):
        """The blobs by layer."""
        rng = self.seed()
        return {layer: [_numbers(rng, blob) for blob in blobs] for layer, blobs in self.blobs.items()}

    def feeds(self):
        """Numbers for the inputs: an array in place of a shape is taken as it is."""
        rng = self.seed()
        return {
            name: shape if isinstance(shape, np.ndarray) else rng.standard_normal(shape).astype(np.float32)
            for name, shape in self.inputs.items()
        }

    def prototxt(self):
        """The net as text."""
        lines = ['name: "net"']
        for name, shape in self.inputs.items():
            dims = shape.shape if isinstance(shape, np.ndarray) else shape
            shown = " ".join(f"dim: {dim}" for dim in dims)
            lines.append(
                f'layer {{ name: "{name}" type: "Input" top: "{name}" input_param {{ shape {{ {shown} }} }} }}'
            )
        return "\n".join([*lines, self.text])

    def save(self, folder, name="net"):
        """Both files; the path of the weights, or of the net where there are none."""
        path = Path(folder) / f"{name}.prototxt"
        path.write_text(self.prototxt(), encoding="utf-8")
        weights = self.weights()
        if not weights:
            return path
        path.with_suffix(".caffemodel").write_bytes(caffemodel(weights))
        return path.with_suffix(".caffemodel")


def layer(type, settings="", bottom="x", top="y", name="l"):
    """One layer as text; several bottoms and tops have commas between them."""
    ends = [f'bottom: "{each}"' for each in bottom.split(",") if each]
    ends += [f'top: "{each}"' for each in top.split(",") if each]
    return f'layer {{ name: "{name}" type: "{type}" {" ".join(ends)} {settings} }}'


def caffemodel(weights, write=None):
    """The bytes of a .caffemodel of today's form."""
    made = b""
    for name, blobs in weights.items():
        inner = message(1, name.encode()) + b"".join(message(7, (write or blob_of)(blob)) for blob in blobs)
        made += message(100, inner)
    return made


def blob_of(array, kind="data"):
    """A BlobProto: packed floats, doubles, halves of NVCaffe, or single fields of the oldest writers."""
    shape = message(7, message(1, b"".join(map(varint, array.shape))))
    flat = np.asarray(array, np.float32).ravel()
    if kind == "double_data":
        return shape + message(8, flat.astype("<f8").tobytes())
    if kind == "raw_data":
        return shape + b"\x50\x02" + message(12, flat.astype("<f2").tobytes())
    if kind == "unpacked":
        return shape + b"".join(b"\x2d" + struct.pack("<f", number) for number in flat)
    if kind == "legacy":
        dims = (1,) * (4 - array.ndim) + array.shape
        return b"".join(varint(8 * (i + 1)) + varint(dim) for i, dim in enumerate(dims)) + message(5, flat.tobytes())
    return shape + message(5, flat.astype("<f4").tobytes())


def message(number, content):
    """A field of bytes."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value):
    """A number as protobuf writes it."""
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


def _numbers(rng, blob):
    if isinstance(blob, np.ndarray):
        return blob
    if blob[:1] == ("+",):
        return rng.uniform(0.5, 1.5, blob[1]).astype(np.float32)
    return (rng.standard_normal(blob) * 0.5).astype(np.float32)
