"""Compares two artifacts of a model."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy import relative_error, run
from benchmarks.draft import Draft
from benchmarks.kept import Kept
from benchmarks.machine_code import MachineCode
from benchmarks.models import Model, random_inputs
from dldt.runtime.format import Artifact, read_artifact

Array = np.ndarray
_LISTED = 5
"""The most kernels to name below a model's line."""


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Our artifact compared with theirs. A pair of numbers is ours and theirs."""

    model: str
    outputs: str
    """"same"; or the largest difference, relative to the largest output; or "not run"."""
    changed: list[str]
    """Functions that differ, each with the tensor that it makes in the model."""
    functions: int
    weights: bool
    metadata: list[str]
    """Metadata fields that differ."""
    arena: tuple[int | None, int | None]
    file: tuple[int, int] | None
    seconds: tuple[float, float] | None

    @classmethod
    def of_artifacts(cls, model: Model, path: Path, seconds: float, theirs: Kept, *, runs: bool) -> Comparison:
        """Compare our artifact at ``path`` with theirs. ``runs``: whether this machine runs them."""
        one, other = read_artifact(path), read_artifact(theirs.path)
        changed, functions = _changed_functions(one, other)
        return cls(
            model.name,
            _compared_outputs(model, path, theirs) if runs else "not run",
            changed,
            functions,
            one.note.weights_sha256 == other.note.weights_sha256,
            _changed_metadata(_described(one), _described(other)),
            (one.metadata.arena, other.metadata.arena),
            (one.note.file_size, other.note.file_size),
            (seconds, theirs.seconds),
        )

    @classmethod
    def of_draft(cls, model: Model, target: str, theirs: Kept) -> Comparison:
        """Compare what LLVM and the linker would get from us with their artifact."""
        made, other = Draft.of(model, target), read_artifact(theirs.path)
        ours, its = _calls(made.metadata["steps"]), _calls(_described(other)["steps"])
        changed = [f"{name} → {output}" for output, name in ours.items() if its.get(output) != name]
        return cls(
            model.name,
            "not run",
            changed + _missing(ours, its),
            len(set(ours.values())),
            made.weights_sha256 == other.note.weights_sha256,
            _changed_metadata(made.metadata, _described(other)),
            (made.metadata["arena"], other.metadata.arena),
            None,
            None,
        )

    @property
    def equal(self) -> bool:
        """Whether no differences were found, except in sizes and seconds."""
        return self.outputs in ("same", "not run") and self.weights and not self.changed and not self.metadata

    def lines(self) -> list[str]:
        """The table's line, and below it the functions that differ."""
        code = f"{len(self.changed)} of {self.functions} differ" if self.changed else "same"
        files = "{:.2f} {:.2f}".format(*(size / 2**20 for size in self.file)) if self.file else "-"
        arenas = " ".join("-" if size is None else f"{size / 1024:.1f}" for size in self.arena)
        seconds = "{:.1f} {:.1f}".format(*self.seconds) if self.seconds else "-"
        cells = (
            f"{self.outputs:>9}{code:>19}{'same' if self.weights else 'DIFFER':>9}{files:>16}{arenas:>17}{seconds:>11}"
        )
        more = [f"    and {len(self.changed) - _LISTED} more"] if len(self.changed) > _LISTED else []
        names = [f"    {name}" for name in self.changed[:_LISTED]]
        return [f"{self.model:<13}{cells}  {', '.join(self.metadata) or 'same'}", *names, *more]


HEAD = (
    f"{'model':<13}{'outputs':>9}{'code':>19}{'weights':>9}{'file MiB':>16}{'arena KiB':>17}{'compile s':>11}  metadata"
)


def _compared_outputs(model: Model, path: Path, theirs: Kept) -> str:
    inputs = random_inputs(model)
    made, wanted = run(path, inputs), theirs.outputs(inputs)
    same = [_bits(array) for array in made] == [_bits(array) for array in wanted]
    return "same" if same else f"{relative_error(made, wanted):.1e}"


def _bits(array: Array) -> tuple[str, tuple[int, ...], bytes]:
    return str(array.dtype), array.shape, array.tobytes()


def _changed_functions(one: Artifact, other: Artifact) -> tuple[list[str], int]:
    """Our functions that differ, each with the tensors that it is called for, and the total number of functions."""
    ours, theirs = MachineCode(Path(one.path)), MachineCode(Path(other.path))
    if one.note.code_sha256 == other.note.code_sha256:
        return [], len(ours.functions)
    called, its = _calls(_described(one)["steps"]), _calls(_described(other)["steps"])
    pairs = {(kernel, its.get(output, "")): f"{kernel} → {output}" for output, kernel in called.items()}
    kernels = {*called.values(), *its.values()}
    pairs |= {(name, name): name for name in (*ours.functions, *theirs.functions) if name not in kernels}
    changed = [pairs[pair] for pair in ours.different(theirs, list(pairs))] + _missing(called, its)
    if not changed and ours.constants[1] != theirs.constants[1]:
        changed = ["the constants, or their order"]
    return changed, len(ours.functions)


def _calls(steps: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The kernel of every step, by the tensor that it makes. Where several steps make one tensor, they are numbered."""
    found: dict[str, str] = {}
    times: Counter[str] = Counter()
    for step in steps:
        times[step["output"]] += 1
        number = times[step["output"]]
        found[f"{step['output']} #{number}" if number > 1 else step["output"]] = step["kernel"]
    return found


def _missing(ours: dict[str, str], theirs: dict[str, str]) -> list[str]:
    return [f"(theirs) {kernel} → {output}" for output, kernel in theirs.items() if output not in ours]


def _described(artifact: Artifact) -> dict[str, Any]:
    plan = artifact.metadata.plan
    found = artifact.metadata.raw | {"steps": [step._asdict() for step in artifact.metadata.steps]}
    return found if plan is None else found | {"plan": plan}


def _changed_metadata(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> list[str]:
    """The names of the fields that differ, except the producer and the names of functions."""
    plain = [{**found, "steps": [{**s, "kernel": ""} for s in found["steps"]]} for found in (ours, theirs)]
    fields = sorted({*ours, *theirs} - {"producer"})
    return [name for name in fields if plain[0].get(name) != plain[1].get(name)]
