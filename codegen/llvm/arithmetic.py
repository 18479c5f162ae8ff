"""Arithmetic: the types in which a contraction multiplies and sums, one record for each choice of types. To add one,
add a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs
import numpy as np

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.grid import Grid
from dldt.codegen.llvm.ir import LLVM_TYPES, VALUE_TYPES, Ir, vector
from dldt.codegen.llvm.primitive import COMPUTE, from_memory
from dldt.codegen.target import Target
from dldt.compiler.types import Array, DType

MultiplyAdd: TypeAlias = Callable[[Builder, Ir, Ir, Ir], Ir]
"""(builder, data, weights, sums) → sums + data · weights, all of them vectors. It must be a function of a module,
because kernels are identified by its name."""


@attrs.frozen(repr=False)
class Arithmetic:
    """How a contraction multiplies ``data`` with ``weights`` and sums the products as ``sums``.

    Each lane of the sums takes ``products`` products at a time, from as many neighbouring input channels, which are
    adjacent in the data and in the packed weights. ``instructions`` are the ways to multiply and add, the best first,
    each with the capability of the target that it needs ("" for none).
    """

    name: str
    data: DType
    weights: DType
    sums: DType
    instructions: tuple[tuple[str, MultiplyAdd], ...]
    products: int = 1
    widened: Arithmetic | None = None
    """The row that does the multiplying, where packed weights are stored in fewer bits and widened in registers. None
    where weights are multiplied as they are stored."""
    widening: float = 0.0
    """Cycles to widen a vector of weights, relative to a multiply-add of one vector of outputs."""
    held: int = 0
    """Vector registers that widening takes for each column of a tile."""
    grid: Grid | None = None
    """Where stored weights are numbers of a few bits, the grid on which they lie."""
    converters: tuple[str, ...] = ()
    """Capabilities of targets (properties of ``Target``) of which one is needed to convert the weights quickly; empty
    where every target can."""
    least: float = 0.0
    """The smallest root mean square of weights that fit: smaller weights would lose more than ``rounding`` in their
    type."""
    rounding: str = ""
    """The relative rounding error of a number, for people; empty where the model's numbers are kept."""
    error: str = ""
    """The expected error of a contraction, relative to its largest result, for people."""
    refusal: str = ""
    """The end of the error message for a target that cannot do it, after "target … has no instruction that"."""
    operand: DType | None = None
    """The type to which data are widened in registers before they are multiplied; None: they are multiplied as they
    lie in memory."""
    total: DType | None = None
    """The type of finished sums, where it is not that of the sums."""
    registers: int = 1
    """Vector registers that the sums of one vector of outputs take. A vector has as many lanes as f32 has."""
    partial: int = 1
    """Sums that an output is kept in until they are added at the end."""
    apart: bool = False
    """Whether a product is a value apart from the sum, and takes a register."""
    limit: int = 0
    """Integers: the largest sum of products, all taken as positive, that is exact."""
    work: float = 1.0
    """Cycles of a multiply-add of one vector of outputs, relative to a fused one of floats."""
    spread: float = 0.0
    """Cycles to widen the data that are broadcast, likewise."""

    def __repr__(self) -> str:
        return self.name

    # ---- what can be done -----------------------------------------------------------------------------------------

    @property
    def multiplied(self) -> Arithmetic:
        """The row that does the multiplying: this one, or the one that its weights are widened for."""
        return self.widened or self

    def available(self, target: Target) -> bool:
        """Whether the target has instructions for it."""
        converts = not self.converters or any(map(target.can, self.converters))
        return converts and any(target.can(capability) for capability, _ in self.instructions)

    @property
    def is_integer(self) -> bool:
        """Whether it multiplies integers and gives their exact sums."""
        return self.data.is_integer

    def misfit(self, weights: Array) -> str:
        """Why ``weights`` cannot be stored; empty where they can. A finite weight must not become infinite, and weights
        must not be too small. Integers must keep their values, and their sums must be exact; the first axis is that of
        the outputs."""
        if self.is_integer:
            return self._inexact(weights)
        if DType.of(weights.dtype) is self.weights:
            return ""
        if _overflows(weights, self.weights):
            return f"a weight is beyond the largest {self.weights}"
        flat = np.ascontiguousarray(weights).reshape(-1)
        if self.least and 0 < np.vdot(flat, flat) < flat.size * self.least**2:
            return f"the weights are too small for {self.weights}"
        return ""

    def holds(self, weights: Array) -> bool:
        """Whether every weight, [groups, outputs, inputs, kernel rows, kernel columns], keeps its value when it is
        stored. The first ones tell for almost all weights that do not."""
        if self.grid:
            return self.grid.holds(weights)
        flat = np.ascontiguousarray(weights).reshape(-1)
        for part in (flat[:_FIRST], flat):
            with np.errstate(over="ignore"):
                if not (part.astype(self.weights.numpy).astype(part.dtype) == part).all():
                    return False
        return True

    def _inexact(self, weights: Array) -> str:
        if not self.weights.is_float:
            least, most = self.weights.bounds
            if weights.min(initial=0) < least or weights.max(initial=0) > most:
                return f"a weight is no {self.weights}"
        largest = np.abs(weights.reshape(len(weights), -1).astype(np.int64)).sum(axis=1).max(initial=0)
        return f"a sum may be beyond {self.limit}" if largest * _LARGEST[self.data] > self.limit else ""

    # ---- names and sizes ------------------------------------------------------------------------------------------

    def named(self, stem: str, spec: str) -> str:
        """A kernel's name: what it does, the type in which it multiplies, its sizes, and the type of stored weights
        that are widened. Rows of integers say their own names."""
        if self.is_integer:
            return f"{stem}_{self.name}_{spec}"
        return f"{stem}_{self.data}_{spec}" + (f"_{self.stored_as}" if self.widened else "")

    @property
    def stored_as(self) -> str:
        """How weights are stored, in a kernel's name."""
        return self.grid.name if self.grid else str(self.weights)

    def steps(self, channels: int) -> int:
        """Vectors of weights for ``channels`` input channels; the last vector is padded with zeros."""
        return -(-channels // self.products)

    def vector_size(self, lanes: int) -> int:
        """Bytes of the packed weights that one vector of sums takes in a step."""
        if self.grid:
            return lanes // self.grid.together
        return lanes * self.products * self.weights.size

    # ---- packing --------------------------------------------------------------------------------------------------

    def stored(self, weights: Array) -> Array:
        """The weights in the type in which they are packed, rounded to nearest, ties to even."""
        return weights.astype(self.weights.numpy, copy=False)

    def side_by_side(self, weights: Array) -> Array:
        """[a, b, channels, …] → [a, b, steps, products, …], padded with zeros after the last channel."""
        missing = -weights.shape[2] % self.products
        if missing:
            nothing = np.zeros((*weights.shape[:2], missing, *weights.shape[3:]), weights.dtype)
            weights = np.concatenate([weights, nothing], axis=2)
        return weights.reshape(*weights.shape[:2], -1, self.products, *weights.shape[3:])

    # ---- code -----------------------------------------------------------------------------------------------------

    def sum_type(self, lanes: int) -> str:
        """The LLVM type of the sums of ``lanes`` outputs."""
        return vector(VALUE_TYPES[self.sums], lanes * self.partial)

    def data_type(self, lanes: int) -> str:
        """The LLVM type of a vector of data with one element in each lane; for 0 lanes that of an element."""
        return vector(VALUE_TYPES[self.operand or self.data], lanes)

    def weight_type(self, lanes: int) -> str:
        """The LLVM type of a vector of weights that are not widened, with one element in each lane."""
        return vector(VALUE_TYPES[self.weights], lanes)

    def load_weights(self, b: Builder, pointer: Ir, lanes: int, align: int) -> Ir:
        """The packed weights for ``lanes`` sums, loaded and widened to the type in which they are multiplied."""
        count = lanes * self.products
        align = min(align, _ALIGNED)
        if self.widened is None:
            return b.load(self.weight_type(count), pointer, align)
        packed = b.load(vector(LLVM_TYPES[self.weights], count), pointer, align)
        return b.convert(from_memory(b, packed, self.weights), VALUE_TYPES[self.widened.weights])

    def load_numbers(self, b: Builder, pointer: Ir, lanes: int) -> Ir:
        """The bytes at ``pointer``, of weights on a grid, one for each of ``lanes`` sums."""
        return b.convert(b.load(vector("i8", lanes), pointer, 1), "i32", signed=False)

    def on_grid(self, b: Builder, numbers: Ir, place: int, start: Ir, scale: Ir) -> Ir:
        """The weights at one place of their bytes, in the type in which they are multiplied."""
        assert self.grid is not None
        if self.grid.together > 1:
            shifted = b.binary("lshr", numbers, b.like(numbers, place * self.grid.bits)) if place else numbers
            numbers = b.binary("and", shifted, b.like(numbers, (1 << self.grid.bits) - 1))
        return b.mul(b.convert(b.sub(numbers, start), "float"), scale)

    def load_data(self, b: Builder, pointer: Ir, stored: DType, lanes: int) -> Ir:
        """``lanes`` elements that memory holds as ``stored``, converted to the type in which they are multiplied, one
        in each lane; 0 lanes: a scalar."""
        align = min(stored.size * max(1, lanes), _ALIGNED)
        return self.as_data(b, b.load(vector(LLVM_TYPES[stored], lanes), pointer, align), stored)

    def as_data(self, b: Builder, loaded: Ir, stored: DType) -> Ir:
        """A value loaded from memory as ``stored``, converted to the type in which it is multiplied. Bytes of the other
        sign are moved by 128, which their highest bit does."""
        if self.is_integer and stored is not self.data:
            loaded, stored = b.binary("xor", loaded, b.like(loaded, 0x80)), self.data
        if stored is (self.operand or self.data):
            return b.bitcast(loaded, self.data_type(loaded.lanes))
        number = from_memory(b, loaded, stored)
        return b.convert(number, VALUE_TYPES[self.operand or self.data], signed=stored.is_signed)

    def broadcast(self, b: Builder, pointer: Ir, stored: DType, lanes: int, count: int, apart: int = 1) -> Ir:
        """The element at ``pointer`` and as many neighbours as one lane multiplies, repeated in each of ``lanes``. Only
        ``count`` of them are channels; the others become zeros, because whatever lies there may be NaN. Neighbours are
        ``apart`` elements from each other."""
        if self.products == 1:
            return b.splat(self.load_data(b, pointer, stored, 0), lanes)
        neighbours = self._neighbours(b, pointer, count, apart)
        if self.is_integer and stored is not self.data:
            neighbours, stored = b.binary("xor", neighbours, b.like(neighbours, 0x80808080)), self.data
        if not self.is_integer:
            return b.bitcast(b.splat(neighbours, lanes), self.data_type(self.products * lanes))
        # One register: widened data are repeated in fewer lanes.
        lanes = lanes * self.sums.size // self.products // (self.operand or self.data).size
        repeated = b.bitcast(b.splat(neighbours, lanes), vector(VALUE_TYPES[self.data], self.products * lanes))
        return self.as_data(b, repeated, stored)

    def _neighbours(self, b: Builder, pointer: Ir, count: int, apart: int) -> Ir:
        """The elements that one lane multiplies, as one integer; only the first ``count`` are read from memory."""
        size = self.data.size
        whole = f"i{8 * size * self.products}"
        if count >= self.products and apart == 1:
            return b.load(whole, pointer, size)
        total = None
        for k in range(min(count, self.products)):
            one = b.load(f"i{8 * size}", b.gep(pointer, b.index(k * size * apart)), size)
            wide = b.convert(one, whole, signed=False)
            shifted = wide if not k else b.binary("shl", wide, b.like(wide, 8 * size * k))
            total = shifted if total is None else b.binary("or", total, shifted)
        assert total is not None
        return total

    def multiply_add(self, b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
        """``sums + data · weights``, with the best instruction of the target."""
        write = next(write for capability, write in self.instructions if b.target.can(capability))
        return write(b, data, weights, sums)

    def result(self, b: Builder, sums: Ir) -> Ir:
        """Finished sums in the type in which the epilogue computes, one in each lane."""
        if self.partial > 1:
            sums = b.add(*(b.pick(sums, range(k, sums.lanes, self.partial)) for k in range(self.partial)))
        if self.total is not None:
            return b.emit(vector(VALUE_TYPES[self.total], sums.lanes), f"fptosi {sums} to {vector('i32', sums.lanes)}")
        return b.convert(sums, COMPUTE[self.sums])

    def register_of(self, b: Builder, sums: Ir) -> Ir:
        """One register of the sums."""
        return b.pick(sums, range(sums.lanes // self.registers)) if self.registers > 1 else sums


def _overflows(weights: Array, dtype: DType) -> bool:
    low, high = weights.min(initial=0), weights.max(initial=0)
    if not np.isfinite(low) or not np.isfinite(high):
        finite = weights[np.isfinite(weights)]
        low, high = finite.min(initial=0), finite.max(initial=0)
    with np.errstate(over="ignore"):
        return bool(np.isinf(np.array([low, high]).astype(dtype.numpy)).any())


def _fused(b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
    """One product for each lane, fused where the target can."""
    return b.fma(data, weights, sums)


def _bfloat_pairs(b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
    """Two products of bfloats for each lane, summed as floats."""
    name, size = b.target.dot_bfloat, 32 * sums.lanes
    return b.intrinsic(name, sums.type, sums, weights, data, suffix=f"{size}")


def _bytes(b: Builder, name: str | None, data: Ir, weights: Ir, sums: Ir) -> Ir:
    """Four products of bytes for each lane."""
    assert name is not None
    suffix = f"{32 * sums.lanes}" if name.startswith("llvm.x86") else f"v{sums.lanes}i32.v{weights.lanes}i8"
    return b.intrinsic(name, sums.type, sums, data, weights, suffix=suffix)


def _unsigned_by_signed(b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
    return _bytes(b, b.target.dot_u8_i8, data, weights, sums)


def _signed_by_signed(b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
    return _bytes(b, b.target.dot_i8_i8, data, weights, sums)


def _unsigned_by_unsigned(b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
    return _bytes(b, b.target.dot_u8_u8, data, weights, sums)


def _pairs_summed(b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
    """Two products of words for each lane, in as many registers as the sums take; ``data`` is the same in all."""
    found = []
    for first in range(0, weights.lanes, data.lanes):
        part = b.pick(weights, range(first, first + data.lanes))
        total = b.pick(sums, range(first // 2, (first + data.lanes) // 2))
        found.append(_word_pairs(b, data, part, total))
    return b.concatenate(found)


def _word_pairs(b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
    bits = 32 * sums.lanes
    if b.target.dot_words:
        return b.intrinsic(b.target.dot_words, sums.type, sums, data, weights, suffix=f"{bits}")
    return b.add(sums, b.intrinsic(b.target.pair_words(bits), sums.type, data, weights, suffix=""))


def _long(b: Builder, data: Ir, weights: Ir, sums: Ir) -> Ir:
    """One product of words for each lane, as long as the sums."""
    return b.add(sums, b.mul(b.convert(data, sums.element), b.convert(weights, sums.element)))


_ALIGNED = 64
"""The alignment of tensors and of packed weights."""
_FIRST = 256
_LARGEST = {DType.u8: 255, DType.i8: 128, DType.i16: 255}
"""The largest absolute value of data. Words are widened bytes."""
_INT32 = 2**31 - 1

_WIDEN_HALF = 0.5
"""It runs beside the instructions of the tile (measured: 0 for tiles of 13 rows of AVX-512, half of a multiply-add for
4 rows of AVX2)."""
_HALF = "2^-11 (0.05 %)"
_BFLOAT = "2^-8 (0.4 %)"

F32 = Arithmetic("f32", data=DType.f32, weights=DType.f32, sums=DType.f32, instructions=(("", _fused),))
"""The arithmetic in which models compute. Every other row is compared with it, and it replaces a row that cannot be
used."""
F64 = Arithmetic(
    "f64",
    data=DType.f64,
    weights=DType.f64,
    sums=DType.f64,
    registers=2,
    work=2.0,
    instructions=F32.instructions,
)
"""The arithmetic of contractions of doubles."""

_GRIDS = tuple(
    attrs.evolve(F32, name=f"f32_{grid.name}", weights=DType.u8, widened=F32, widening=widening, held=2, grid=grid)
    for bits, widening in ((4, 2.5), (8, 2.0))
    for grid in (Grid(bits, block) for block in (0, 256, 128, 64, 32, 16))
)
"""The rows whose weights are widened from a grid, those of the fewest bytes first."""

_ROWS = (
    F32,
    *_GRIDS,
    attrs.evolve(
        F32,
        name="f32_f16",
        weights=DType.f16,
        widened=F32,
        widening=_WIDEN_HALF,
        converters=("converts_half",),
        least=2.0**-14,  # the least half that is no denormal
        rounding=_HALF,
        error="2e-4",
        refusal="widens f16 (F16C, of x86-64-v3); take bf16 weights instead",
    ),
    attrs.evolve(
        F32, name="f32_bf16", weights=DType.bf16, widened=F32, widening=_WIDEN_HALF, rounding=_BFLOAT, error="2e-3"
    ),
    Arithmetic(
        "bf16",
        data=DType.bf16,
        weights=DType.bf16,
        sums=DType.f32,
        products=2,
        instructions=(("multiplies_bfloat", _bfloat_pairs),),
        rounding=_BFLOAT,
        error="2e-3",
        refusal=(
            "multiplies bf16; of the targets only host may have it, on a machine with AVX512_BF16 (AMD since Zen 4, "
            "Intel Cooper Lake, Sapphire Rapids and later servers); bf16 weights work everywhere"
        ),
    ),
)
_U8I8 = Arithmetic(
    "u8i8",
    data=DType.u8,
    weights=DType.i8,
    sums=DType.i32,
    products=4,
    limit=_INT32,
    instructions=(("dot_u8_i8", _unsigned_by_signed),),
    refusal="multiplies bytes",
)
_U8I16 = attrs.evolve(
    _U8I8,
    name="u8i16",
    weights=DType.i16,
    operand=DType.i16,
    registers=2,
    partial=2,
    apart=True,
    work=3.0,
    spread=0.7,
    instructions=(("pairs_words", _pairs_summed),),
)
_U8LONG = attrs.evolve(
    _U8I16,
    name="u8long",
    products=1,
    registers=1,
    partial=1,
    apart=False,
    work=1.0,
    instructions=(("multiplies_long", _long),),
)
_U8F32 = Arithmetic(
    "u8f32",
    data=DType.u8,
    weights=DType.f32,
    sums=DType.f32,
    instructions=F32.instructions,
    operand=DType.f32,
    total=DType.i32,
    limit=2**24,
    spread=0.7,
)
_INTEGERS = (
    _U8I8,
    attrs.evolve(_U8I8, name="i8i8", data=DType.i8, instructions=(("dot_i8_i8", _signed_by_signed),)),
    attrs.evolve(_U8I8, name="u8u8", weights=DType.u8, instructions=(("dot_u8_u8", _unsigned_by_unsigned),)),
    _U8I16,
    attrs.evolve(_U8I16, name="i8i16", data=DType.i8),
    attrs.evolve(
        _U8I16, name="i16i16", data=DType.i16, operand=None, products=2, registers=1, partial=1, work=1.4, spread=0.0
    ),
    _U8LONG,
    attrs.evolve(_U8LONG, name="i8long", data=DType.i8),
    _U8F32,
    attrs.evolve(_U8F32, name="i8f32", data=DType.i8),
)
ARITHMETICS = {row.name: row for row in (*_ROWS, F64, *_INTEGERS)}
"""Every row by its name, in the order in which they are tried."""
