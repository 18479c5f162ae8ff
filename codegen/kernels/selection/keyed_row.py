"""A row of elements, read as keys."""

from __future__ import annotations

import attrs

from dldt.codegen.kernels.selection.keys import keys
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import LLVM_TYPES, VALUE_TYPES, Ir, vector
from dldt.compiler.types import DType

BLOCK = 16
"""Elements that are looked at together."""


@attrs.frozen
class KeyedRow:
    """Elements that begin at ``start``, and the keys by which they are wanted."""

    b: Builder
    start: Ir
    dtype: DType
    mode: str

    def key(self, position: Ir) -> Ir:
        """The key of one element."""
        return self._keys(position, 0)

    def better(self, position: Ir, end: Ir, worst: Ir, predicate: str) -> Ir:
        """Of the block at ``position``, the elements whose keys are less than ``worst`` (``lt``), or no greater
        (``le``): a bit an element, as i64. Of a block that reaches beyond ``end`` it is all elements before that."""
        b = self.b
        length = b.sub(end, position)

        def compared() -> Ir:
            hits = b.compare(predicate, self._keys(position, BLOCK), worst, signed=False)
            return b.convert(b.bitcast(hits, f"i{BLOCK}"), "i64", signed=False)

        def rest() -> Ir:
            return b.sub(b.binary("shl", b.index(1), length), b.index(1))

        return b.choose(b.compare("ge", length, b.index(BLOCK)), compared, rest)

    def _keys(self, position: Ir, lanes: int) -> Ir:
        b, scale = self.b, self.dtype.size
        at = b.gep(self.start, b.mul(position, b.index(scale)))
        loaded = b.load(vector(LLVM_TYPES[self.dtype], lanes), at, scale)
        return keys(b, b.bitcast(loaded, vector(VALUE_TYPES[self.dtype], lanes)), self.dtype, self.mode)
