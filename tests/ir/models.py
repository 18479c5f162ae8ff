"""Graphs to write, and what runs or compares them."""

import numpy as np
import openvino as ov

from dldt.compiler.graph import Graph
from dldt.compiler.inference import is_found
from dldt.compiler.types import TensorType
from tests.ops.case import Case

CORE = ov.Core()
CONFIG = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}


def add_case(graph: Graph, case: Case, *, constants=False):
    """The case as part of ``graph``: inputs ``id<0`` …, outputs ``id:0`` …; the feeds. Inputs that must be constants
    are, and all of them with ``constants``."""
    feeds, values = {}, []
    for i, (array, type) in enumerate(zip(case.inputs, case.types(), strict=True)):
        name = f"{case.id}<{i}"
        if array is None:
            values.append(None)
        elif constants or i in case.constant_inputs:
            values.append(graph.constant(array, name=name))
        else:
            values.append(graph.parameter(name, TensorType(type.dtype, type.shape)))
            feeds[name] = array
    for port, value in enumerate(graph.add(case.op, values, name=case.id)):
        graph.result(value, f"{case.id}:{port}")
    return feeds


def run_openvino(path, feeds):
    """The outputs by name that OpenVINO computes from the file."""
    compiled = CORE.compile_model(CORE.read_model(path), "CPU", CONFIG)
    answer = compiled(feeds)
    return {name: answer[port] for port in compiled.outputs for name in port.names}


def assert_same_graph(a: Graph, b: Graph):
    """Same inputs, outputs, operations, connections, constants, tensor names and metadata; ids may differ."""
    assert (a.name, a.metadata) == (b.name, b.metadata)
    _assert_same_nodes(a, b)


def _assert_same_nodes(a: Graph, b: Graph):
    """The same without the name and the metadata, which a body does not keep."""
    assert [(v.node.name, v.type) for v in a.inputs] == [(v.node.name, v.type) for v in b.inputs]
    assert [node.name for node in a.outputs] == [node.name for node in b.outputs]
    pairs = list(zip(a.output_values, b.output_values, strict=True))
    seen = {}
    while pairs:
        x, y = pairs.pop()
        if x is None or y is None:
            assert x is y
            continue
        if seen.setdefault((x.id, x.port), y) is not y:
            assert seen[x.id, x.port] == y
            continue
        assert (_shown(x), x.port, set(x.names)) == (_shown(y), y.port, set(y.names) & set(x.names)), x.name
        if x.constant is not None:
            assert y.constant is not None
            assert x.constant.dtype == y.constant.dtype
            assert x.constant.tobytes() == y.constant.tobytes()
        elif x.op.bodies:
            assert type(x.op) is type(y.op)
            for mine, yours in zip(x.op.bodies, y.op.bodies, strict=True):
                _assert_same_nodes(mine, yours)
        else:
            assert x.op == y.op
        pairs += zip(x.inputs, y.inputs, strict=True)


def _shown(value):
    """The type; a dim that is found when the model runs has a name of its own in every graph."""
    return value.type.dtype, ["?" if is_found(dim) else dim for dim in value.type.shape]


def assert_close(actual, expected, tolerance, what):
    """Floats within ``tolerance`` of the largest finite magnitude, anything else equal."""
    assert actual.shape == expected.shape, what
    assert actual.dtype == expected.dtype, what
    if expected.dtype.kind not in "fV":
        np.testing.assert_array_equal(actual, expected, err_msg=what)
        return
    wide = expected.astype(np.float64)
    scale = np.max(np.abs(wide), initial=0, where=np.isfinite(wide))
    np.testing.assert_allclose(actual.astype(np.float64), wide, rtol=0, atol=tolerance * scale + 1e-30, err_msg=what)
