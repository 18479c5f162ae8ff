"""The gates of recurrent layers: what one frame does with the cell of the frame before."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.graph import Value
from dldt.compiler.ops.activation import Clamp, Sigmoid
from dldt.compiler.ops.arithmetic import Add, Multiply, Subtract
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.split import VariadicSplit
from dldt.compiler.ops.unary import Tanh
from dldt.frontends.engine.signature import Matrix, Tensor, Vector
from dldt.frontends.kaldi.framework import KALDI
from dldt.frontends.kaldi.ops.affine import affine


def parts(x: Value, *widths: int) -> tuple[Value, ...]:
    """A frame cut into parts."""
    if sum(widths) != x.type.shape[-1] or min(widths) < 0:
        raise InputError(f"parts of {list(widths)} numbers do not make frames of {x.type.shape[-1]}")
    return VariadicSplit().all(x, np.array(1, np.int64), np.array(widths, np.int64))


def _peep(x: Value, cell: Value, weights: Tensor) -> Value:
    """x + w c"""
    return Add()(x, Multiply()(cell, weights.reshape(1, -1)))


@KALDI.imports("LstmNonlinearityComponent")
def lstm_nonlinearity(x: Value, *, params: Matrix, use_dropout: bool = False) -> Value:
    """Of i, f, g, o and the cell before: the cell and the output, with peepholes from the cells. Scales of three gates
    follow where there is dropout."""
    scales = (1, 1, 1) if use_dropout else ()
    i, f, g, o, before, *factors = parts(x, *(params.shape[-1],) * 5, *scales)
    i = Sigmoid()(_peep(i, before, params[0]))
    f = Sigmoid()(_peep(f, before, params[1]))
    if factors:
        i, f = Multiply()(i, factors[0]), Multiply()(f, factors[1])
    cell = Add()(Multiply()(f, before), Multiply()(i, Tanh()(g)))
    o = Sigmoid()(_peep(o, cell, params[2]))
    if factors:
        o = Multiply()(o, factors[2])
    return Concat(1)(cell, Multiply()(o, Tanh()(cell)))


@KALDI.imports("LstmProjected")
def lstm_projected(
    gates: Value,
    before: Value,
    cell: Value,
    *,
    w_gifo_r: Matrix,
    peephole_i_c: Vector,
    peephole_f_c: Vector,
    peephole_o_c: Vector,
    w_r_m: Matrix,
    cell_clip: float = 50.0,
) -> Value:
    """Of the gates g, i, f, o as far as they depend on the input, and the result and the cell before: the cell and the
    result, side by side."""
    cells = w_r_m.shape[1]
    g, i, f, o = parts(Add()(gates, affine(before, w_gifo_r)), *(cells,) * 4)
    i, f = Sigmoid()(_peep(i, cell, peephole_i_c)), Sigmoid()(_peep(f, cell, peephole_f_c))
    made = Add()(Multiply()(Tanh()(g), i), Multiply()(cell, f))
    if cell_clip > 0:
        made = Clamp(-cell_clip, cell_clip)(made)
    o = Sigmoid()(_peep(o, made, peephole_o_c))
    return Concat(1)(made, affine(Multiply()(Tanh()(made), o), w_r_m))


@KALDI.imports("GruNonlinearityComponent")
def gru_nonlinearity(x: Value, *, cell_dim: int, recurrent_dim: int, w_h: Matrix) -> Value:
    """Of z, r, the input's part of h, the cell before, and what was projected of it where it is: h and the cell.

    h = tanh(part + W (r s)); c = (1 - z) h + z c
    """
    projected = (recurrent_dim,) if recurrent_dim != cell_dim else ()
    z, r, part, cell, *rest = parts(x, cell_dim, recurrent_dim, cell_dim, cell_dim, *projected)
    before = rest[0] if rest else cell
    h = Tanh()(Add()(part, MatMul(False, True)(Multiply()(r, before), np.ascontiguousarray(w_h))))
    return Concat(1)(h, _mixed(z, h, cell))


@KALDI.imports("OutputGruNonlinearityComponent")
def output_gru_nonlinearity(x: Value, *, cell_dim: int, w_h: Vector) -> Value:
    """Of z, the input's part of h, and the cell before: h and the cell. h = tanh(part + w c); c = (1 - z) h + z c"""
    z, part, cell = parts(x, *(cell_dim,) * 3)
    h = Tanh()(_peep(part, cell, w_h))
    return Concat(1)(h, _mixed(z, h, cell))


def _mixed(z: Value, h: Value, cell: Value) -> Value:
    return Add()(Subtract()(h, Multiply()(z, h)), Multiply()(z, cell))
