"""Every operation of OpenVINO's operation sets, in each of its versions, is read, or named here with the reason."""

import importlib
import re

import pytest

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.ir.versions import find_meaning

NEWEST = 16

UNREAD = {
    ("nmsrotated", 13): "boxes that are turned are of no framework that is imported",
    ("binaryconvolution", 1): "its weights have one bit each, an element type that graphs do not have",
    ("stringtensorpack", 15): "it makes text, which graphs do not have",
    ("stringtensorunpack", 15): "it takes text apart, which graphs do not have",
}
"""(type, opset that gave it this meaning) → why it is not read. The table may only shrink."""

SPELLINGS = {"ceil": "ceiling", "constant": "const", "ifop": "if", "absolute": "abs"}
"""Functions of OpenVINO's Python interface that are not named as the type is."""


def operations():
    """The type and the opset of every operation that OpenVINO has a function for."""
    found = set()
    for number in range(1, NEWEST + 1):
        module = importlib.import_module(f"openvino.opset{number}")
        for name, made in vars(module).items():
            if callable(made) and not name.startswith("_"):
                origin = re.search(r"opset(\d+)", getattr(made, "__module__", ""))
                kind = name.replace("_", "").lower()
                found.add((SPELLINGS.get(kind, kind), int(origin[1]) if origin else number))
    return found


def is_read(kind, number):
    try:
        find_meaning(kind, f"opset{number}")
    except UnsupportedError:
        return False
    return True


def test_what_is_not_read_is_named_with_its_reason():
    every = operations()
    unread = {pair for pair in every if not is_read(*pair)}
    print(f"{len(every) - len(unread)} of {len(every)} versions of operations are read; not read are:")
    for kind, number in sorted(unread):
        print(f"  {kind}-{number}: {UNREAD.get((kind, number), 'no reason is given')}")
    assert len(every) > 180
    assert unread == set(UNREAD)


@pytest.mark.parametrize("kind", ["StringTensorPack", "BinaryConvolution"])
def test_what_is_not_read_is_refused_by_name(kind):
    with pytest.raises(UnsupportedError, match=f"operation {kind} of opset16 is not supported"):
        find_meaning(kind, "opset16")
