"""Horizontal merging: equal convolutions of one input become one wider convolution."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.observer import Observer
from dldt.compiler.ops import Convolution, VariadicSplit
from dldt.passes.base import transform
from dldt.passes.local_pass import LocalPass, Places


@transform
class MergeConvolutions(LocalPass):
    """Convolutions of one input with equal attributes and kernel sizes become one, whose output channels are split.

    The wider convolution reads the input once; the split costs nothing where its readers take ranges of channels. It
    pays for narrow branches: none wider than ``max_branch`` output channels, at most ``max_outputs`` in all, and every
    kernel 1×1 unless ``any_kernel``.

    ::

        x → Convolution(w1[8,C,1,1]) → a         x → Convolution(w[16,C,1,1]) → VariadicSplit(1, [8,8]) → a
        x → Convolution(w2[8,C,1,1]) → b                                                                → b
    """

    max_outputs: int = 512
    max_branch: int = 128
    any_kernel: bool = False

    def places(self, graph: Graph, observer: Observer) -> Places:
        """The first of each group of branches of one value; each convolution that goes counts."""
        for node in graph.order():
            for value in node.outputs if node in graph else ():
                for branches in self._groups(value):
                    yield branches[0], partial(_replace, value, branches)

    def _groups(self, value: Value) -> Iterator[list[Node]]:
        """The branches of a value that become one."""
        groups: dict[object, list[Node]] = {}
        for user, port in value.uses:
            weights = user.inputs[1] if isinstance(user.op, Convolution) and port == 0 else None
            if weights is None or weights.constant is None or not self._pays(weights.constant.shape):
                continue
            groups.setdefault((user.op, weights.constant.shape[2:]), []).append(user)
        for branches in groups.values():
            chosen = self._chosen(branches)
            if len(chosen) > 1:
                yield chosen

    def _pays(self, shape: tuple[int, ...]) -> bool:
        return shape[0] <= self.max_branch and (self.any_kernel or set(shape[2:]) == {1})

    def _chosen(self, branches: list[Node]) -> list[Node]:
        chosen: list[Node] = []
        total = 0
        for node in branches:
            width = _weights(node).shape[0]
            if total + width <= self.max_outputs:
                chosen.append(node)
                total += width
        return chosen


def _replace(value: Value, nodes: list[Node]) -> int:
    weights = [_weights(node) for node in nodes]
    wide = nodes[0].op(value, np.concatenate(weights), name="+".join(node.name for node in nodes[:4]))
    widths = np.array([w.shape[0] for w in weights], np.int64)
    parts = VariadicSplit().all(wide, np.array(1, np.int64), widths)
    for node, part in zip(nodes, parts, strict=True):
        value.graph.replace(node.outputs[0], part)
        value.graph.discard(node)
    return len(nodes) - 1


def _weights(node: Node) -> np.ndarray[tuple[int, ...], np.dtype[np.generic]]:
    weights = node.inputs[1]
    assert weights is not None
    assert weights.constant is not None
    return weights.constant
