"""What an artifact says about itself: names, shapes and types of inputs and outputs; its machine, memory and steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from dldt.codegen.plan.calls import Called, Calls
from dldt.codegen.plan.conditions import declared_shape
from dldt.codegen.plan.numeric_notes import numeric_notes
from dldt.codegen.plan.specialization import Specialization
from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics
from dldt.codegen.task.state_variable import StateVariable
from dldt.compiler.dims import DefinedDim, Dim, Symbol, symbols
from dldt.compiler.graph import Graph, Node
from dldt.compiler.ops.core import Result
from dldt.runtime.version import __version__


@attrs.frozen
class Demands:
    """What a run asks of its host: the free dims, the arena in bytes (None: the host must ask the artifact, which may
    answer that dims are too small), and the scalar operations that threads can share."""

    dims: Sequence[Symbol]
    arena: int | None
    shared: Dim
    plan: dict[str, object]
    """How every task is carried out, so that the same plan can be compiled again."""
    found: int = 0
    """The number of dims that are found while the model runs."""
    slots: int = 0
    """The number of buffers for tensors whose sizes are found then."""
    states: Sequence[StateVariable] = ()
    conditions: Sequence[str] = ()
    """What must hold of the dims, as sentences: first what is checked before a run starts."""
    specializations: Sequence[tuple[Specialization, int]] = ()
    """The programs for named sizes, each with the number of its first step."""
    remarks: Sequence[str] = ()
    """What the user should know of how the graph was taken apart."""


def metadata(graph: Graph, target: Target, numerics: Numerics, calls: Calls, demands: Demands) -> dict[str, object]:
    """The metadata as JSON data. The host starts no threads where there is too little work to share."""
    bounds = {symbol: symbol for v in graph.inputs for dim in declared_shape(v) for symbol in symbols(dim)}
    kernels, shared = calls.kernels, demands.shared
    general = kernels[: demands.specializations[0][1]] if demands.specializations else kernels
    return {
        "format": 1,
        "name": graph.name,
        "producer": f"dldt {__version__}",
        "arch": target.arch,
        "target": target.name,
        "cpu": target.cpu.llvm,
        "tuned_for": target.cpu.name,
        "features": list(target.features),
        "symbols": [_bounds(bounds[name]) for name in demands.dims],
        "inputs": [_port(v.node.name, v.type.dtype.value, declared_shape(v)) for v in graph.inputs],
        "outputs": [_output(node) for node in graph.outputs],
        "arena": demands.arena,
        "dims": len(demands.dims) + demands.found,
        "slots": demands.slots,
        "states": [_state(state) for state in demands.states],
        "conditions": list(demands.conditions),
        "scratch": calls.scratch,
        "weights": calls.weights.end,
        "kernels": len(calls.library.functions),
        "notes": list(numeric_notes(kernels, numerics, (*demands.remarks, *calls.remarks))),
        "flops": sum(kernel.known_flops for kernel in general),
        "specializations": [_specialization(special, start) for special, start in demands.specializations],
        "parallel": not isinstance(shared, int) or shared >= target.cpu.fit.awake_work,
        "short": isinstance(shared, int) and shared < target.cpu.fit.team_work,
        "steps": [_step(called) for called in calls.called],
        "plan": demands.plan,
        **_for_the_caller(graph.metadata),
    }


def _for_the_caller(metadata: Mapping[str, str]) -> dict[str, object]:
    """What whoever runs the model must know of it: the texts whose keys begin with ``run_``."""
    found = {key.removeprefix("run_"): text for key, text in metadata.items() if key.startswith("run_")}
    return {"run": found} if found else {}


def _output(node: Node) -> dict[str, object]:
    port = _port(node.name, node.types[0].dtype.value, node.types[0].shape)
    return port | {"rank_of": node.op.rank_of} if isinstance(node.op, Result) and node.op.rank_of else port


def _specialization(special: Specialization, start: int) -> dict[str, object]:
    return {"dims": {symbol.name: size for symbol, size in special.dims.items()}, "start": start}


def _step(called: Called) -> dict[str, object]:
    """What a profile says of one call: its operations, output, work, and bytes read and written (None where free).

    ``bytes`` counts all operands in memory, ``weights`` the constant ones among them; ``passed`` counts bytes written
    to scratch memory and read again. Steps with the same number ``row_tiles`` run in turns; 0 means none.
    """
    kernel = called.kernel
    sizes = [t.bytes for t in kernel.operands if not t.layout.rows]
    held = sum((t.whole_bytes for t in kernel.operands if t.layout.rows), start=kernel.passed)
    moved = sum(s for s in sizes if isinstance(s, int)) + kernel.packed_bytes
    constant = sum(t.constant.nbytes for t in kernel.operands if t.constant is not None)
    done = kernel.known_flops if kernel.operations is None else kernel.operations
    return {
        "kernel": called.function,
        "what": kernel.what,
        "output": kernel.operands[-1].name,
        "algorithm": kernel.implementation.algorithm,
        "flops": kernel.known_flops,
        "operations": done if isinstance(done, int) else None,
        "bytes": moved if all(isinstance(s, int) for s in sizes) else None,
        "weights": kernel.packed_bytes + constant,
        "passed": held if isinstance(held, int) else None,
        "pair": kernel.implementation.arithmetic.products,
        "parallel": called.shared,
        "row_tiles": called.tiles,
    }


def _bounds(symbol: Symbol) -> dict[str, object]:
    upper = symbol.upper if isinstance(symbol.upper, int) else None
    bounds: dict[str, object] = {"name": symbol.name, "min": max(0, symbol.lower), "max": upper}
    return bounds if symbol.text == symbol.name else bounds | {"text": symbol.text}


def _state(state: StateVariable) -> dict[str, object]:
    place, kind = state.tensor.resolve(), state.tensor.type
    return {**_port(state.tensor.name, kind.dtype.value, kind.shape), "slot": place.index}


def _port(name: str, dtype: str, shape: Iterable[Dim]) -> dict[str, object]:
    return {"name": name, "dtype": dtype, "shape": [_dim(d) for d in shape]}


def _dim(dim: Dim) -> int | str:
    """A dim for people and hosts; ``?`` where it is found while the model runs."""
    if isinstance(dim, int):
        return dim
    return "?" if any(isinstance(symbol, DefinedDim) for symbol in symbols(dim)) else str(dim)
