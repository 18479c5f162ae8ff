"""A kernel: a function with its operands, the range that threads share, and its cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from dldt.codegen.kernels.emission import Emission
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.ir import Nest
from dldt.codegen.task.implementation import Implementation
from dldt.codegen.task.packing import Packing
from dldt.codegen.task.task import Leaf
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.dims import Dim, Symbol
from dldt.compiler.graph import Value


@attrs.frozen
class Kernel:
    """One call. ``emit`` writes the function, ``operands`` are its tensors, and threads share the range ``[0,
    extent)``.

    ``work`` estimates the scalar operations; ``what`` tells people where the kernel comes from.
    """

    what: str
    implementation: Implementation
    emit: Emission
    operands: tuple[Tensor, ...]
    symbols: tuple[Symbol, ...]
    extent: Dim
    work: Dim
    flops: Dim = 0
    """The operations of a contraction, two for each multiply-add; 0 for all other kernels."""
    nest: Nest | None = None
    packed: Packing | None = None
    scratch: int = 0
    """Bytes of scratch memory that each thread needs, a multiple of 64. The function takes the pointer after that of
    the packed weights."""
    operations: Dim | None = None
    """The operations that the algorithm performs, where that differs from ``flops``, which counts by the definition."""
    shifts: tuple[Dim, ...] = ()
    """Where the function's pointers stand: bytes behind the start of each operand; none where all stand there."""
    passed: Dim = 0
    """Bytes written to ``scratch`` and read again."""

    arithmetic: Dim = 0
    """The arithmetic operations besides ``flops`` of a kernel without a nest; estimated where they depend on data."""

    @property
    def known_flops(self) -> int:
        """``flops`` where sizes are known, else 0."""
        return self.flops if isinstance(self.flops, int) else 0

    @property
    def packed_bytes(self) -> int:
        """Bytes of the packed weights that it reads."""
        return 0 if self.packed is None else self.packed.size


@attrs.frozen
class Operands:
    """A task's tensors under the names that its kernel gives them."""

    buffers: Mapping[Value, Buffer]
    tensors: Mapping[Buffer, Tensor]
    output: Buffer
    target: Tensor

    def of(self, used: Iterable[Buffer]) -> tuple[Tensor, ...]:
        """The tensors of the buffers in ``used``, which the kernel reads, then the output."""
        return (*(self.tensors[buffer] for buffer in used), self.target)

    def alias(self, used: Iterable[Buffer]) -> bool:
        """Whether two of the tensors share memory."""
        bases = [tensor.base for tensor in self.of(used)]
        return len(set(bases)) != len(bases)


def operands_of(task: Leaf) -> Operands:
    """The kernel's names for the task's inputs (``a0``, ``a1`` …) and its output (``out``)."""
    buffers: dict[Value, Buffer] = {}
    tensors: dict[Buffer, Tensor] = {}
    for k, (value, tensor) in enumerate(task.inputs.items()):
        buffer = attrs.evolve(tensor.buffer, name=f"a{k}", role=tensor.role)
        buffers[value] = buffer
        tensors[buffer] = tensor
    output = attrs.evolve(task.output.buffer, name="out", role=task.output.role)
    return Operands(buffers, tensors, output, task.output)
