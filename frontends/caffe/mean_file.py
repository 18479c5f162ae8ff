"""A mean picture, subtracted from a net's one input."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.ops.arithmetic import Subtract
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.caffe.caffemodel import read_mean


def subtract_mean(graph: Graph, file: Path, offsets: str | None) -> None:
    """Put the subtraction behind the input. ``offsets``: ``(row,column)`` of the mean picture where the input begins;
    else its middle is taken. Raises UsageError, InputError."""
    if len(graph.inputs) != 1:
        names = ", ".join(value.name for value in graph.inputs)
        raise UsageError(f"--mean-file is for nets with one input, there are {len(graph.inputs)}: {names}")
    (value,) = graph.inputs
    shape = value.type.shape
    channels, height, width = (
        (dim if isinstance(dim, int) else -1 for dim in shape[1:]) if len(shape) == 4 else (-1,) * 3
    )
    if min(channels, height, width) < 1:
        raise UsageError(f"--mean-file needs an input [N,C,H,W] of fixed C, H and W, it is {value.type}")
    blob = read_mean(file)
    mean = blob.array(f"{file}: the mean picture")
    while mean.ndim > 3 and mean.shape[0] == 1:
        mean = mean[0]
    if mean.ndim != 3 or mean.shape[0] != channels:
        raise UsageError(f"{file}: a mean picture of shape {list(mean.shape)} does not fit {value.type}")
    part = _part(mean, height, width, offsets, file)
    uses = value.uses
    made = Subtract()(value, part[None], name=f"{value.node.name}/Subtract")
    for node, port in uses:
        graph.rewire(node, port, made)


def _part(mean: Array, height: int, width: int, offsets: str | None, file: Path) -> Array:
    rows, columns = mean.shape[1] - height, mean.shape[2] - width
    if offsets is None:
        top, left = rows // 2, columns // 2
    else:
        match = re.fullmatch(r"\(?\s*(\d{1,9})\s*,\s*(\d{1,9})\s*\)?", offsets)
        if match is None:
            raise UsageError(f"--mean-file-offsets is {shown(offsets)}, (x,y) is expected")
        top, left = int(match[1]), int(match[2])
    if rows < 0 or columns < 0 or top > rows or left > columns:
        raise UsageError(
            f"{file}: a mean picture of {mean.shape[1]} x {mean.shape[2]} has no part of {height} x {width} at "
            f"({top},{left})"
        )
    return np.ascontiguousarray(mean[:, top : top + height, left : left + width])
