"""A framework of one file gets cutting, names, the report and the check of its signatures from the engine."""

from __future__ import annotations

import re

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError, UsageError
from dldt.compiler.interpret import interpret
from dldt.frontends.engine.framework import Framework
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.frontends.formats import FORMATS
from dldt.frontends.read_model import read_model
from tests.frontends.toy import SCHEMAS, TOY, TOY_FILE, halve

TABLE = (*FORMATS, TOY_FILE)
X = np.array([[1, 0, -1], [0, 1, 0]], np.float32)
# x @ w = [[-4, -4], [3, 4]]; its relu [[0, 0], [3, 4]]; the halves [0, 3] and [0, 4]; a by ten [0, 30]
NET = """toy
input x [N,3]
weight w [3,2] 1 2 3 4 5 6
dense: Dense x,w -> h
act: Relu h -> h
halves: Halve h -> a,b axis=1
tens: Scale a -> t by=10
sum: Join t,b,b -> y
output y
"""


@pytest.fixture
def read(tmp_path):
    def read(text=NET, name="net.toy", **options):
        (tmp_path / name).write_text(text)
        return read_model(tmp_path / name, formats=TABLE, **options)

    return read


def run(graph, **feeds):
    return {name: array.tolist() for name, array in interpret(graph, feeds).items()}


def test_the_model_computes_what_its_text_says(read):
    graph = read()
    assert str(graph.inputs[0].type) == "f32[N,3]"
    assert run(graph, x=X) == {"y": [[0], [30], [0], [4], [0], [4]]}
    assert graph.metadata == {"framework": "toy"}


def test_the_options_of_every_format_work(read):
    graph = read(inputs=[(2, 3)], scale_values=[0.5])
    assert str(graph.outputs[0].types[0]) == "f32[6,1]"
    assert run(graph, x=X / 2) == {"y": [[0], [30], [0], [4], [0], [4]]}
    assert run(read(freeze={"x": (1, 0, -1, 0, 1, 0)}, inputs={"x": (2, 3)})) == {"y": [[0], [30], [0], [4], [0], [4]]}


def test_nodes_and_tensors_have_the_files_names(read):
    nodes = [(node.op.type, node.name, [name for v in node.outputs for name in v.names]) for node in read().order()]
    assert [node for node in nodes if node[0] != "Result"] == [
        ("Parameter", "x", ["x"]),
        ("Const", "w", ["w"]),
        ("MatMul", "dense", ["h/dense"]),
        ("ReLU", "act", ["h"]),
        ("Const", "halves/Const", []),
        ("Split", "halves", ["a", "b"]),
        ("Const", "tens/Const", []),
        ("Multiply", "tens", ["t"]),
        ("Concat", "y", ["y"]),
    ]


CUTS = [
    ("h", None, {"h": [[5, 6], [7, 8]]}, {"y": [[50], [70], [6], [8], [6], [8]]}),
    ("h", ["b", "t"], {"h": [[5, 6], [7, 8]]}, {"b": [[6], [8]], "t": [[50], [70]]}),
    ("", ["h"], {"x": X}, {"h": [[0, 0], [3, 4]]}),
    ("", ["dense"], {"x": X}, {"h/dense": [[-4, -4], [3, 4]]}),
    ("", ["halves:1"], {"x": X}, {"b": [[0], [4]]}),
    ("", ["0:tens"], {"x": X}, {"a": [[0], [3]]}),
    ("act[2,2]", ["h"], {"h/dense": [[-1, 1], [2, -2]]}, {"h": [[0, 1], [2, 0]]}),
    ("1:sum[2,1],x[2,3]", None, {"x": X, "sum/placeholder_port_1": [[8], [9]]}, {"y": [[0], [30], [8], [9], [0], [4]]}),
]


@pytest.mark.parametrize(("inputs", "outputs", "feeds", "expected"), CUTS, ids=[f"{i}-{o}" for i, o, _, _ in CUTS])
def test_cutting(read, inputs, outputs, feeds, expected):
    graph = read(inputs=parse_inputs(inputs) if inputs else None, outputs=outputs)
    assert [value.name for value in graph.inputs] == list(feeds)
    assert run(graph, **{name: np.array(array, np.float32) for name, array in feeds.items()}) == expected


