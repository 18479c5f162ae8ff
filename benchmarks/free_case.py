"""A model with free dims, and the runs in which it is measured."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.free_feeds import feed
from benchmarks.free_sizes import ROUNDED, sizes_of
from dldt.compiler.dims import Symbol, symbols
from dldt.compiler.graph import Graph
from dldt.compiler.substitute import substitute
from dldt.tools.api import read_model

Array = np.ndarray
Shape = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class FreeCase:
    """A model file, and the shapes of its inputs in every run. ``limit``: the largest difference to onnxruntime, as a
    share of the largest value."""

    name: str
    source: Path
    runs: Sequence[dict[str, Shape]]
    limit: float = 1e-3

    def feeds(self, shapes: dict[str, Shape]) -> dict[str, Array]:
        """Inputs of these shapes."""
        types = {value.node.name: value.type.dtype.numpy for value in read_model(self.source).inputs}
        return {name: feed(name, shape, types[name]) for name, shape in shapes.items()}


def models(folder: Path) -> Iterator[FreeCase | str]:
    """Every ONNX model below a folder whose inputs leave dims free; a line for each that cannot be read, and for each
    that leaves none free."""
    for source in sorted(folder.rglob("*.onnx")):
        name = source.parent.name if source.stem == "model" else source.stem
        try:
            graph = read_model(source)
        except Exception as error:  # whatever is wrong with a model is told in its row
            yield f"{name}: FAILS: {type(error).__name__}: {' '.join(str(error).split())[:240]}"
            continue
        runs = list(_runs(source.stem, graph))
        if not runs:
            yield f"{name}: its inputs leave no dim free"
            continue
        yield FreeCase(name, source, runs, 5e-2 if any(word in source.stem for word in ROUNDED) else 1e-3)


def _runs(name: str, graph: Graph) -> Iterator[dict[str, Shape]]:
    shapes = {value.node.name: value.type.shape for value in graph.inputs}
    free: list[Symbol] = list(dict.fromkeys(s for shape in shapes.values() for dim in shape for s in symbols(dim)))
    if not free:
        return
    written = [[dim if isinstance(dim, int) else str(dim) for dim in shape] for shape in shapes.values()]
    for sizes in sizes_of(name, written):
        known = dict(zip(free, sizes, strict=True))
        yield {key: tuple(int(substitute(dim, known)) for dim in shape) for key, shape in shapes.items()}
