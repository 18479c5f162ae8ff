"""A random model while it grows: every node is run by onnxruntime at once, for each of the feeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from dldt.compiler.types import Array
from tests.random_onnx.value import Value

OPSET, IR_VERSION = 21, 10
MOST_ELEMENTS, LARGEST = 6000, 1e4
GRAIN = 2.0**10
"""What is exact is a multiple of 1 / GRAIN."""
WINDOWED = frozenset(("MaxPool", "AveragePool", "LpPool", "Conv", "ConvTranspose", "Resize"))
T = TypeVar("T")


class RejectedError(Exception):
    """The node cannot be: onnxruntime does not take it, or its numbers or sizes are of no use."""


class Builder:
    """Nodes, initialisers, and the values that there are."""

    def __init__(self, random: np.random.Generator, prefix: str = "", outer: Sequence[Value] = ()) -> None:
        self.random = random
        self.prefix = prefix
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}
        self.outer = {value.name: value for value in outer}
        self.values: list[Value] = list(outer)
        self.kinds: list[str] = []
        self._count = 0

    # ---- choices --------------------------------------------------------------------------------------------------

    def integer(self, low: int, high: int) -> int:
        """From low to below high."""
        return int(self.random.integers(low, high))

    def pick(self, choices: Sequence[T]) -> T:
        if not choices:
            raise RejectedError("nothing to choose from")
        return choices[self.integer(0, len(choices))]

    def chance(self, share: float) -> bool:
        return bool(self.random.random() < share)

    def any(self, fits: Callable[[Value], bool] = lambda v: True) -> Value:
        """A value that fits, recent ones sooner."""
        found = [v for v in self.values if fits(v)]
        if not found:
            raise RejectedError("no value fits")
        return found[-1 - min(int(self.random.exponential(3.0)), len(found) - 1)]

    def floats(self, rank: int | None = None, exact: bool = False) -> Value:
        return self.any(lambda v: v.dtype == np.float32 and rank in (None, v.rank) and (v.exact or not exact))

    def normal(self, *shape: int) -> Array:
        """Numbers that are few bits long."""
        return (np.round(self.random.standard_normal(shape) * 8) / 8).astype(np.float32)

    def axis(self, x: Value) -> int:
        return self.integer(0, self.ranked(x).rank) - (x.rank if self.chance(0.3) else 0)

    def ranked(self, x: Value) -> Value:
        if not x.rank:
            raise RejectedError("a scalar has no axes")
        return x

    # ---- growth ---------------------------------------------------------------------------------------------------

    def name(self) -> str:
        self._count += 1
        return f"{self.prefix}v{self._count}"

    def constant(self, array: Any, dtype: Any = None) -> str:
        name = self.name()
        self.constants[name] = np.asarray(array, dtype)
        return name

    def ints(self, *numbers: int) -> str:
        return self.constant(numbers, np.int64)

    def node(
        self, kind: str, inputs: Sequence[Any], outputs: int = 1, exact: bool = False, **attributes: Any
    ) -> list[Value]:
        """The node's outputs. Inputs are values, arrays, names of constants, or None."""
        names = [self._input(x) for x in inputs]
        made = helper.make_node(kind, names, [self.name() for _ in range(outputs)], **attributes)
        return self.add(made, [x for x in inputs if isinstance(x, Value)], exact)

    def add(self, made: Any, read: Sequence[Value], exact: bool = False) -> list[Value]:
        """Run the node for every feed, and keep it where its results are of use."""
        results = self.run(made, read)
        if made.op_type in WINDOWED and any(not array.size for arrays in results for array in arrays):
            raise RejectedError("no window fits, which is refused")
        found = [
            self._judged(name, arrays, exact)
            for name, arrays in zip(made.output, zip(*results, strict=True), strict=True)
        ]
        self.nodes.append(made)
        self.kinds.append(made.op_type)
        self.values += found
        return found

    def run(self, made: Any, read: Sequence[Value]) -> list[list[Array]]:
        """The outputs for each feed."""
        unique = {value.name: value for value in read}
        graph = helper.make_graph(
            [made],
            "node",
            [info(value.name, value.dtype) for value in unique.values()],
            [helper.make_empty_tensor_value_info(name) for name in made.output],
            [numpy_helper.from_array(self.constants[name], name) for name in self._read(made)],
        )
        options = onnxruntime.SessionOptions()
        options.log_severity_level, options.intra_op_num_threads = 4, 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        try:
            session = onnxruntime.InferenceSession(
                model_of(graph).SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
            feeds = len(next(iter(unique.values())).arrays) if unique else 2
            return [session.run(None, {n: v.arrays[k] for n, v in unique.items()}) for k in range(feeds)]
        except Exception as error:
            raise RejectedError(str(error)) from error

    def _read(self, made: Any) -> list[str]:
        """The constants that a node reads, those of its bodies included."""
        names = {name for name in made.input if name in self.constants}
        for attribute in made.attribute:
            for inner in attribute.g.node:
                names |= {*self._read(inner)}
        return sorted(names)

    def _input(self, x: Any) -> str:
        if isinstance(x, Value):
            return x.name
        if x is None or isinstance(x, str):
            return x or ""
        return self.constant(x)

    def _judged(self, name: str, arrays: tuple[Array, ...], exact: bool) -> Value:
        if not all(isinstance(x, np.ndarray) for x in arrays):
            raise RejectedError("a sequence is no value")
        for x in arrays:
            wide = x.astype(np.float64)
            if (
                x.size > MOST_ELEMENTS
                or x.ndim > 6
                or not np.isfinite(wide).all()
                or np.abs(wide).max(initial=0) > LARGEST
            ):
                raise RejectedError("too many or too large numbers")
            scaled = wide * GRAIN
            exact = exact and bool((scaled == np.round(scaled)).all() and np.abs(scaled).max(initial=0) < 2**22)
        return Value(name, arrays, exact)


def info(name: str, dtype: Any, shape: Sequence[int | str | None] | None = None) -> Any:
    """The type of an input."""
    return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), shape)


def model_of(graph: Any) -> Any:
    """A model of the operation set that is tried."""
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


__all__ = ["Builder", "RejectedError", "info", "model_of", "onnx"]
