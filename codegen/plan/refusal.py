"""Errors for models that cannot become native code, raised before any code is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.plan.conditions import declared_shape
from dldt.codegen.task.region import stays_node
from dldt.compiler.dims import Atom, Dim, Poly, Symbol, symbols
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.shown import shown
from dldt.compiler.traits import Trait


def refuse_unlowered(graph: Graph) -> None:
    """Raises UnsupportedError naming all operations without native code."""
    missing: dict[str, list[str]] = {}
    for inner in graph.walk():
        for node in inner.order():
            if not node.op.has(Trait.BOUNDARY) and not stays_node(node) and type(node.op) not in RULES:
                missing.setdefault(node.op.type, []).append(node.name)
    if missing:
        rows = [f"  {kind}  {len(names)} node(s)  {', '.join(names[:5])}" for kind, names in sorted(missing.items())]
        raise UnsupportedError("\n".join([f"{len(missing)} operation type(s) have no native code", *rows]))


def refuse_undetermined(graph: Graph) -> None:
    """Raises UnsupportedError naming an input's dim from which its free dim does not follow, such as ``H*H``. A dim
    determines the one symbol that others do not where it is a multiple of it, plus what does not depend on it."""
    dims = [(value, axis, dim) for value in graph.inputs for axis, dim in enumerate(declared_shape(value))]
    wanted = {symbol for _, _, dim in dims for symbol in symbols(dim)}
    known: set[Symbol] = set()
    before = -1
    while len(known) > before:
        before = len(known)
        for _, _, dim in dims:
            missing = symbols(dim) - known
            known |= {symbol for symbol in missing if len(missing) == 1 and _is_linear(dim, symbol)}
    for value, axis, dim in dims:
        if symbols(dim) & (wanted - known):
            raise UnsupportedError(
                f"input {shown(value.node.name)}: dim {axis} is {dim}, which does not tell the size of "
                f"{', '.join(sorted(map(str, symbols(dim) - known)))}; give the input a dim of its own for it"
            )


def _is_linear(dim: Dim, symbol: Symbol) -> bool:
    """Whether the dim is a multiple of the symbol, plus what does not depend on it."""
    if isinstance(dim, int):
        return False
    own = [monomial for monomial, _ in dim.terms if any(symbol in symbols(_alone(atom)) for atom in monomial)]
    return bool(own) and all(monomial.count(symbol) == 1 and _plain(monomial, symbol) for monomial in own)


def _plain(monomial: Sequence[Atom], symbol: Symbol) -> bool:
    return all(atom == symbol or symbol not in symbols(_alone(atom)) for atom in monomial)


def _alone(atom: Atom) -> Dim:
    return Poly(terms=(((atom,), 1),))


def refuse_unknown(kernels: Iterable[Kernel], dims: Sequence[Symbol], graph: Graph) -> None:
    """Raises UnsupportedError naming the dims that depend on data: they are not known when the model starts."""
    needed = {symbol for kernel in kernels for given in kernel.symbols for symbol in symbols(given.dim)}
    unknown = sorted(str(symbol) for symbol in needed if symbol not in dims)
    if unknown:
        free = ", ".join(f"{v.node.name} {v.type}" for v in graph.inputs if not v.type.is_static)
        raise UnsupportedError(
            f"dimensions {', '.join(unknown)} depend on data and are not known when the model starts; "
            f'fix the free inputs ({free or "none"}), e.g. --input "x[1,3,224,224]"'
        )
