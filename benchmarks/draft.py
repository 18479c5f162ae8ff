"""A draft: what an artifact of a model would hold, computed without running LLVM or the linker."""

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
    """The metadata including those of the steps, and the hash and size in bytes of the weights as they lie in the file.

    A kernel's name includes the hash of its LLVM IR, so kernels with equal names are equal.
    """

    metadata: dict[str, Any]
    weights_sha256: bytes
    weights_size: int

    @classmethod
    def of(cls, model: Model, target: str) -> Draft:
        """Read, transform and assemble the model for a target."""
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
