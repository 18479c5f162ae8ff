"""The tensors between kernels: a model compiled so that each of them is an output."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.pipeline import run_steps
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.task.region import Region
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.types import Array
from dldt.debug.native_run import run_artifact


def probe(c: Compilation, inputs: Mapping[str, Array]) -> dict[Value, Array]:
    """What the native code makes of every tensor that a kernel writes, in the order of the graph. ``c`` came to its
    kernels. More outputs than the model's may change what is fused around them."""
    graph = c.graph.copy()
    roots = [value for region in c.regions[c.graph] for value in _made(region)]
    names = _mark(graph, roots)
    with tempfile.TemporaryDirectory(prefix="dldt-probe-") as folder:
        path = Path(folder) / "probe.so"
        made = Compilation(graph, c.target, c.numerics, c.tuned, ObjectCache.of_user(), path, optimize=c.optimize)
        run_steps(made)
        found = run_artifact(path, inputs)
    return {value: found[names[value]] for value in roots}


def _made(region: Region | Node) -> tuple[Value, ...]:
    """What a region makes, or a node that holds bodies."""
    if isinstance(region, Region):
        return (region.root,)
    return region.outputs if region.bodies else ()


def _mark(graph: Graph, roots: list[Value]) -> dict[Value, str]:
    """Make outputs of the values of the same ids; what these outputs are called."""
    outputs = {(v.id, v.port): node.name for node in graph.outputs for v in node.inputs if v is not None}
    taken = {node.name for node in graph.outputs}
    names: dict[Value, str] = {}
    for number, root in enumerate(roots):
        if (root.id, root.port) in outputs:
            names[root] = outputs[root.id, root.port]
            continue
        name = f"probe {number}"
        assert name not in taken
        graph.result(Value(graph, root.id, root.port), name)
        names[root] = name
    return names
