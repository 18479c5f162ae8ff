"""What a model knows of its dims: which are equal, and what must hold for it to run."""

from __future__ import annotations

import math
from collections.abc import Iterable

import attrs

from dldt.compiler.condition import Condition
from dldt.compiler.dims import (
    Atom,
    DefinedDim,
    Dim,
    Extremum,
    FloorDiv,
    FreeDim,
    NamedSize,
    Poly,
    Symbol,
    atoms,
    floordiv,
    parts_of,
    symbols,
)
from dldt.compiler.substitute import substitute
from dldt.compiler.types import TensorType


@attrs.define(eq=False)
class DimKnowledge:
    """The conditions of a graph, and the atoms that they let us replace."""

    conditions: list[Condition] = attrs.field(factory=list)
    replaced: dict[Atom, Dim] = attrs.field(factory=dict)

    def known(self, dim: Dim) -> Dim:
        """The dim, written with what is known to be equal."""
        if isinstance(dim, int) or not self.replaced:
            return dim
        for _ in range(8):
            if isinstance(dim, int) or self.replaced.keys().isdisjoint(atoms(dim)):
                break
            dim = substitute(dim, self.replaced)
        return dim

    def rewritten(self, t: TensorType) -> TensorType:
        """The type, written with what is known to be equal."""
        if not self.replaced or t.is_static:
            return t
        return attrs.evolve(t, shape=tuple(map(self.known, t.shape)))

    def rewritten_value(self, t: TensorType) -> TensorType:
        """The type of an input, its content written with what is known, too: an operation whose result has a size that
        a tensor holds must find what became known of that size after the tensor was made."""
        if not self.replaced or t.value is None or all(isinstance(item, int) for item in t.value):
            return t
        return attrs.evolve(t, value=tuple(map(self.known, t.value)))

    def adopt(self, other: DimKnowledge) -> None:
        """Replace what ``other`` replaces, too."""
        self.replaced = other.replaced | self.replaced

    def copy(self) -> DimKnowledge:
        """The same knowledge, which grows by itself."""
        return DimKnowledge(list(self.conditions), dict(self.replaced))

    def forget(self) -> None:
        """Forget all: the dims have changed."""
        self.conditions.clear()
        self.replaced.clear()

    def demand(self, made: Condition) -> bool:
        """Note a condition. From an equality follows that one side may be written as the other: True where dims must
        now be written anew."""
        if any((c.relation, c.left, c.right) == (made.relation, made.left, made.right) for c in self.conditions):
            return False
        self.conditions.append(made)
        return made.relation == "eq" and self._replace(made.left, made.right, in_time=True)

    def rename_node(self, old: str, new: str) -> None:
        """A node that asks for conditions has another name."""
        self.conditions[:] = [attrs.evolve(c, node=new) if c.node == old else c for c in self.conditions]

    def rename(self, a: Dim, b: Dim) -> bool:
        """Of two spellings of one dim, use ``b``, in conditions too. False where ``a`` cannot be solved for an atom."""
        if not self.unify(a, b):
            return False
        atom = next(reversed(self.replaced))
        self._restate({atom: self.replaced[atom]})
        return True

    def rename_elements(self, pairs: Iterable[tuple[Dim, Dim]]) -> bool:
        """Of each pair of spellings of a tensor's element, use the second, also in the conditions that let one of them
        be replaced. Whether that changed anything."""
        pairs = list(pairs)
        found: dict[Atom, Dim] = {
            s: b for a, b in pairs if a != b for s in symbols(a) if isinstance(s, DefinedDim) and s.dim == a
        }
        self._restate(found)
        return self.rename_each(pairs)

    def _restate(self, values: dict[Atom, Dim]) -> None:
        """Write the conditions with other spellings."""
        written = [
            attrs.evolve(c, left=substitute(c.left, values), right=substitute(c.right, values)) for c in self.conditions
        ]
        self.conditions[:] = [c for c in dict.fromkeys(written) if c.relation != "eq" or c.left != c.right]

    def rename_each(self, pairs: Iterable[tuple[Dim, Dim]]) -> bool:
        """Of each pair of spellings of one dim, use the second. Whether that changed anything."""
        renamed = False
        for a, b in pairs:
            a, b = self.known(a), self.known(b)
            renamed |= a != b and self.rename(a, b)
        return renamed

    def unify(self, a: Dim, b: Dim) -> bool:
        """Of two equal dims, solve for an atom, and replace it from now on. False where none can be solved for."""
        return self._replace(a, b, in_time=False)

    def _replace(self, a: Dim, b: Dim, *, in_time: bool) -> bool:
        """``in_time``: what is replaced is found no earlier than what takes its place, so that all who read it still
        know it in time."""
        solved = _solved(a, b, in_time=in_time)
        if solved is None:
            return False
        atom, dim = solved
        self.replaced |= self._spelled_anew(atom, dim)
        self.replaced[atom] = dim
        return True

    def _spelled_anew(self, atom: Atom, dim: Dim) -> dict[Atom, Dim]:
        """What is replaced already, where ``atom`` is a part of it, as it is spelled with ``dim``: a type that is
        inferred from now on has that spelling."""
        found: dict[Atom, Dim] = {}
        for key, value in self.replaced.items():
            if isinstance(key, Symbol) or not any(atom in atoms(part) for part in parts_of(key)):
                continue
            match substitute(Poly(terms=(((key,), 1),)), {atom: dim}):
                case Poly(terms=(((spelled,), 1),)) if spelled not in self.replaced and spelled not in atoms(value):
                    found[spelled] = value
        return found


