"""One step of a recurrent network: gates computed from two matrix products."""

from __future__ import annotations

from dldt.codegen.loop.ir import Axis, Expr, Index
from dldt.codegen.loop.lower.access import Access, apply, lowers, number, position, reduce
from dldt.codegen.loop.lower.fresh import Fresh
from dldt.codegen.loop.lower.recurrent_activation import recurrent_activation
from dldt.compiler import ops
from dldt.compiler.dims import Dim
from dldt.compiler.ops.recurrent import Recurrent
from dldt.compiler.types import TensorType

Types = tuple[TensorType, ...]


@lowers(ops.LSTMCell, kind="reduce")
def lstm_cell(
    op: ops.LSTMCell, types: Types, x: Access, h: Access, c: Access, w: Access, r: Access, b: Access, *, fresh: Fresh
) -> tuple[Access, Access]:
    """f, i, c~, o = gates of x·Wᵀ + h·Rᵀ + b; C' = f·C + i·c~; H' = o·tanh(C')."""
    product_x, product_h = _Product(x, w, fresh), _Product(h, r, fresh)

    def gate(which: int, index: Index) -> Expr:
        row = which * op.hidden_size + index[1]
        both = apply("add", product_x.at(index[0], row), product_h.at(index[0], row))
        return apply("add", both, b((row,)))

    def cell(index: Index) -> Expr:
        kept = apply("mul", _gate(op, 0, gate(0, index)), c(index))
        entered = _gate(op, 0, gate(1, index))
        return apply("add", kept, apply("mul", entered, _gate(op, 1, gate(2, index))))

    def hidden(index: Index) -> Expr:
        shown = _activated(op, 2, cell(index))
        return apply("mul", _gate(op, 0, gate(3, index)), shown)

    return Access(types[0], hidden), Access(types[1], cell)


@lowers(ops.GRUCell, kind="reduce")
def gru_cell(
    op: ops.GRUCell, types: Types, x: Access, h: Access, w: Access, r: Access, b: Access, *, fresh: Fresh
) -> Access:
    """z, r = gates; H' = (1 - z)·h~ + z·H, h~ of x·Wᵀ + (r·H)·Rᵀ + b, or of x·Wᵀ + r·(H·Rᵀ + b_r) + b."""
    size = op.hidden_size
    product_x, product_h = _Product(x, w, fresh), _Product(h, r, fresh)
    inner = fresh.axis("h", size)

    def gate(which: int, index: Index) -> Expr:
        row = which * size + index[1]
        both = apply("add", product_x.at(index[0], row), product_h.at(index[0], row))
        return _gate(op, 0, apply("add", both, b((row,))))

    def candidate(index: Index) -> Expr:
        row = 2 * size + index[1]
        own = product_x.at(index[0], row)
        if op.linear_before_reset:
            past = apply("add", product_h.at(index[0], row), b((row + size,)))
            past = apply("mul", gate(1, index), past)
        else:
            at = (index[0], position(inner))
            reset = apply("mul", gate(1, at), h(at))
            past = reduce("sum", (inner,), apply("mul", reset, r((row, at[1]))))
        return _gate(op, 1, apply("add", apply("add", own, past), b((row,))))

    def element(index: Index) -> Expr:
        update = gate(0, index)
        entered = apply("mul", apply("sub", number(x.dtype, 1), update), candidate(index))
        return apply("add", entered, apply("mul", update, h(index)))

    return Access(types[0], element)


@lowers(ops.RNNCell, kind="reduce")
def rnn_cell(
    op: ops.RNNCell, types: Types, x: Access, h: Access, w: Access, r: Access, b: Access, *, fresh: Fresh
) -> Access:
    """H' = tanh(x·Wᵀ + h·Rᵀ + b)."""
    product_x, product_h = _Product(x, w, fresh), _Product(h, r, fresh)

    def element(index: Index) -> Expr:
        both = apply("add", product_x.at(*index), product_h.at(*index))
        return _gate(op, 0, apply("add", both, b((index[1],))))

    return Access(types[0], element)


class _Product:
    """a · bᵀ."""

    def __init__(self, a: Access, b: Access, fresh: Fresh) -> None:
        self.a, self.b = a, b
        self.inner: Axis = fresh.axis("k", a.type.shape[1])

    def at(self, row: Dim, column: Dim) -> Expr:
        k = position(self.inner)
        return reduce("sum", (self.inner,), apply("mul", self.a((row, k)), self.b((column, k))))


def _gate(op: Recurrent, which: int, x: Expr) -> Expr:
    """Activation number ``which`` of the value, after clipping."""
    if 0 < op.clip < float("inf"):
        x = apply("minimum", apply("maximum", x, number(x.dtype, -op.clip)), number(x.dtype, op.clip))
    return _activated(op, which, x)


def _activated(op: Recurrent, which: int, x: Expr) -> Expr:
    return recurrent_activation(op.activations[which], *op.parameters[which], x)
