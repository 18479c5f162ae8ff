"""The frames of the programs of an artifact: the general one, and one for each specialization."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dldt.codegen.llvm.program import ProgramFrame, ProgramOutput
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.plan.conditions import run_time_dims, sentence
from dldt.codegen.plan.stages import defined_dims
from dldt.codegen.task.task import found_dims
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Node


def program_frames(c: Compilation) -> Iterator[ProgramFrame]:
    """The frame of the general program, then those of the specializations. All read the free dims in the same order,
    and count their conditions one after the other. Raises UnsupportedError where a specialization has other
    variables."""
    free = run_time_dims(c.graph)
    fixed = [{}, *(special.dims for special in c.specializations)]
    numbered = 0
    for number, made in enumerate((c, *c.specialized)):
        if _variables(made) != _variables(c):
            raise UnsupportedError(
                f"the model cannot be specialized for {c.specializations[number - 1].text}: its state would have "
                "other shapes then; leave out this specialization, or fix the dims of the model (--input)"
            )
        yield ProgramFrame(
            free,
            made.arena.size,
            [_output(node, made, k) for k, node in enumerate(made.graph.outputs)],
            found_dims(made.program),
            c.calls.scratch,
            tuple(enumerate(made.conditions)),
            fixed[number],
            f"_{number}" if c.specialized else "",
            numbered,
        )
        numbered += len(made.conditions) + len(made.program.conditions)


def condition_sentences(c: Compilation) -> list[str]:
    """The conditions of all programs as sentences, in the order of their numbers."""
    sentences: list[str] = []
    for made, special in zip((c, *c.specialized), (None, *c.specializations), strict=True):
        own = map(sentence, (*made.conditions, *made.program.conditions))
        sentences += own if special is None else (f"for {special.text}: {text}" for text in own)
    return sentences


def _variables(c: Compilation) -> Sequence[tuple[str, int, int]]:
    return [(state.tensor.name, state.tensor.resolve().index, state.word) for state in c.program.states]


def _output(node: Node, c: Compilation, position: int) -> ProgramOutput:
    shape = node.types[0].shape
    found = any(map(defined_dims, shape))
    return ProgramOutput(shape, c.program.outputs[position].resolve() if found else None)
