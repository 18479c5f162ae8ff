"""What data choose: the best elements of each row, the places of what is not zero, the boxes that are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.kernel import Kernel, Operands, operands_of
from dldt.codegen.kernels.selection.emit import emit_ranked
from dldt.codegen.kernels.selection.emit_best_place import COLUMNS, emit_best_place
from dldt.codegen.kernels.selection.emit_boxes import emit_boxes
from dldt.codegen.kernels.selection.emit_list import emit_list
from dldt.codegen.kernels.selection.emit_places import emit_places
from dldt.codegen.kernels.selection.emit_soft_boxes import emit_soft_boxes, emit_soft_scores
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.best_place import BestPlace
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.found_places import FoundPlaces
from dldt.codegen.loop.kept_boxes import KeptBoxes
from dldt.codegen.loop.ranked import Ranked
from dldt.codegen.loop.soft_boxes import SoftBoxes
from dldt.codegen.loop.soft_scores import SoftScores
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler import ops
from dldt.compiler.dims import Dim, Symbol, ceildiv, product
from dldt.compiler.graph import Node, Value
from dldt.compiler.named_sizes import written_symbols
from dldt.compiler.types import Array, DType

Selection: TypeAlias = Ranked | BestPlace | FoundPlaces | KeptBoxes | SoftBoxes | SoftScores


@attrs.frozen
class SelectionPart:
    """What is wanted, and the values that its ports read."""

    problem: Selection
    ports: Mapping[str, Value] = attrs.field(eq=False)


class SelectionFamily(Family):
    """Selects by the data. Threads share the rows that are ranked or searched; the others are single passes."""

    name = "selection"
    rows = True
    exact = True
    final = True

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, Selection)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        anchor = None if task.region is None else task.region.anchor
        if anchor is None or not isinstance(anchor.op, Selection):
            return None
        ports = {port: v for port, v in zip(anchor.op.ports, anchor.inputs, strict=False) if v is not None}
        return [SelectionPart(anchor.op, ports)]

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        return Estimate(0.0, Implementation(self.name, _algorithm(part.problem)))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, operands = chosen.part, operands_of(task)
        assert isinstance(part, SelectionPart)
        buffers = {port: operands.buffers[value] for port, value in part.ports.items()}
        used = list(dict.fromkeys(buffers.values()))
        found = {s for buffer in (*used, operands.output) for dim in buffer.shape for s in written_symbols(dim)}
        found |= written_symbols(part.problem.count) if isinstance(part.problem, Ranked) else set()
        names = tuple(sorted(found, key=str))
        extent, work = _size(part.problem, buffers)
        kernel = Kernel(
            what=task.name,
            implementation=chosen.implementation,
            emit=_emission(part.problem, buffers, operands, used, names),
            operands=operands.of(used),
            symbols=names,
            extent=extent,
            work=work,
            arithmetic=0 if isinstance(part.problem, Ranked | BestPlace | FoundPlaces) else work,
        )
        return [kernel]

    def reference(self, problem: Any, *operands: Array) -> Array:
        """What the kernel's answer is: positions of each row's best, places, or triples (batch, class, box)."""
        if isinstance(problem, Ranked):
            op = ops.TopK(-1, problem.mode, "index" if problem.by_position else "value", DType.i64)
            return op.evaluate(operands[0], np.asarray(problem.count))[1]
        if isinstance(problem, BestPlace):
            op = ops.TopK(problem.axis, problem.mode, "value", problem.dtype)
            return op.evaluate(operands[0], np.asarray(1))[1]
        if isinstance(problem, FoundPlaces):
            return np.flatnonzero(operands[0])
        if not isinstance(problem, KeptBoxes):
            return _soft_reference(problem, *operands)
        boxes, scores, order, most, limits = operands
        if problem.candidates is not None:
            scores = _first_of(scores, order[..., : problem.candidates])
        encoding = "center" if problem.centered else "corner"
        nms = ops.NonMaxSuppression(encoding, sort_result_descending=False)
        return nms.evaluate(boxes, scores, most[:1], limits[:1], limits[1:])[0]


def _first_of(scores: Array, order: Array) -> Array:
    """The scores of the boxes in ``order``; the others have the least."""
    found = np.full_like(scores, -np.inf)
    np.put_along_axis(found, order, np.take_along_axis(scores, order, -1), -1)
    return found


def _soft_reference(problem: SoftBoxes | SoftScores, boxes: Array, scores: Array, third: Array, limits: Array) -> Array:
    """The triples, or the scores of given ones."""
    nms = ops.NonMaxSuppression("center" if problem.centered else "corner", sort_result_descending=False)
    most = third[:1] if isinstance(problem, SoftBoxes) else np.array(scores.shape[2])
    triples, rows, _ = nms.evaluate(boxes, scores, most, np.zeros(1), limits[:1], -0.5 / limits[1:])
    if isinstance(problem, SoftBoxes):
        return triples
    found = dict(zip(map(tuple, triples.tolist()), rows[:, 2], strict=True))
    return np.array([found[triple] for triple in map(tuple, third.tolist())], scores.dtype)


def _algorithm(problem: Selection) -> str:
    if isinstance(problem, Ranked):
        return "list" if problem.few else "candidates"
    if isinstance(problem, SoftBoxes | SoftScores):
        return "soft boxes" if isinstance(problem, SoftBoxes) else "soft scores"
    if isinstance(problem, BestPlace):
        return "best place"
    return "places" if isinstance(problem, FoundPlaces) else "boxes"


def _emission(
    problem: Selection,
    buffers: Mapping[str, Buffer],
    operands: Operands,
    used: Sequence[Buffer],
    names: Sequence[Symbol],
) -> Emission:
    out, alias = operands.output, operands.alias(used)
    if isinstance(problem, Ranked) and problem.few:
        return Emission(emit_list, (problem, buffers["x"], out, names), alias)
    if isinstance(problem, Ranked):
        return Emission(emit_ranked, (problem, buffers["x"], out, names), alias)
    if isinstance(problem, BestPlace):
        return Emission(emit_best_place, (problem, buffers["x"], out, names), alias)
    if isinstance(problem, FoundPlaces):
        return Emission(emit_places, (buffers["x"], out, names), alias)
    if isinstance(problem, SoftBoxes):
        rows = out.shape[0] - ceildiv(buffers["scores"].shape[2], 6)
        return Emission(emit_soft_boxes, (problem.centered, rows, buffers, out, used, names), alias)
    if isinstance(problem, SoftScores):
        return Emission(emit_soft_scores, (problem.centered, buffers, out, used, names), alias)
    return Emission(emit_boxes, (problem, buffers, out, used, names), alias)


def _size(problem: Selection, buffers: Mapping[str, Buffer]) -> tuple[Dim, Dim]:
    """The range that threads share, and the scalar operations."""
    if isinstance(problem, Ranked):
        rows = product(buffers["x"].shape[:-1])
        return rows, rows * buffers["x"].shape[-1] * 4
    if isinstance(problem, BestPlace):
        shape = buffers["x"].shape
        return product(shape[: problem.axis]) * ceildiv(product(shape[problem.axis + 1 :]), COLUMNS), product(shape)
    if isinstance(problem, FoundPlaces):
        return 1, buffers["x"].shape[0]
    return 1, product(buffers["scores"].shape) * 16
