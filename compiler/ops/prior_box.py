"""Boxes of given sizes at every cell of a grid over a picture, from which a detector's answers are counted."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.dims import product
from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.attributes import finite, floats
from dldt.compiler.ops.axes import known_dims, require_equal, require_integer
from dldt.compiler.ops.prior_cell import MOST_PRIORS, PriorCell, Row, aspect_ratios, prior_cell, row, spread
from dldt.compiler.types import Array, DType, TensorType

_VARIANCE = 0.1


@attrs.frozen
class PriorBase(Op):
    """What the operations that lay boxes over a picture share: the grid, and the two rows of the result."""

    def variances(self) -> Array:
        """The four numbers that the second row repeats."""
        given = getattr(self, "variance", ())
        if len(given) not in (0, 1, 4):
            raise InputError(f"{self.type}: variance has {len(given)} numbers, must have none, 1 or 4")
        return np.resize(np.array(given or (_VARIANCE,), np.float32), 4)

    def count(self) -> int:
        """The boxes at a cell."""
        raise NotImplementedError

    def infer(self, output_size: TensorType, image_size: TensorType) -> TensorType:
        for t, what in ((output_size, "output_size"), (image_size, "image_size")):
            require_integer(t, what, self.type)
            require_equal(t.elements, 2, f"the numbers of {what} and 2", self.type)
        self.variances()
        return TensorType(DType.f32, (2, 4 * self.count() * product(known_dims(output_size, "output_size", self.type))))

    def rows(self, corners: Array) -> Array:
        """The result for corners [..., 4]."""
        flat = corners.astype(np.float32).reshape(-1)
        return np.stack([flat, np.resize(self.variances(), flat.shape)])


@op("opset1")
class PriorBox(PriorBase):
    """[2, H · W · boxes · 4]: for each cell of a grid H x W (``output_size``) over a picture (``image_size``: height,
    width) the boxes as (left, top, right, bottom) in units of the picture, and in the second row the variances.
    At each cell stand a square for each min_size, the geometric mean of it and its max_size, and for each aspect ratio
    a box of min_size's area; before them for each fixed_size ``density`` x ``density`` boxes that share its square.
    Cells are ``step`` pixels large (0: the picture over the grid, with centres in the middle; -1 with
    ``scale_all_sizes`` off: the picture's height over the grid's). With ``scale_all_sizes`` off, sizes and step are in
    units of the picture's height, and only the last min_size has the other aspect ratios"""

    min_size: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    max_size: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    aspect_ratio: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    density: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    fixed_ratio: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    fixed_size: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    clip: bool = attrs.field(default=False)
    flip: bool = attrs.field(default=False)
    step: float = attrs.field(default=0.0, converter=float, validator=finite)
    offset: float = attrs.field(default=0.0, converter=float, validator=finite)
    variance: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    scale_all_sizes: bool = attrs.field(default=True)

    @property
    def squares_first(self) -> bool:
        """Whether the box of max_size stands before those of the aspect ratios."""
        return True

    def count(self) -> int:
        return self.cell().count

    def cell(self) -> PriorCell:
        """The boxes at a cell, in their order."""
        if any(not ratio > 0 for ratio in (*self.aspect_ratio, *self.fixed_ratio)):
            raise InputError(f"{self.type}: an aspect ratio is not above 0")
        if any(not size >= 0 for size in (*self.min_size, *self.max_size, *self.fixed_size)):
            raise InputError(f"{self.type}: a size is below 0")
        if len(self.max_size) > len(self.min_size):
            raise InputError(
                f"{self.type}: max_size has {len(self.max_size)} numbers, but min_size only {len(self.min_size)}"
            )
        fixed = [*self.fixed_size, *map(int, self.fixed_size)]
        rows = [*self._fixed_rows(), *self._free_rows()]
        return prior_cell(self.min_size, self.max_size, fixed, rows, self.type)

    def _fixed_rows(self) -> list[tuple[int, Row]]:
        ratios = [np.float32(r) for r in self.fixed_ratio] or aspect_ratios(self.aspect_ratio, flip=self.flip)
        density = [int(number) for number in self.density]
        if self.fixed_size and (len(density) < len(self.fixed_size) or min(density) < 1):
            raise InputError(f"{self.type}: each fixed_size needs a density of at least 1, got {list(self.density)}")
        if sum(number * number for number in density) * (1 + len(ratios)) > MOST_PRIORS:
            raise InputError(f"{self.type}: density {list(self.density)} makes more than {MOST_PRIORS} boxes a cell")
        start = len(self.min_size) + len(self.max_size)
        rows: list[tuple[int, Row]] = []
        for k, size in enumerate(self.fixed_size):
            if not self.fixed_ratio:
                rows += spread(start + len(self.fixed_size) + k, size, density[k])
            for ratio in ratios:
                rows += spread(start + k, size, density[k], ratio)
        return rows

    def _free_rows(self) -> list[tuple[int, Row]]:
        ratios = aspect_ratios(self.aspect_ratio, flip=self.flip)
        rows: list[tuple[int, Row]] = []
        for k in range(len(self.min_size)):
            square = [row(len(self.min_size) + k)] if k < len(self.max_size) else []
            last = self.scale_all_sizes or k == len(self.min_size) - 1
            others = [row(k if self.scale_all_sizes else 0, ratio) for ratio in ratios] if last else []
            rows += [row(k), *square, *others] if self.squares_first else [row(k), *others, *square]
        return rows

    def evaluate(self, output_size: Array, image_size: Array) -> Array:
        (high, wide), (image_high, image_wide) = (x.reshape(-1).tolist() for x in (output_size, image_size))
        cell, one = self.cell(), np.float32
        scale = 1.0 if self.scale_all_sizes else float(image_high)
        step = one(self.step) * one(scale)
        if not self.scale_all_sizes and self.step == -1:
            step = one(image_high) / one(high)
        automatic = step == 0
        steps = (one(image_high) / one(high), one(image_wide) / one(wide)) if automatic else (step, step)
        start = one(0.5) if automatic else one(self.offset)
        half = cell.sides(scale)[cell.base] * one(0.5)
        extents = (half / cell.stretch, half * cell.stretch)
        sides = []
        for axis, (count, image) in enumerate(((high, image_high), (wide, image_wide))):
            at = ((start + np.arange(count, dtype=one)) * steps[axis])[:, None] + cell.shift[:, 1 - axis]
            low, far = ((x * (one(1) / one(image))).astype(one) for x in (at - extents[axis], at + extents[axis]))
            low = np.where(cell.bounded, np.maximum(low, one(0)), low)
            sides.append((low, np.where(cell.bounded, np.minimum(far, one(1)), far)))
        return self.rows(_corners(sides, clip=self.clip))


