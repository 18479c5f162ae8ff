"""GridSample: pixels at places that are computed."""
# ruff: noqa: N803 - parameters carry the names of the ONNX schema

from __future__ import annotations

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.grid_sample import GridSample
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


def _sample(X: Value, grid: Value, aligned: bool, mode: str, padding_mode: str) -> Value:
    """A grid that is known is worked out now, so that its places become constants; so are more axes than two, which the
    operation does not have."""
    rank = X.type.rank - 2
    outside = one_of("padding_mode", padding_mode, _PADDINGS)
    if rank < 1 or grid.type.rank != rank + 2 or grid.type.shape[-1] != rank:
        raise InputError(f"a grid {grid.type} does not fit a picture {X.type}")
    if mode == "cubic" and rank != 2:
        raise UnsupportedError(f"cubic sampling is defined for pictures of 2 axes, this has {rank}")
    if rank != 2 or grid.constant is not None:
        return grid_sampled(X, grid, mode, outside, aligned=aligned)
    return GridSample(aligned, mode if mode == "nearest" else f"bi{mode}", outside)(X, grid)
