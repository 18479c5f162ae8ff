"""Index arithmetic as LLVM IR: dims at one point, or at a vector of points."""

from __future__ import annotations

import attrs

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.scope import Scope
from dldt.codegen.loop.variables import QUOTIENT
from dldt.compiler.dims import Dim, Extremum, FloorDiv, Poly, Symbol, minimum_of, symbols


@attrs.frozen
class Runs:
    """Two runs of contiguous lanes: the lanes ``inside`` start at offset ``first``, the others at ``second`` (both
    counted as if from lane 0)."""

    first: Ir
    second: Ir
    inside: Ir


class IndexEmitter:
    """Emits dims with one builder, in a scope that binds their symbols."""

    def __init__(self, builder: Builder) -> None:
        self.b = builder

    def dim(self, dim: Dim, scope: Scope) -> Ir:
        """A dim as an i64: a scalar, or a vector where it varies along the lanes."""
        if isinstance(dim, int):
            return self.b.index(dim)
        split = self.split(dim, scope)
        if split is not None and scope.lanes is not None:
            base, stride = split
            start = self.dim(base, scope.inner(lanes=None))
            if stride == 0:
                return start
            steps = self.b.iota("i64", scope.lanes.count)
            offset = self.b.mul(scope.lanes.base, self.b.index(stride))
            return self.b.add(
                self.b.splat(self.b.add(start, offset), scope.lanes.count),
                self.b.mul(steps, self.b.like(steps, stride)) if stride != 1 else steps,
            )
        return self._terms(dim, scope)

    def _terms(self, dim: Poly, scope: Scope) -> Ir:
        total: Ir | None = None
        for monomial, coefficient in dim.terms:
            factor: Ir | None = None
            for atom in monomial:
                value = self._atom(atom, scope)
                factor = value if factor is None else self.b.mul(factor, value)
            if factor is None:
                factor = self.b.index(coefficient)
            elif coefficient != 1:
                factor = self.b.mul(factor, self.b.like(factor, coefficient))
            total = factor if total is None else self.b.add(total, factor)
        return total if total is not None else self.b.index(0)

    def _atom(self, atom: Symbol | FloorDiv | Extremum, scope: Scope) -> Ir:
        if isinstance(atom, Symbol):
            if scope.lanes is not None and atom == scope.lanes.axis:
                return self.b.add(
                    self.b.splat(scope.lanes.base, scope.lanes.count), self.b.iota("i64", scope.lanes.count)
                )
            return scope.symbols[atom]
        if isinstance(atom, FloorDiv):
            return self._quotient(atom, scope)
        left, right = self.b.unify(self.dim(atom.left, scope), self.dim(atom.right, scope))
        if atom.kind == "broadcast":
            # The larger one, but 0 where one is 0: neither is negative.
            least = self.b.intrinsic("llvm.smin", left.type, left, right)
            larger = self.b.intrinsic("llvm.smax", left.type, left, right)
            return self.b.select(self.b.compare("eq", least, self.b.like(least, 0)), least, larger)
        return self.b.intrinsic(f"llvm.s{atom.kind}", left.type, left, right)

    def _quotient(self, atom: FloorDiv, scope: Scope) -> Ir:
        numerator, denominator = self.b.unify(self.dim(atom.numerator, scope), self.dim(atom.denominator, scope))
        if minimum_of(atom.denominator) < 1:
            # Another function tells the host that such dims are too small. It evaluates this code on them, so it must
            # not trap.
            denominator = self.b.intrinsic("llvm.smax", denominator.type, denominator, self.b.like(denominator, 1))
        if minimum_of(atom.numerator) >= 0:
            return self.b.binary("udiv", numerator, denominator)
        if isinstance(atom.denominator, int) and atom.denominator & (atom.denominator - 1) == 0:
            return self.b.binary("ashr", numerator, self.b.like(numerator, atom.denominator.bit_length() - 1))
        rounded = self.b.binary("sdiv", numerator, denominator)
        rest = self.b.sub(numerator, self.b.mul(rounded, denominator))
        below = self.b.compare("lt", rest, self.b.like(rest, 0))
        return self.b.sub(rounded, self.b.convert(below, "i64"))

    def divide(self, position: Ir, by: Dim, scope: Scope) -> tuple[Ir, Ir]:
        """Quotient and remainder of a position (≥ 0). No instruction is emitted where ``by`` is 1."""
        if by == 1:
            return position, self.b.index(0)
        divisor = self.dim(by, scope)
        outer = self.b.binary("udiv", position, divisor)
        return outer, self.b.sub(position, self.b.mul(outer, divisor))

    def split(self, dim: Dim, scope: Scope) -> tuple[Dim, int] | None:
        """``(base, stride)`` such that ``dim = base + stride * axis``; None where there are none, or where the dim
        varies along the lanes in another way."""
        if isinstance(dim, int):
            return dim, 0
        if scope.lanes is None:
            return (dim, 0) if not self._varies(dim, scope) else None
        base: Dim = 0
        stride = 0
        for monomial, coefficient in dim.terms:
            if len(monomial) == 1 and monomial[0] == scope.lanes.axis:
                stride = coefficient
                continue
            part = Poly(terms=((monomial, coefficient),)) if monomial else coefficient
            if not isinstance(part, int) and self._varies(part, scope):
                return None
            base = base + part
        return base, stride

    def runs(self, dim: Dim, scope: Scope) -> Runs | None:
        """``dim`` as two runs of contiguous positions; None where it is not of that form. The dim must be ``base +
        axis`` except for one quotient ``(axis + k)//d`` that changes at most once along the lanes, as in a vector that
        crosses from one channel block to the next."""
        if scope.lanes is None or isinstance(dim, int):
            return None
        varying = {a for m, _ in dim.terms for a in m if isinstance(a, FloorDiv) and self._varies(a.numerator, scope)}
        if len(varying) != 1:
            return None
        (atom,) = varying
        inner = self.split(atom.numerator, scope)
        size = atom.denominator
        if inner is None or inner[1] != 1 or not isinstance(size, int) or size & (size - 1):
            return None
        outer = self.split(_with_quotient(dim, atom), scope)
        if outer is None or outer[1] != 1 or size < scope.lanes.count:
            return None
        b, scalar = self.b, scope.inner(lanes=None)
        first = b.add(self.dim(inner[0], scalar), scope.lanes.base)
        quotient = b.binary("ashr", first, b.index(size.bit_length() - 1))
        left = b.sub(b.mul(b.add(quotient, b.index(1)), b.index(size)), first)
        starts = []
        for value in (quotient, b.add(quotient, b.index(1))):
            scalar.symbols[QUOTIENT] = value
            starts.append(b.add(self.dim(outer[0], scalar.inner()), scope.lanes.base))
        inside = b.compare("lt", b.iota("i64", scope.lanes.count), b.splat(left, scope.lanes.count))
        return Runs(starts[0], starts[1], inside)

    def _varies(self, dim: Dim, scope: Scope) -> bool:
        axis = scope.lanes.axis if scope.lanes is not None else None
        return any(s == axis or (s in scope.symbols and scope.symbols[s].lanes) for s in symbols(dim))


def _with_quotient(dim: Poly, atom: FloorDiv) -> Dim:
    """The dim with ``atom`` replaced by ``QUOTIENT``."""
    total: Dim = 0
    for monomial, coefficient in dim.terms:
        replaced = tuple(QUOTIENT if a == atom else a for a in monomial)
        total = total + (Poly(terms=((replaced, coefficient),)) if replaced else coefficient)
    return total