@op("opset8", "PriorBox")
class PriorBox8(PriorBox):
    """As before; ``min_max_aspect_ratios_order`` off puts the boxes of the aspect ratios before that of max_size"""

    min_max_aspect_ratios_order: bool = attrs.field(default=True)

    @property
    def squares_first(self) -> bool:
        return self.min_max_aspect_ratios_order


@op("opset1")
class PriorBoxClustered(PriorBase):
    """[2, H · W · boxes · 4]: as PriorBox, with boxes of ``width[i]`` x ``height[i]`` pixels at each cell"""

    width: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    height: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)
    step: float = attrs.field(default=0.0, converter=float, validator=finite)
    step_w: float = attrs.field(default=0.0, converter=float, validator=finite)
    step_h: float = attrs.field(default=0.0, converter=float, validator=finite)
    clip: bool = attrs.field(default=True)
    offset: float = attrs.field(default=0.0, converter=float, validator=finite)
    variance: tuple[float, ...] = attrs.field(default=(), converter=floats, validator=finite)

    def infer(self, output_size: TensorType, image_size: TensorType) -> TensorType:
        if len(self.width) != len(self.height):
            raise ShapeError(f"{self.type}: width has {len(self.width)} numbers, but height {len(self.height)}")
        return super().infer(output_size, image_size)

    def count(self) -> int:
        return len(self.width)

    def steps(self) -> tuple[float, float] | None:
        """How many pixels high and wide a cell is, None where it is the picture over the grid."""
        high, wide = self.step_h or self.step, self.step_w or self.step
        return (high, wide) if high or wide else None

    def evaluate(self, output_size: Array, image_size: Array) -> Array:
        counts, image = (x.reshape(-1).astype(np.float32) for x in (output_size, image_size))
        steps, half, sides = self.steps(), np.float32(0.5), []
        for axis, extents in enumerate((self.height, self.width)):
            step = image[axis] / counts[axis] if steps is None else np.float32(steps[axis])
            at = (np.arange(int(counts[axis]), dtype=np.float32) + np.float32(self.offset)) * step
            extent = np.array(extents, np.float32) * half
            sides.append(tuple((at[:, None] + x) / image[axis] for x in (-extent, extent)))
        return self.rows(_corners(sides, clip=self.clip))


def _corners(sides: Sequence[Sequence[Array]], *, clip: bool) -> Array:
    """[H, W, boxes, 4] of the first and last rows [H, boxes] and columns [W, boxes]."""
    (top, bottom), (left, right) = ([side[:, None] for side in sides[0]], [side[None] for side in sides[1]])
    made = np.stack(np.broadcast_arrays(left, top, right, bottom), -1)
    return np.clip(made, 0, 1) if clip else made
