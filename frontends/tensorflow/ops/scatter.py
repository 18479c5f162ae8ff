"""Writing by index. A variable that is written to is a tensor here, and the result is its new content."""

from __future__ import annotations

from collections.abc import Callable

from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Divide
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.rounding import Negative
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.named import named
from dldt.frontends.tensorflow.numbers import ints, joined, like, sizes, wide

_HOW = {
    "Update": "none",
    "Add": "sum",
    "Sub": "sum",
    "Mul": "prod",
    "Div": "prod",
    "Max": "max",
    "Min": "min",
}


@TENSORFLOW.imports("ScatterNd")
def scatter_nd(indices: Value, updates: Value, shape: Value, *, bad_indices_policy: str = "") -> Value:
    """Zeros, and at the places that rows of indices name the sums of the updates."""
    zeros = Broadcast()(updates.graph.constant(like(updates, 0)), wide(shape))
    return ScatterNDUpdate("sum")(zeros, indices, updates)


def _joined_with(how: str) -> Callable[..., Value]:
    def write(tensor: Value, indices: Value, updates: Value, **_: object) -> Value:
        new = updates
        if how == "Sub":
            new = Negative()(updates)
        if how == "Div":
            new = Divide()(updates.graph.constant(like(updates, 1)), updates)
        return ScatterNDUpdate(_HOW[how])(tensor, indices, new)

    return write


def _along_first(how: str) -> Callable[..., Value]:
    write = _joined_with(how)

    def along(tensor: Value, indices: Value, updates: Value, **_: object) -> Value:
        rows = Unsqueeze()(indices, ints(indices.type.rank))
        shape = joined(ShapeOf()(indices), sizes(tensor, range(1, tensor.type.rank)))
        same = updates.type.rank == indices.type.rank + tensor.type.rank - 1
        return write(tensor, rows, updates if same else Broadcast()(updates, shape))

    return along


for _how in ("Update", "Add", "Sub", "Max", "Min"):
    TENSORFLOW.imports(f"TensorScatter{_how}")(
        named(_joined_with(_how), "tensor indices updates", bad_indices_policy=(str, ""))
    )
for _how in ("Update", "Add", "Sub", "Max", "Min"):
    _locked = _how == "Update"
    TENSORFLOW.imports(f"ScatterNd{_how}")(
        named(
            _joined_with(_how),
            "ref indices updates",
            use_locking=(bool, _locked),
            bad_indices_policy=(str, ""),
        )
    )
for _how in _HOW:
    TENSORFLOW.imports(f"Scatter{_how}")(
        named(_along_first(_how), "ref indices updates", use_locking=(bool, _how == "Update"))
    )
