"""Nets that MXNet itself exported, beside its answers: interpreted, native, and as IR."""

from __future__ import annotations

import json

import numpy as np
import openvino
import pytest

from dldt.compiler.errors import InputError
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.runtime.model import load
from dldt.tools.api import compile_model, save_model
from tests.frontends.mxnet.exported import FILE, Exported

NAMES = sorted({key.partition("/")[0] for key in np.load(FILE).files})
FREE = {"foreach", "lstm_foreach", "two_inputs"}
"""They take any number of items."""


def agree(found, wanted):
    for got, want in zip(found, wanted, strict=True):
        assert got.shape == want.shape
        scale = np.abs(want.astype(np.float64)).max(initial=1e-3)
        np.testing.assert_allclose(got, want, rtol=1e-4, atol=1e-5 * scale)


def graph_of(net, folder, free=False):
    shapes = {
        key: ["T", *a.shape[1:]] if free and key in ("data", "a", "b") else a.shape for key, a in net.inputs.items()
    }
    return read_model(net.save(folder), inputs=shapes)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", NAMES)
def test_answers_are_those_of_mxnet(name, tmp_path):
    net = Exported(name)
    graph = graph_of(net, tmp_path)
    agree(interpret(graph, net.inputs).values(), net.answers)
    native = load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1)
    agree(native.run(net.inputs).values(), net.answers)


@pytest.mark.parametrize("name", sorted(FREE))
def test_any_number_of_items(name, tmp_path):
    net = Exported(name)
    graph = graph_of(net, tmp_path, free=True)
    native = load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1)
    agree(native.run(net.inputs).values(), net.answers)


@pytest.mark.one_in(3)
@pytest.mark.parametrize("name", NAMES)
def test_openvino_reads_the_ir(name, tmp_path):
    net = Exported(name)
    path = save_model(graph_of(net, tmp_path), tmp_path / "m.xml")
    core = openvino.Core()
    found = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(net.inputs)
    agree([found[i] for i in range(len(net.answers))], net.answers)


DAMAGED = [
    ("while_loop", {"func_var_locs": "(0, 7)"}, r"variables \(0, 7\) are none of the \d inputs of the sub-graph"),
    ("while_loop", {"func_var_locs": "(0, -1)"}, r"variables \(0, -1\) are none of the"),
    ("while_loop", {"num_out_data": "-1"}, "-1 outputs and 2 variables are no loop"),
    ("foreach", {"num_out_data": "-1"}, "-1 outputs and 1 states are no loop"),
]


@pytest.mark.parametrize(("name", "attributes", "said"), DAMAGED)
def test_places_that_are_not_there_are_refused(name, attributes, said, tmp_path):
    net = Exported(name)
    symbol = json.loads(net.symbol)
    next(node for node in symbol["nodes"] if node["op"].endswith(name))["attrs"].update(attributes)
    net.symbol = json.dumps(symbol).encode()
    with pytest.raises(InputError, match=said):
        graph_of(net, tmp_path)


def test_a_condition_of_two_outputs_is_refused(tmp_path):
    net = Exported("while_loop")
    symbol = json.loads(net.symbol)
    again = next(node for node in symbol["nodes"] if node["op"] == "_while_loop")["subgraphs"][0]
    again["heads"] *= 2
    net.symbol = json.dumps(symbol).encode()
    with pytest.raises(InputError, match="is a condition: it must have one output, it has 2"):
        graph_of(net, tmp_path)