def _solved(a: Dim, b: Dim, *, in_time: bool) -> tuple[Atom, Dim] | None:
    """An atom and the dim that it equals where ``a == b``. Found dims are replaced before quotients, and these before
    free dims; of two alike, that of ``a``. A free dim stays where its coefficient is not 1."""
    difference = a - b
    if isinstance(difference, int):
        return None
    difference = floordiv(difference, math.gcd(*(coefficient for _, coefficient in difference.terms)))
    if isinstance(difference, int):
        return None
    candidates: list[tuple[int, bool, str, Atom, Dim]] = []
    first = atoms(a)
    for monomial, coefficient in difference.terms:
        if len(monomial) != 1 or abs(coefficient) != 1:
            continue
        atom = monomial[0]
        alone = Poly(terms=((monomial, coefficient),))
        rest = -coefficient * (difference - alone)
        if not isinstance(rest, int) and atom in atoms(rest):
            continue
        if in_time and _is_later(rest, alone):
            continue
        candidates.append((_rank(atom), atom in first, str(atom), atom, rest))
    if not candidates:
        return None
    *_, atom, rest = max(candidates, key=lambda c: c[:3])
    return atom, rest


def _is_later(a: Dim, b: Dim) -> bool:
    """Whether ``a`` is found later than ``b`` when the model runs: by a node that was added later, in one graph."""
    ours, theirs = _finders(a), _finders(b)
    if not theirs:
        return bool(ours)
    return any(number > theirs[graph] for graph, number in ours.items() if graph in theirs)


def _finders(dim: Dim) -> dict[str, int]:
    """For each graph, the number of the last node that finds a part of the dim."""
    found: dict[str, int] = {}
    for symbol in symbols(dim):
        graph, mark, rest = symbol.name.rpartition(":")
        number = rest.partition(".")[0]
        if isinstance(symbol, DefinedDim) and mark and number.isdecimal():
            found[graph] = max(found.get(graph, 0), int(number))
    return found


def _rank(atom: Atom) -> int:
    if isinstance(atom, DefinedDim):
        return 3
    if isinstance(atom, FloorDiv | Extremum | NamedSize):
        return 2
    return 1 if isinstance(atom, FreeDim | Symbol) else 0
