"""The stages of a graph on its way from a file to code: what may no longer exist in it."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph, Node
from dldt.compiler.op import EXTENSION, OPSETS, Op
from dldt.compiler.ops import BatchNormInference, ConvertLike, Negative
from dldt.compiler.shown import shown
from dldt.compiler.traits import Trait


def _always(node: Node) -> bool:
    return True


@attrs.frozen
class Forbidden:
    """Nodes of class ``kind`` for which ``where`` holds must not exist, ``because`` of this."""

    kind: type[Op]
    because: str
    where: Callable[[Node], bool] = _always


@attrs.frozen
class Stage:
    """A point on the way from which on some nodes do not exist, in the graph and in its sub-graphs."""

    name: str
    forbids: tuple[Forbidden, ...] = ()

    def check(self, graph: Graph) -> None:
        """Raises InternalError that names a node which must not exist."""
        pending = [graph]
        while pending:
            for node in pending.pop().order():
                self.check_node(node)
                pending += node.bodies

    def check_node(self, node: Node) -> None:
        """Raises InternalError where the node must not exist."""
        op = node.op
        for forbidden in self.forbids:
            if isinstance(op, forbidden.kind) and forbidden.where(node):
                raise InternalError(
                    f"graph {shown(node.graph.name)}: {node} must not exist at stage {self.name}: {forbidden.because}"
                )


def _is_in_no_opset(node: Node) -> bool:
    return node.op.opset not in (*OPSETS, EXTENSION)


def _is_float(node: Node) -> bool:
    return node.types[0].dtype.is_float


def _is_unused(node: Node) -> bool:
    return not node.op.traits & (Trait.INTERFACE | Trait.SINK) and not any(value.is_used for value in node.outputs)


def _is_identity(node: Node) -> bool:
    first = node.inputs[0] if node.op.has(Trait.IDENTITY_IF_TYPED_ALIKE) else None
    return first is not None and len(node.types) == 1 and node.types[0] == first.type


IMPORTED = Stage("IMPORTED", (Forbidden(Op, "it is in no operation set", _is_in_no_opset),))
"""What frontends and the IR reader give."""

CLEAN = Stage(
    "CLEAN",
    (*IMPORTED.forbids, Forbidden(ConvertLike, "simplify-convert-like makes it a Convert")),
)
"""Known shapes, types and conditions are spelled out."""

NORMAL = Stage(
    "NORMAL",
    (
        *CLEAN.forbids,
        Forbidden(BatchNormInference, "decompose-batch-norm makes it a Multiply and an Add"),
        Forbidden(Negative, "normalize-arithmetic makes it a Multiply by -1", _is_float),
    ),
)
"""Arithmetic has one spelling: what folds products and sums looks for nothing else."""

OPSET = Stage(
    "OPSET",
    (
        *NORMAL.forbids,
        Forbidden(Op, "remove-identities leaves its input instead", _is_identity),
        Forbidden(Op, "remove-dead-code takes away what no output needs", _is_unused),
    ),
)
"""What is written as IR and compiled to native code."""

STAGES = {stage.name: stage for stage in (IMPORTED, CLEAN, NORMAL, OPSET)}
