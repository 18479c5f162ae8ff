"""Where constants and packed weights lie in the artifact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs
import numpy as np

from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.arena import SLACK
from dldt.codegen.plan.place_in_turn import ALIGNMENT
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.types import Array

Pieces = Iterable[bytes | memoryview]


@attrs.define
class WeightSegment:
    """The weights in the file's order, each made while the file is written. ``end`` is their total size in bytes."""

    end: int = 0
    _makers: list[Callable[[], Pieces]] = attrs.field(factory=list)
    _placed: dict[Tensor, Place] = attrs.field(factory=dict)

    def add(self, size: int, make: Callable[[], Pieces]) -> Place:
        """Reserve ``size`` bytes, which ``make`` fills when the file is written."""
        offset = -(-self.end // ALIGNMENT) * ALIGNMENT
        self._makers.append(make)
        self.end = offset + size
        return Place("weights", offset=offset)

    def place(self, tensor: Tensor) -> Place:
        """The place of a tensor. A constant is added to the file when it is first asked for."""
        base = tensor.base
        array = base.constant
        if array is None:
            return tensor.resolve()
        if base not in self._placed:
            self._placed[base] = self.add(array.nbytes, lambda: [_bytes(array)])
        place = self._placed[base]
        return attrs.evolve(place, offset=place.offset + tensor.offset)

    def pieces(self) -> Iterator[tuple[int, Pieces]]:
        """The alignment and content of every piece, then room for vectors that over-read."""
        for make in self._makers:
            yield ALIGNMENT, make()
        yield ALIGNMENT, [bytes(SLACK)]


def _bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data if array.size else memoryview(b"")
