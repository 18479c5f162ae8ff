"""The family of the cells of regions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.kernels.family import Estimate, Family
from dldt.codegen.kernels.kernel import Kernel, operands_of
from dldt.codegen.kernels.regions.emit import emit_largest_in_cells
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.loop.largest_in_cells import LargestInCells
from dldt.codegen.task.implementation import Chosen, Implementation, Part
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import product, symbols
from dldt.compiler.graph import Node, Value
from dldt.compiler.types import Array


@attrs.frozen
class RegionPart:
    """Which cells there are, and the values that the ports read."""

    problem: LargestInCells
    ports: Mapping[str, Value] = attrs.field(eq=False)


class RegionFamily(Family):
    """Walks over the pixels of each cell with vectors of channels. Threads share the rows of cells."""

    name = "regions"
    rows = True
    exact = True

    def anchors(self, node: Node) -> bool:
        """See Family."""
        return isinstance(node.op, LargestInCells)

    def match(self, task: Leaf, on: Setting) -> Sequence[Part] | None:
        """See Family."""
        anchor = None if task.region is None else task.region.anchor
        if anchor is None or not isinstance(anchor.op, LargestInCells):
            return None
        ports = {port: v for port, v in zip(anchor.op.ports, anchor.inputs, strict=True) if v is not None}
        return [RegionPart(anchor.op, ports)]

    def best(self, part: Part, on: Setting) -> Estimate | None:
        """See Family."""
        return Estimate(0.0, Implementation(self.name, "channels"))

    def kernels(self, task: Leaf, chosen: Chosen, on: Setting) -> list[Kernel]:
        """See Family."""
        part, operands = chosen.part, operands_of(task)
        assert isinstance(part, RegionPart)
        op = part.problem
        buffers = {port: operands.buffers[value] for port, value in part.ports.items()}
        used = list(dict.fromkeys(buffers.values()))
        sizes = (op.width, op.channels)
        names = tuple(sorted({s for dim in sizes for s in symbols(dim)}, key=str))
        arguments = (op.down, op.across, sizes, buffers, operands.output, used, names)
        work = product((op.regions, op.down, op.across, op.channels, 8))
        kernel = Kernel(
            what=task.name,
            implementation=chosen.implementation,
            emit=Emission(emit_largest_in_cells, arguments, operands.alias(used)),
            operands=operands.of(used),
            symbols=names,
            extent=product((op.regions, op.down)),
            work=work,
            arithmetic=work,
        )
        return [kernel]

    def reference(self, problem: Any, *operands: Array) -> Array:
        """See Family."""
        pixels, top, high, left, wide = operands
        made = np.zeros((len(top), problem.down, problem.across, pixels.shape[-1]), pixels.dtype)
        for region, i, j in np.ndindex(made.shape[:3]):
            y, x = top[region, i], left[region, j]
            cell = pixels[y : y + high[region, i], x : x + wide[region, j]]
            made[region, i, j] = cell.max((0, 1)) if cell.size else 0
        return made
