"""Errors for models that cannot become native code, raised before any code is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.task.region import stays_node
from dldt.compiler.dims import Symbol
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
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


def refuse_unknown(kernels: Iterable[Kernel], dims: Sequence[Symbol], graph: Graph) -> None:
    """Raises UnsupportedError naming the dims that depend on data: they are not known when the model starts."""
    unknown = sorted({str(symbol) for kernel in kernels for symbol in kernel.symbols if symbol not in dims})
    if unknown:
        free = ", ".join(f"{v.node.name} {v.type}" for v in graph.inputs if not v.type.is_static)
        raise UnsupportedError(
            f"dimensions {', '.join(unknown)} depend on data and are not known when the model starts; "
            f'fix the free inputs ({free or "none"}), e.g. --input "x[1,3,224,224]"'
        )
