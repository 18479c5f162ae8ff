"""Variables: what stands in them while a subgraph's operators run in turn."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.types import DType
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.record import NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tflite.framework import INTERNAL
from dldt.frontends.tflite.tensor import FileTensor

STATES: dict[str, tuple[int, ...]] = {
    "SVDF": (4,),
    "RNN": (4,),
    "UNIDIRECTIONAL_SEQUENCE_RNN": (4,),
    "BIDIRECTIONAL_SEQUENCE_RNN": (4, 8),
    "LSTM": (18, 19),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (18, 19),
    "BIDIRECTIONAL_SEQUENCE_LSTM": (35, 36, 37, 38),
}
"""The inputs that an operation changes: their importers return the new values behind the outputs of the schema."""


@attrs.define
class Variables:
    """``current``: the tensor that holds a variable's value, by variable; ``assigned``: those that changed; ``first``:
    the values before the first run, where the file has them."""

    first: dict[str, FileTensor]
    current: dict[str, str] = attrs.field(factory=dict)
    assigned: dict[str, str] = attrs.field(factory=dict)

    def read(self, variable: str, like: FileTensor, tensor: str) -> NodeRecord:
        """The node that makes ``tensor`` what the variable holds now."""
        if variable in self.current:
            return NodeRecord("copy", "", (self.current[variable],), (tensor,), domain=INTERNAL)
        self.current[variable] = tensor
        given = self.first.get(variable)
        start = given.record if given is not None else _reset(like)
        attributes = {"variable": variable, "first": start}
        return NodeRecord("read_variable", "", (), (tensor,), attributes, domain=INTERNAL)

    def write(self, variable: str, tensor: str) -> None:
        """From now on the variable holds ``tensor``."""
        self.current[variable] = self.assigned[variable] = tensor

    def assignments(self) -> list[NodeRecord]:
        """The nodes that keep what the variables hold at the end, and their outputs."""
        return [
            NodeRecord("assign_variable", "", (tensor,), (f"{variable}/kept",), {"variable": variable}, domain=INTERNAL)
            for variable, tensor in self.assigned.items()
        ]


def _reset(like: FileTensor) -> TensorRecord | Fault:
    """What TF Lite fills a variable with before the first run: zero, as its quantisation spells it."""
    if isinstance(like.dtype, Fault):
        return like.dtype
    if any(dim < 0 for dim in like.shape) or np.prod(like.shape, dtype=object) > 1 << 28:
        return Fault(InputError, f"is the value of a variable of shape {list(like.shape)}")
    signature = like.signature or ()
    if None in signature:
        return Fault(UnsupportedError, f"is the value of a variable whose shape {list(signature)} is free")
    zero = like.quantization.zero[0] if like.quantization is not None and like.dtype is DType.i8 else 0
    fill = np.array(zero, like.dtype.numpy)
    return TensorRecord.of(np.broadcast_to(fill, like.shape))
