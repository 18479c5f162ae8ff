"""OpenVINO as the oracle: builds the very operation by its IR type and attributes, and runs it on its CPU device."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
import openvino as ov
import openvino.opset1 as ov1
from openvino.utils.node_factory import NodeFactory

from dldt.compiler.op import Op
from dldt.compiler.types import Array, DType
from tests.ops.case import Case

_NAMES = {"ReLU": "Relu", "PReLU": "PRelu", "SoftMax": "Softmax"}
_CORE = ov.Core()


def run(case: Case) -> tuple[Array, ...]:
    """What OpenVINO gives for the case, at f32 precision."""
    inputs, parameters, feeds = [], [], []
    for i, x in enumerate(case.inputs):
        if x is None:
            continue
        if i in case.constant_inputs:
            inputs.append(ov.op.Constant(ov.Tensor(np.ascontiguousarray(x).reshape(x.shape))))
            continue
        made = ov1.parameter(list(x.shape), x.dtype.type)
        parameters.append(made)
        inputs.append(made)
        feeds.append(x)
    node = NodeFactory(case.op.opset).create(_NAMES.get(case.op.type, case.op.type), inputs, attributes(case.op))
    results = [ov1.result(node.output(i)) for i in range(node.get_output_size())]
    config = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    compiled = _CORE.compile_model(ov.Model(results, parameters), "CPU", config)
    answer = compiled(feeds)
    return tuple(np.array(answer[i]) for i in range(len(results)))


def attributes(op: Op) -> dict[str, Any]:
    """The operation's attributes by their IR names."""
    found: dict[str, Any] = {}
    for field in attrs.fields(type(op)):
        value = getattr(op, field.name)
        found[field.metadata.get("ir", field.name)] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, DType):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