def test_a_name_that_is_not_there(read):
    with pytest.raises(UsageError, match=r"net\.toy: output 'half': no tensor or node has this name; close.* 'halves'"):
        read(outputs=["half"])


def test_everything_that_is_missing_is_reported_at_once(read, tmp_path):
    text = NET.replace("Scale", "Tangle").replace("Join t,b,b", "Weave t,b,b")
    with pytest.raises(UnsupportedError) as caught:
        read(text)
    assert str(caught.value).splitlines() == [
        f"{tmp_path / 'net.toy'}: 2 operation types have no converter (2 of 5 nodes)",
        '  Tangle   1 node   tens (inputs: a f32[N,1]; feeds: Weave "sum")',
        "  Weave   1 node   sum (inputs: t, b f32[N,1], b f32[N,1])",
        "  try: cut the model before it with --output a, or after it with --input t[…]{…}",
        "       list the supported operations: dldt ops --framework toy",
    ]


REFUSED = [
    (" axis=1", "", "attribute 'axis' of Halve is required and missing"),
    (
        "axis=1",
        "axis=one",
        "Halve 'halves' (output 'a', 'b'): attribute 'axis' is 'one', INT is expected",
    ),
    ("by=10", "to=10", "attribute 'to' is not one of Scale (by)"),
    ("x,w", "x", "input 'w' of Dense is required and missing"),
    ("x,w", "x,w,w", "Dense takes at most 2 inputs, 3 are given"),
    ("x,w", "x,v", "Dense \"dense\" takes tensor 'v', which nothing gives"),
    ("output y", "output z", "output 'z' is produced by no node"),
    ("[3,2]", "[2,3]", "cannot import Dense 'dense' (output 'h/dense')"),
    ("output y", "???", "cannot read '???'"),
]


@pytest.mark.parametrize(("old", "new", "message"), REFUSED, ids=[m for _, _, m in REFUSED])
def test_an_unsound_model_is_refused_with_its_place(read, old, new, message):
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        read(NET.replace(old, new, 1))
    assert "net.toy" in str(caught.value)


@pytest.mark.parametrize("importer", list(TOY.importers()), ids=lambda importer: importer.op_type)
def test_signatures_are_the_schemas(importer):
    assert importer.signature.differences(SCHEMAS[importer.op_type]) == []


def test_a_signature_that_differs_from_the_schema_is_found():
    wrong = Framework("wrong", "Wrong")

    @wrong.imports("Scale")
    def scale(y, *, by: int = 2, to: float = 1.0):
        return y

    (importer,) = wrong.importers()
    assert importer.signature.differences(SCHEMAS["Scale"]) == [
        "inputs are (Port(name='x', optional=False, variadic=False),), "
        "not (Port(name='y', optional=False, variadic=False),)",
        "attribute 'to' is not one",
        "the kind of attribute 'by' is <class 'float'>, not <class 'int'>",
        "the default of attribute 'by' is 1.0, not 2",
    ]


def test_every_schema_has_an_importer_and_none_is_registered_twice():
    assert {importer.op_type for importer in TOY.importers()} == set(SCHEMAS)
    with pytest.raises(RuntimeError, match="Halve 1 is registered twice"):
        TOY.imports("Halve")(halve)


def test_the_format_is_told_by_its_first_bytes_too(read):
    assert run(read(name="net"), x=X) == run(read(), x=X)


def test_a_file_of_no_format_names_those_of_the_table(read):
    with pytest.raises(InputError, match=r"it looks like a text file; \.onnx, .* and \.toy are supported"):
        read("poem", name="net")


def test_the_table_of_the_commands_does_not_know_it(tmp_path):
    (tmp_path / "net.toy").write_text(NET)
    with pytest.raises(InputError, match=r"it looks like a text file; (?!.*\.toy).* are supported"):
        read_model(tmp_path / "net.toy")
