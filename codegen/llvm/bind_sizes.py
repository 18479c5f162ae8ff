"""Named sizes in a function that needs them: each is computed once, from those that it is made of."""

from __future__ import annotations

from collections.abc import Iterable

from dldt.codegen.llvm.index import IndexEmitter
from dldt.codegen.llvm.scope import Scope
from dldt.compiler.dims import Dim, NamedSize
from dldt.compiler.named_sizes import named_sizes


def bind_sizes(dims: Iterable[Dim], scope: Scope, emitter: IndexEmitter) -> None:
    """Give the named sizes that ``dims`` depend on their values in the scope, which knows all other symbols."""
    wanted = dict.fromkeys(named for dim in dims for named in named_sizes(dim) if named not in scope.symbols)
    for named in sorted(wanted, key=_order):
        scope.symbols[named] = emitter.dim(named.definition, scope)


def _order(named: NamedSize) -> tuple[int, str]:
    return named.level, named.name
