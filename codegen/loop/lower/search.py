"""Where numbers belong among sorted ones: by counting those below."""

from __future__ import annotations

from dldt.codegen.loop.ir import Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, cast, lowers, position, reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.compiler import ops
from dldt.compiler.types import DType, TensorType

Types = tuple[TensorType, ...]


@lowers(ops.Bucketize, kind="reduce")
def bucketize(op: ops.Bucketize, types: Types, x: Access, buckets: Access, *, fresh: Fresh) -> Access:
    """y = the number of borders below x; with_right_bound: those that are not equal."""
    return _counted(types, x, buckets, op.with_right_bound, fresh)


@lowers(ops.SearchSorted, kind="reduce")
def search_sorted(op: ops.SearchSorted, types: Types, rows: Access, values: Access, *, fresh: Fresh) -> Access:
    """y = the number of elements of the row below the value; right_mode: with those that are equal."""
    return _counted(types, values, rows, not op.right_mode, fresh)


def _counted(types: Types, x: Access, rows: Access, strict: bool, fresh: Fresh) -> Access:
    run = fresh.axis("r", rows.type.shape[-1])
    kind = _common(x.dtype, rows.dtype)

    def element(index: Index) -> Expr:
        row = () if rows.type.rank == 1 else index[:-1]
        border = cast(rows((*row, position(run))), kind)
        below = apply("lt" if strict else "le", border, cast(x(index), kind), dtype=DType.boolean)
        return cast(reduce("sum", (run,), cast(below, DType.i32)), types[0].dtype)

    return Access(types[0], element)


def _common(a: DType, b: DType) -> DType:
    """A type that holds both."""
    if a is b:
        return a
    if not a.is_float and not b.is_float:
        return DType.i64
    return DType.f64 if max(a.size, b.size) > 4 or not a.is_float or not b.is_float else DType.f32
