"""What became of the graph's nodes in code generation: one record for each task that kernels carry out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import attrs

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.text import print_cost, print_implementation
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.task import Leaf
from dldt.compiler.dims import Dim
from dldt.compiler.graph import Node
from dldt.debug.candidate_table import CandidateTable
from dldt.debug.flops import flops_of


@attrs.frozen
class KernelEntry:
    """A task: the tensor that it makes, its nodes by identity and as text, the framework's nodes behind them, how it is
    carried out and at which estimated cost, what else could have done it, and its functions with the arithmetic
    operations and the bytes that it moves: None where sizes are not known. ``assumed`` has both for the sizes that are
    assumed then."""

    output: str
    name: str
    nodes: tuple[str, ...]
    titles: tuple[str, ...]
    origins: tuple[str, ...]
    family: str
    implementation: str
    cost: str
    candidates: tuple[str, ...]
    functions: tuple[str, ...]
    flops: int | None
    bytes: int | None
    assumed: tuple[int, int]

    @property
    def head(self) -> str:
        """What the assembly says at its top."""
        lines = [f"computes {self.output!r}: {self.name}", *(f"node {title}" for title in self.titles)]
        known, (flops, moved) = self.flops is not None, self.assumed
        work = f"{flops} operations, {moved} bytes moved" + ("" if known else ", at the sizes assumed")
        return "\n".join([*lines, *(f"from {origin}" for origin in self.origins), self.implementation, self.cost, work])


def kernel_table(
    c: Compilation,
    identity: Callable[[Node], str],
    origins: Callable[[Node], Iterable[str]],
    candidates: CandidateTable,
) -> list[KernelEntry]:
    """The records of a compilation whose kernels are written."""
    entries = []
    for leaf in c.program.leaves():
        nodes = leaf.region.nodes if leaf.region is not None else ()
        chosen = leaf.chosen
        functions = tuple(dict.fromkeys(c.functions.get(leaf, ())))
        kernels = _in_one_run(c, leaf)
        flops, moved = flops_of(leaf, kernels), _moved(kernels)
        entries.append(
            KernelEntry(
                leaf.output.name,
                leaf.name,
                tuple(map(identity, nodes)),
                tuple(map(str, nodes)),
                tuple(dict.fromkeys(origin for node in nodes for origin in origins(node))),
                ", ".join(dict.fromkeys(each.implementation.family for each in chosen)),
                "; ".join(print_implementation(each.implementation) for each in chosen),
                "; ".join(print_cost(each.cost) for each in chosen),
                candidates.of(c, leaf),
                functions,
                flops if isinstance(flops, int) else None,
                moved if isinstance(moved, int) else None,
                (c.choice.on.sizes.of(flops), c.choice.on.sizes.of(moved)),
            )
        )
    return entries


def _in_one_run(c: Compilation, task: Leaf) -> list[Kernel]:
    """The kernels of a task that one run calls: of the implementations of a part for different sizes, the first."""
    first: dict[int, Chosen] = {}
    for chosen in task.chosen:
        first.setdefault(id(chosen.part), chosen)
    return [kernel for kernel, chosen in c.kernels.get(task, ()) if first[id(chosen.part)] is chosen]


def _moved(kernels: Sequence[Kernel]) -> Dim:
    """The bytes that kernels read and write: operands, each once, weights, and what passes through scratch memory."""
    tensors = {tensor: None for kernel in kernels for tensor in kernel.operands}
    own = [kernel.packed_bytes + kernel.passed for kernel in kernels]
    return sum([*own, *(tensor.whole_bytes for tensor in tensors)], start=0)
