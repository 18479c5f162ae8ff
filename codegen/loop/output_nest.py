"""The nest that fills a buffer."""

from __future__ import annotations

from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Axis, Index, Load, Nest, dims_of, walk
from dldt.codegen.loop.linear import stride_of
from dldt.codegen.loop.lower.access import Access
from dldt.codegen.loop.variables import output_variable
from dldt.compiler.dims import Dim, minimum, symbols


def output_nest(buffer: Buffer, access: Access) -> Nest:
    """The nest that fills ``buffer`` with ``access``. It has one axis for each dim other than 1, and one more for a dim
    in channel blocks."""
    axes: list[Axis] = []
    index: list[Dim] = []
    for position, dim in enumerate(buffer.whole.physical_shape if buffer.layout.block else buffer.shape):
        if dim == 1:
            index.append(0)
            continue
        axis = Axis(output_variable(position), dim)
        axes.append(axis)
        index.append(axis.symbol)
    if not buffer.layout.block:
        return Nest(tuple(axes), buffer, tuple(index), access(tuple(index)))
    return _blocked_nest(buffer, access, axes, index)


def _blocked_nest(buffer: Buffer, access: Access, axes: list[Axis], index: list[Dim]) -> Nest:
    """A nest over whole blocks including the padding, if every read for the padding stays in bounds; otherwise up to
    the last channel."""
    block = buffer.layout.block
    lane = axes[-1]
    logical: Index = (index[0], index[1] * block + index[-1], *index[2:-1])
    nest = Nest(tuple(axes), buffer, logical, access(logical))
    channels = buffer.shape[1]
    if (isinstance(channels, int) and channels % block == 0) or _padding_readable(nest, lane):
        return nest
    short = Axis(lane.variable, minimum(block, channels - index[1] * block))
    logical = (index[0], index[1] * block + short.symbol, *index[2:-1])
    return Nest((*axes[:-1], short), buffer, logical, access(logical))


def _padding_readable(nest: Nest, lane: Axis) -> bool:
    for sub in walk(nest.value):
        if isinstance(sub, Load):
            stride = stride_of(sub.buffer.offset(sub.index), lane.variable)
            if stride == 0 or (stride == 1 and sub.buffer.over_readable):
                continue
            return False
        if any(lane.variable in symbols(d) for d in dims_of(sub)):
            return False
    return True
