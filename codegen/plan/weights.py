"""Where constants and packed weights lie in the artifact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import attrs
import numpy as np

from dldt.codegen.llvm.place import Place
from dldt.codegen.plan.arena import SLACK
from dldt.codegen.plan.place_in_turn import ALIGNMENT
from dldt.codegen.task.packing import Packing
from dldt.codegen.task.tensor import Tensor
from dldt.compiler.content import Content
from dldt.compiler.types import Array

Pieces = Iterable[bytes | memoryview]


@attrs.define
class WeightSegment:
    """The weights in the file's order, each made while the file is written. Those of equal content and order lie there
    once. ``end`` is their total size in bytes."""

    end: int = 0
    _makers: list[Callable[[], Pieces]] = attrs.field(factory=list)
    _placed: dict[Content | Packing, Place] = attrs.field(factory=dict)
    _contents: dict[Tensor, Content] = attrs.field(factory=dict)

    def packed(self, packing: Packing) -> Place:
        """The place of packed weights. They are added to the file when they are first asked for."""
        return self._once(packing, packing.size, packing.pack)

    def place(self, tensor: Tensor) -> Place:
        """The place of a tensor. A constant is added to the file when its content is first asked for."""
        base = tensor.base
        array = base.constant
        if array is None:
            return tensor.resolve()
        content = self._contents.setdefault(base, Content(array))
        place = self._once(content, array.nbytes, lambda: [_bytes(array)])
        return attrs.evolve(place, offset=place.offset + tensor.offset)

    def _once(self, what: Content | Packing, size: int, make: Callable[[], Pieces]) -> Place:
        """The place of ``size`` bytes, which ``make`` fills when the file is written."""
        if what not in self._placed:
            offset = -(-self.end // ALIGNMENT) * ALIGNMENT
            self._makers.append(make)
            self.end = offset + size
            self._placed[what] = Place("weights", offset=offset)
        return self._placed[what]

    def pieces(self) -> Iterator[tuple[int, Pieces]]:
        """The alignment and content of every piece, then room for vectors that over-read."""
        for make in self._makers:
            yield ALIGNMENT, make()
        yield ALIGNMENT, [bytes(SLACK)]


def _bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data if array.size else memoryview(b"")
