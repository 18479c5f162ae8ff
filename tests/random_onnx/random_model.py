"""A random ONNX model with feeds of two sizes; the same seed gives the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from onnx import helper, numpy_helper

from dldt.compiler.types import Array
from tests.random_onnx import elements, layers, movement, structures
from tests.random_onnx.builder import Builder, RejectedError, info, model_of
from tests.random_onnx.value import Value

SIZES = {"N": (2, 3), "L": (5, 4), "C": (4, 6)}
"""The free dims, in both feeds."""
SIMPLE = (*elements.KINDS, *movement.KINDS)
KINDS = (*SIMPLE * 2, *layers.KINDS * 3, *structures.KINDS * 2, structures.branch(SIMPLE))


class RandomModel:
    """``model`` and ``feeds``, one for each size, and the ``expected`` outputs for each."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        builder = Builder(random)
        self.inputs: list[Any] = []
        free = bool(seed % 3)
        made = [_input(builder, f"x{k}", shape, free) for k, shape in enumerate(_shapes(builder))]
        self.inputs = [each for each, _ in made]
        builder.values = [value for _, value in made]
        given = list(builder.values)
        count = builder.integer(5, 41)
        for _ in range(12 * count):
            if len(builder.nodes) >= count:
                break
            structures.attempt(builder, builder.pick(KINDS))
        self.kinds = frozenset(builder.kinds)
        self.outputs = _results(builder, given)
        self.feeds: list[dict[str, Array]] = [{v.name: v.arrays[k] for v in given} for k in range(2)]
        self.expected = [[v.arrays[k] for v in self.outputs] for k in range(2)]
        self.exact = [v.exact for v in self.outputs]
        graph = helper.make_graph(
            builder.nodes,
            f"random{seed}",
            self.inputs,
            [info(v.name, v.dtype, [None] * v.rank) for v in self.outputs],
            [numpy_helper.from_array(np.asarray(a), n) for n, a in builder.constants.items()],
        )
        self.model = model_of(graph)


def _shapes(b: Builder) -> list[tuple[Any, ...]]:
    """An image, a sequence, and a matrix; a vector of integers is there in any case."""
    every = [("N", b.pick((2, 3, 4, 8)), b.pick((4, 6, "L")), b.pick((4, 5, 6))), ("N", "L", b.integer(2, 9)),
             ("C", b.pick((3, 4, "C"))), (b.integer(1, 5), b.integer(1, 5))]  # fmt: skip
    return [shape for shape in every if b.chance(0.75)] or every[:1]


def _input(b: Builder, name: str, shape: tuple[Any, ...], free: bool) -> tuple[Any, Value]:
    dims = [dim if free or isinstance(dim, int) else SIZES[dim][0] for dim in shape]
    arrays = tuple(b.normal(*(SIZES[dim][k] if isinstance(dim, str) else dim for dim in dims)) for k in range(2))
    if b.chance(0.2):
        arrays = tuple(np.round(x * 2).astype(np.int64) for x in arrays)
    return info(name, arrays[0].dtype, dims), Value(name, arrays, True)


def _results(b: Builder, given: list[Value]) -> list[Value]:
    """What nothing reads, and one value more."""
    read = {name for node in b.nodes for name in _read(node)}
    ends = [v for v in b.values if v.name not in read and v not in given]
    more = [v for v in b.values if v not in given and v not in ends]
    chosen = [*ends, *([b.pick(more)] if more else [])]
    if not chosen:
        raise RejectedError("nothing was made")
    return chosen


def _read(node: Any) -> list[str]:
    inner = [name for a in node.attribute for each in a.g.node for name in _read(each)]
    return [*node.input, *inner, *(o.name for a in node.attribute for o in a.g.output)]
