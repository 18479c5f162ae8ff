"""An operand of a matrix product that lies in memory with fixed strides, perhaps seen through movements."""

from __future__ import annotations

from dldt.codegen.kernels.batch_matmul.problem import Matrix
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Apply, Index, Load
from dldt.codegen.loop.linear import stride_of
from dldt.codegen.loop.lower.access import Access
from dldt.codegen.loop.variables import DEPTH, LINE, batch_variable
from dldt.compiler.dims import symbols
from dldt.compiler.substitute import substitute
from dldt.compiler.types import DType

HALVES = (DType.f16, DType.bf16)
_TYPES = (DType.f32, DType.f64, DType.u8, DType.i8)


def operand(access: Access, index: Index) -> tuple[Buffer, Matrix] | None:
    """The buffer that the access reads, and how its matrix lies there. ``index`` holds ``LINE``, ``DEPTH`` and the
    batch index. None where an element is computed or is neither f32, f64 nor a byte, or where its address is not linear
    in ``LINE`` and ``DEPTH``. Elements of half precision may be converted to f32 on the way."""
    element = access(index)
    if isinstance(element, Apply) and element.name == "cast" and element.dtype is DType.f32:
        (element,) = element.arguments
        if element.dtype not in HALVES:
            return None
    if not isinstance(element, Load) or element.dtype not in (*_TYPES, *HALVES):
        return None
    offset = element.buffer.offset(element.index)
    strides = [stride_of(offset, variable) for variable in (LINE, DEPTH)]
    if any(s is None or symbols(s) & {LINE, DEPTH} for s in strides):
        return None
    line, depth = (s for s in strides if s is not None)
    return element.buffer, Matrix(substitute(offset, {LINE: 0, DEPTH: 0}), line, depth)


def is_strided(access: Access) -> bool:
    """Whether every matrix of the access's last two dims lies in memory with fixed strides."""
    shape = access.type.shape
    if len(shape) < 2:
        return False
    batch = tuple(0 if d == 1 else batch_variable(k).within(0, d - 1) for k, d in enumerate(shape[:-2]))
    index = (*batch, LINE.within(0, shape[-2] - 1), DEPTH.within(0, shape[-1] - 1))
    return operand(access, index) is not None
