"""OpenVINO as the oracle: builds the very operation by its IR type and attributes, and runs it on its CPU device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np
import openvino as ov
import openvino.opset1 as ov1
from openvino.utils.node_factory import NodeFactory

from dldt.compiler.op import Op
from dldt.compiler.types import Array, DType
from tests.ops.case import Case

IR_NAMES = {"ReLU": "Relu", "PReLU": "PRelu", "SoftMax": "Softmax"}
"""OpenVINO's own names of the types that the IR spells in another way."""
IR_OPSETS = {"ShuffleChannels": "opset3", "LogicalXor": "opset1"}
"""The opsets that the IR names where OpenVINO's classes carry another."""

_CORE = ov.Core()


def run(cases: Iterable[Case]) -> dict[str, tuple[Array, ...]]:
    """What OpenVINO gives for each case, by id, at f32 precision: all of them are one model, compiled once."""
    parameters, feeds, results, ports = [], [], [], {}
    for case in cases:
        inputs = []
        for i, x in enumerate(case.inputs):
            if i in case.constant_inputs:
                inputs.append(ov.op.Constant(ov.Tensor(np.ascontiguousarray(x).reshape(x.shape))))
                continue
            made = ov1.parameter(list(x.shape), x.dtype.type)
            parameters.append(made)
            inputs.append(made)
            feeds.append(x)
        node = NodeFactory(case.op.opset).create(IR_NAMES.get(case.op.type, case.op.type), inputs, attributes(case.op))
        known = IR_OPSETS.get(case.op.type, node.get_type_info().version_id)
        assert known == case.op.opset, f"{case.op.type} is of {known}"
        ports[case.id] = range(len(results), len(results) + node.get_output_size())
        results += [ov1.result(node.output(i)) for i in range(node.get_output_size())]
    config = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    answer = _CORE.compile_model(ov.Model(results, parameters), "CPU", config)(feeds)
    return {name: tuple(np.array(answer[i]) for i in span) for name, span in ports.items()}


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
