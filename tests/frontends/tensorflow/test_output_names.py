"""The names of outputs are those of TensorFlow's registry (registry.txt)."""

from pathlib import Path

import pytest

from dldt.frontends.tensorflow.ops import register
from dldt.frontends.tensorflow.output_names import output_counts
from dldt.frontends.tensorflow.proto import PROTO

LINES = Path(__file__).with_name("registry.txt").read_text(encoding="utf-8").splitlines()[1:]
OUTPUTS = {line.split(" |")[0]: line.split(" |")[2].split() for line in LINES}
IMPORTED = sorted({importer.op_type for importer in register().importers()} & set(OUTPUTS))


def length(kind):
    """The attribute that says how many tensors an output is, and an AttrValue that says five."""
    number, star, types = kind.partition("*")
    value = PROTO["AttrValue"](i=5) if number else PROTO["AttrValue"](list={"type": [1] * 5})
    return {number or types: value} if star else {}


@pytest.mark.parametrize("op", IMPORTED)
def test_the_outputs_of_an_operation_are_counted_as_tensorflow_does(op):
    pairs = [output.split(":") for output in OUTPUTS[op]]
    attributes = {name: value for _, kind in pairs for name, value in length(kind).items()}
    several = len(pairs) > 1 or any("*" in kind for _, kind in pairs)
    wanted = {name: 5 if "*" in kind else 1 for name, kind in pairs} if several else {}
    assert list(output_counts(op, attributes).items()) == list(wanted.items())
