"""A model with every dim of its inputs left free that its results allow to be free."""

from __future__ import annotations

from typing import Any

import onnx
from onnx import TensorProto

WEIGHTS: dict[str, tuple[int, ...]] = {
    "Conv": (1, 2),
    "ConvTranspose": (1, 2),
    "ConvInteger": (1,),
    "QLinearConv": (3,),
    "DeformConv": (1, 2, 3, 4),
    "CausalConvWithState": (1, 2),
    "LSTM": (1, 2, 3, 7),
    "GRU": (1, 2, 3),
    "RNN": (1, 2, 3),
    "Resize": (1, 2),
    "Upsample": (1,),
}
"""Inputs whose sizes are attributes or ranks too, or part of the code: filters, weights of recurrent layers, scales."""
LAST: dict[str, tuple[int, ...]] = {
    "DFT": (0,),
    "STFT": (0,),
    "GatherND": (1,),
    "ScatterND": (1,),
    "GridSample": (1,),
    "NonMaxSuppression": (0,),
    "RoiAlign": (1,),
}
"""Inputs whose last dim says what their numbers are: coordinates, real or complex ones; it decides ranks."""
WHOLE = frozenset(("AffineGrid", "Col2Im"))
"""Operations whose matrices or columns have sizes that follow from the number of axes."""
_INTEGERS = (TensorProto.INT64, TensorProto.INT32)


def freed(model: Any) -> Any:
    """The model with names for its dims. A vector of integers keeps its length, which is a rank elsewhere."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    weights = {n.input[k] for n in made.graph.node for k in WEIGHTS.get(n.op_type, ()) if k < len(n.input)}
    weights |= {name for n in made.graph.node if n.op_type in WHOLE for name in n.input}
    last = {n.input[k] for n in made.graph.node for k in LAST.get(n.op_type, ()) if k < len(n.input)}
    constants = {tensor.name for tensor in made.graph.initializer}
    for info in made.graph.input:
        proto = info.type.optional_type.elem_type if info.type.HasField("optional_type") else info.type
        if not proto.HasField("tensor_type") or info.name in weights or info.name in constants:
            continue
        dims = proto.tensor_type.shape.dim
        if len(dims) == 1 and proto.tensor_type.elem_type in _INTEGERS:
            continue
        for k, dim in enumerate(dims):
            if dim.HasField("dim_value") and not (info.name in last and k == len(dims) - 1):
                dim.dim_param = f"{info.name}_{k}"
    return made
