"""Pixels at places that are computed: GridSample, and AffineGrid, which computes such places."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.sizes import counted, like, number, scalar
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.grid_sample import GridSample
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Unsqueeze
from dldt.compiler.types import Array
from dldt.frontends.engine.one_of import one_of
from dldt.frontends.onnx.framework import ONNX
from dldt.passes.grid_sampling import grid_sampled

_PADDINGS = ("zeros", "border", "reflection")


@ONNX.imports("GridSample", since=16)
def grid_sample_16(
    X: Value, grid: Value, *, align_corners: int = 0, mode: str = "bilinear", padding_mode: str = "zeros"
) -> Value:
    """Pixels of X [N,C,H,W] at the places of grid [N,H',W',2], which go from -1 to 1 over the picture."""
    known = one_of("mode", mode, ("bilinear", "nearest", "bicubic"))
    return _sample(X, grid, bool(align_corners), known.removeprefix("bi"), padding_mode)


@ONNX.imports("GridSample", since=20)
def grid_sample_20(
    X: Value, grid: Value, *, align_corners: int = 0, mode: str = "linear", padding_mode: str = "zeros"
) -> Value:
    """As before, with any number of spatial axes."""
    return _sample(X, grid, bool(align_corners), one_of("mode", mode, ("linear", "nearest", "cubic")), padding_mode)


@ONNX.imports("AffineGrid", since=20)
def affine_grid_20(theta: Value, size: Value, *, align_corners: int = 0) -> Value:
    """The places [N,H,W,2] or [N,D,H,W,3] of the pixels of a picture of the given size, moved by matrices theta."""
    rank = 3 if size.type.elements == 5 else 2
    if theta.type.rank != 3 or theta.type.shape[1:] != (rank, rank + 1) or size.type.elements != rank + 2:
        raise InputError(f"matrices {theta.type} and a size {size.type} do not fit a picture of two or three axes")
    sizes = [scalar(Gather()(size, number(2 + axis), number(0))) for axis in range(rank)]
    along = [Reshape()(_places(theta, each, bool(align_corners)), _along(k, rank)) for k, each in enumerate(sizes)]
    zeros = Multiply()(along[0], like(theta, 0))
    for each in along[1:]:
        zeros = Add()(zeros, Multiply()(each, like(theta, 0)))
    parts = [Add()(each, zeros) for each in reversed(along)]
    parts.append(Add()(zeros, like(theta, 1)))
    points = Concat(rank)(*(Unsqueeze()(part, np.array([rank])) for part in parts))
    moved = MatMul(False, True)(Reshape()(points, np.array([1, -1, rank + 1])), theta)
    batch = Slice()(ShapeOf()(theta), np.array([0]), np.array([1]), np.array([1]))
    return Reshape()(moved, Concat(0)(batch, ShapeOf()(zeros), np.array([rank])))


def _places(theta: Value, size: Value, aligned: bool) -> Value:
    """Where pixels lie along an axis that goes from -1 to 1: from end to end, or the middles of equal parts."""
    kind = theta.type.dtype
    count, place = Convert(kind)(size), Convert(kind)(counted(size))
    if aligned:
        gaps = Maximum()(Subtract()(count, like(theta, 1)), like(theta, 1))
        return Subtract()(Divide()(Multiply()(place, like(theta, 2)), gaps), like(theta, 1))
    twice = Add()(Multiply()(place, like(theta, 2)), like(theta, 1))
    return Subtract()(Divide()(twice, count), like(theta, 1))


def _along(axis: int, rank: int) -> Array:
    shape = np.ones(rank, np.int64)
    shape[axis] = -1
    return shape


def _sample(X: Value, grid: Value, aligned: bool, mode: str, padding_mode: str) -> Value:
    """A grid that is known is worked out now, so that its places become constants; so are more axes than two, which the
    operation does not have."""
    rank = X.type.rank - 2
    outside = one_of("padding_mode", padding_mode, _PADDINGS)
    if grid.type.rank and not isinstance(grid.type.shape[-1], int):
        raise UnsupportedError(f"the last dim of the grid must be fixed, it is {grid.type}")
    if rank < 1 or grid.type.rank != rank + 2 or grid.type.shape[-1] != rank:
        raise InputError(f"a grid {grid.type} does not fit a picture {X.type}")
    if mode == "cubic" and rank != 2:
        raise UnsupportedError(f"cubic sampling is defined for pictures of 2 axes, this has {rank}")
    if rank != 2 or grid.constant is not None:
        return grid_sampled(X, grid, mode, outside, aligned=aligned)
    return GridSample(aligned, mode if mode == "nearest" else f"bi{mode}", outside)(X, grid)
