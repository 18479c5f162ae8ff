"""A model as it is handed to LLVM and the linker: what an artifact of it would hold, known without making one."""

from __future__ import annotations

import hashlib
import json
from typing import Any, NamedTuple

from benchmarks.accuracy import read
from benchmarks.models import Model
from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import assemble
from dldt.tools.api import transform


class Draft(NamedTuple):
    """The metadata, those of the steps included, and the hash and the bytes of the weights as they lie in the file.

    A kernel's name has the hash of its LLVM IR in it, so kernels of equal names are equal.
    """

    metadata: dict[str, Any]
    weights_sha256: bytes
    weights_size: int

    @classmethod
    def of(cls, model: Model, target: str) -> Draft:
        """The model read, transformed and assembled for a target."""
        graph = read(model)
        transform(graph)
        assembled = assemble(graph, resolve_target(target))
        digest, size = hashlib.sha256(), 0
        for alignment, buffers in assembled.calls.weights.pieces():
            for buffer in (bytes(-size % alignment), *buffers):
                view = memoryview(buffer).cast("B")
                digest.update(view)
                size += len(view)
        return cls(json.loads(json.dumps(assembled.metadata)), digest.digest(), size)
