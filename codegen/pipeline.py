"""From a graph to an artifact: partition, lower, schedule, plan, emit, compile, link."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import attrs
import numpy as np

from dldt.codegen.dump import Dump
from dldt.codegen.kernels.batch_matmul.kernel import product_kernels
from dldt.codegen.kernels.choice import Choice, Chosen
from dldt.codegen.kernels.convolution.kernel import contraction_kernels
from dldt.codegen.kernels.kernel import Kernel, generic_kernels
from dldt.codegen.kernels.library import Library
from dldt.codegen.kernels.recurrence.kernel import recurrence_kernels
from dldt.codegen.kernels.stream import is_cold
from dldt.codegen.kernels.tuned import UNTUNED, Tuned
from dldt.codegen.llvm.bands import Bands, Stage, Window
from dldt.codegen.llvm.call import Call
from dldt.codegen.llvm.place import Place
from dldt.codegen.llvm.program import AWAKE_WORK, TEAM_WORK, Fork, Step, program_module, shared_work
from dldt.codegen.llvm.support import support_modules
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.loop.reach import Reach
from dldt.codegen.loop.recurrence import Recurrence
from dldt.codegen.object.link import link
from dldt.codegen.object.object import compile_modules
from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.object.source import Source
from dldt.codegen.plan.arena import ALIGNMENT, SLACK, Arena, plan_arena
from dldt.codegen.plan.conditions import least_dims
from dldt.codegen.plan.in_place import share_in_place
from dldt.codegen.plan.numeric_notes import numeric_notes, precision_text
from dldt.codegen.plan.recurrent import expand_sequences
from dldt.codegen.plan.row_tiling import link_chains, window_bytes
from dldt.codegen.plan.sharing import Sharable, shared_steps
from dldt.codegen.plan.tasks import make_program
from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics
from dldt.codegen.task.task import Branch, Chain, Compute, Copy, Task
from dldt.codegen.task.tensor import Tensor
from dldt.compiler import ops
from dldt.compiler.dims import Dim, FreeDim, Symbol, symbols
from dldt.compiler.errors import UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.types import Array, DType
from dldt.runtime.version import __version__

_GROWN = 4
"""How much larger weights become at least that Winograd's algorithm transforms."""

Progress = Callable[[str, int, int], None]


@attrs.frozen
class Summary:
    """What was compiled: sizes in bytes, time in seconds, multiply-adds counted as two operations."""

    path: Path
    target: Target
    kernels: int
    arena_bytes: int | None
    arena_lower_bound: int | None
    scratch_bytes: int
    """Memory that each thread of a request needs beside the arena."""
    weights_bytes: int
    file_bytes: int
    seconds: float
    flops: int
    precision: str
    chosen: tuple[Chosen | None, ...]
    """For every step that is a contraction, how it is carried out and why."""
    notes: tuple[str, ...]
    chains: tuple[int, ...] = ()
    """Of every chain, whose kernels run in turns a band of image rows at a time, the number of kernels."""


@attrs.define
class Assembled:
    """A model before LLVM and the linker: its modules, its weights in the file's order, its description."""

    library: Library
    modules: list[Source]
    pieces: list[Callable[[], Iterable[bytes | memoryview]]]
    metadata: dict[str, object]
    arena: Arena
    scratch: int
    chains: tuple[int, ...] = ()

    def weights(self) -> Iterator[tuple[int, Iterable[bytes | memoryview]]]:
        """The weights, made while they are written; then room for a vector to run over."""
        for make in self.pieces:
            yield ALIGNMENT, make()
        yield ALIGNMENT, [bytes(SLACK)]


def compile_graph(
    graph: Graph,
    path: Path,
    target: Target,
    *,
    dump: Path | None = None,
    progress: Progress | None = None,
    workers: int | None = None,
    numerics: Numerics | None = None,
    tuned: Tuned = UNTUNED,
    cache: bool = True,
) -> Summary:
    """Compile a graph (after the passes) to one native library at ``path``.

    ``dump`` receives the loop IR, LLVM IR and assembly of every kernel. ``numerics`` says what may change in the
    numbers where that is estimated to be faster. ``tuned`` are choices that were measured, which precede estimates.
    ``cache`` takes the machine code of modules that were compiled before from the user's cache (DLDT_CACHE), and adds
    the others.

    Raises UnsupportedError naming every operation without native code, InternalError where LLVM refuses a kernel,
    InputError where ``path`` cannot be written.
    """
    started = time.perf_counter()
    tell = progress or (lambda what, done, total: None)
    tell("plan", 0, 1)
    allowed = numerics or Numerics()
    stored = ObjectCache.of_user() if cache else None
    model = assemble(graph, target, allowed, tuned, stored)
    modules = [*model.modules, *map(Source.of, support_modules(target))]
    tell("compile", 0, len(modules))
    objects = compile_modules(
        modules,
        target,
        assembly=dump is not None,
        workers=workers,
        finished=lambda count: tell("compile", count, len(modules)),
        cache=stored,
    )
    tell("link", 0, 1)
    linked = link([o.object for o in objects], model.weights(), model.metadata, path, target)
    if dump is not None:
        Dump(dump).write(model.library, modules, objects)
    size = model.arena.size
    return Summary(
        path=path,
        target=target,
        kernels=len(model.library.functions),
        arena_bytes=size if isinstance(size, int) else None,
        arena_lower_bound=model.arena.lower_bound,
        scratch_bytes=model.scratch,
        weights_bytes=linked.weights,
        file_bytes=linked.size,
        seconds=time.perf_counter() - started,
        flops=sum(k.flops for k in model.library.kernels),
        precision=precision_text(model.library.kernels),
        chosen=tuple(k.chosen for k in model.library.kernels),
        notes=numeric_notes(model.library.kernels, allowed),
        chains=model.chains,
    )


def assemble(
    graph: Graph,
    target: Target,
    numerics: Numerics | None = None,
    tuned: Tuned = UNTUNED,
    cache: ObjectCache | None = None,
) -> Assembled:
    """The graph as LLVM modules and weights; ``cache`` tells which kernels are equal without writing them."""
    graph = expand_sequences(graph)
    _refuse_unlowered(graph)
    program = make_program(graph, target, numerics)
    streamed = sum(t.constant.nbytes for t in program.constants if t.constant is not None)
    choice = Choice(target, numerics or Numerics(), tuned, is_cold(_GROWN * streamed, target))
    link_chains(program, choice)
    share_in_place(program)
    arena = plan_arena(program)
    build = _Build(choice, streamed, cache)
    steps = build.steps(program.tasks)
    names = _run_time_dims(graph)
    _refuse_unknown(build.library.kernels, names, graph)
    shapes = [node.types[0].shape for node in graph.outputs]
    least = least_dims(graph, names)
    program_text = program_module(steps, names, arena.size, shapes, target, build.scratch, least)
    metadata = _metadata(graph, target, names, arena, build, shared_work(steps))
    if least:
        metadata["arena"] = None  # the runtime is to ask, and to hear that dims are too small
    return Assembled(
        build.library,
        [*build.library.modules(), Source.of(program_text)],
        build.pieces,
        metadata,
        arena,
        build.scratch,
        tuple(build.chains),
    )


class _Build:
    """Kernels, steps and weights of one program."""

    def __init__(self, choice: Choice, streamed: int, cache: ObjectCache | None) -> None:
        self.choice = choice
        self.streamed = streamed
        self.scratch = 0
        self.library = Library(choice.target, cache)
        self.pieces: list[Callable[[], Iterable[bytes | memoryview]]] = []
        self.end = 0
        self.placed: dict[Tensor, int] = {}
        self.steps_made: list[dict[str, object]] = []
        self.chains: list[int] = []

    def steps(self, tasks: Sequence[Task]) -> list[Step]:
        """The tasks as calls."""
        parts: list[Kernel | Branch | Chain] = []
        for task in tasks:
            parts += [task] if isinstance(task, Branch | Chain) else self._kernels(task)
        kinds = [Sharable(p.work, p.extent) if isinstance(p, Kernel) else Sharable(None, None) for p in parts]
        return [self._step(part, shared) for part, shared in zip(parts, shared_steps(kinds), strict=True)]

    def _step(self, part: Kernel | Branch | Chain, shared: bool) -> Step:
        if isinstance(part, Kernel):
            return self._call(part, shared)
        if isinstance(part, Chain):
            return self._bands(part)
        then, otherwise = tuple(self.steps(part.then)), tuple(self.steps(part.otherwise))
        return Fork(self._place(part.condition), then, otherwise)

    def _bands(self, chain: Chain) -> Bands:
        """The tasks of a chain, each one call, and the windows between them."""
        self.chains.append(len(chain.tasks))
        stages: list[Stage] = []
        windows: list[Window] = []
        for number, task in enumerate(chain.tasks):
            (kernel,) = self._kernels(task)
            rows, height = kernel.rows, task.output.type.shape[2]
            assert rows is not None
            assert isinstance(height, int)
            if number:
                windows.append(_window(chain.tasks[number - 1].output, rows.reach))
            call = self._call(kernel, True, len(self.chains))
            stages.append(Stage(call, -(-height // rows.made), rows.made, rows.positions, rows.blocks))
        self.scratch = max(self.scratch, sum(window_bytes(task.output) for task in chain.tasks[:-1]))
        return Bands(tuple(stages), tuple(windows), chain.tasks[0].output.type.shape[0], chain.band)

    def _kernels(self, task: Compute | Copy) -> list[Kernel]:
        made = None
        if isinstance(task, Compute):
            made = contraction_kernels(task, self.choice, self.streamed)
            made = product_kernels(task, self.choice.target) if made is None else made
            made = recurrence_kernels(task, self.choice.target) if made is None else made
        return generic_kernels(task, self.choice.target) if made is None else made

    def _call(self, kernel: Kernel, parallel: bool, chain: int = 0) -> Call:
        function = self.library.add(kernel)
        places = [self._place(tensor) for tensor in kernel.operands]
        if kernel.packed is not None:
            places.append(Place("weights", offset=self._add(kernel.packed_bytes, kernel.packed)))
        if kernel.scratch:
            places.append(Place("scratch"))
            self.scratch = max(self.scratch, kernel.scratch)
        self.steps_made.append(_step(kernel, function, parallel, chain))
        slot = len(self.steps_made) - 1
        return Call(function, tuple(places), kernel.symbols, kernel.extent, parallel, kernel.work, slot)

    def _place(self, tensor: Tensor) -> Place:
        if tensor.constant is None:
            return tensor.resolve()
        if tensor not in self.placed:
            array = tensor.constant
            self.placed[tensor] = self._add(array.nbytes, lambda: [_bytes(array)])
        return Place("weights", offset=self.placed[tensor])

    def _add(self, size: int, make: Callable[[], Iterable[bytes | memoryview]]) -> int:
        offset = -(-self.end // ALIGNMENT) * ALIGNMENT
        self.pieces.append(make)
        self.end = offset + size
        return offset


def _window(tensor: Tensor, reach: Reach) -> Window:
    rows, offset, whole, height = tensor.layout.rows, tensor.resolve().offset, tensor.bytes, tensor.type.shape[2]
    blocks = tensor.buffer.physical_shape[1]
    assert isinstance(blocks, int)
    assert isinstance(offset, int)
    assert isinstance(whole, int)
    assert isinstance(height, int)
    return Window(blocks, rows, whole // (blocks * rows), offset, height, reach)


def _bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data if array.size else memoryview(b"")


def _run_time_dims(graph: Graph) -> list[Symbol]:
    """The free dims, in the order in which the inputs mention them."""
    found: dict[Symbol, None] = {}
    for value in graph.inputs:
        for dim in value.type.shape:
            found.update(dict.fromkeys(sorted((s for s in symbols(dim) if isinstance(s, FreeDim)), key=str)))
    return list(found)


def _refuse_unlowered(graph: Graph) -> None:
    """All operations without native code, at once."""
    missing: dict[str, list[str]] = {}
    for inner in graph.walk():
        for node in inner.order():
            known = (
                isinstance(node.op, ops.Parameter | ops.Constant | ops.Result | ops.If | Recurrence)
                or type(node.op) in RULES
            )
            if not known:
                missing.setdefault(node.op.type, []).append(node.name)
    if missing:
        rows = [f"  {kind}  {len(names)} node(s)  {', '.join(names[:5])}" for kind, names in sorted(missing.items())]
        raise UnsupportedError("\n".join([f"{len(missing)} operation type(s) have no native code", *rows]))


def _refuse_unknown(kernels: Sequence[Kernel], names: Sequence[Symbol], graph: Graph) -> None:
    unknown = sorted({str(symbol) for kernel in kernels for symbol in kernel.symbols if symbol not in names})
    if unknown:
        free = ", ".join(f"{v.node.name} {v.type}" for v in graph.inputs if not v.type.is_static)
        raise UnsupportedError(
            f"dimensions {', '.join(unknown)} depend on data and are not known when the model starts; "
            f'fix the free inputs ({free or "none"}), e.g. --input "x[1,3,224,224]"'
        )


def _metadata(
    graph: Graph, target: Target, names: Sequence[Symbol], arena: Arena, build: _Build, shared: Dim
) -> dict[str, object]:
    """``shared``: the scalar operations that threads may share; with too few, the host starts none."""
    bounds = {symbol: symbol for v in graph.inputs for dim in v.type.shape for symbol in symbols(dim)}
    return {
        "format": 1,
        "name": graph.name,
        "producer": f"dldt {__version__}",
        "arch": target.arch,
        "target": target.name,
        "cpu": target.cpu,
        "features": list(target.features),
        "symbols": [_bounds(bounds[name]) for name in names],
        "inputs": [_port(v.node.name, v.type.dtype.value, v.type.shape) for v in graph.inputs],
        "outputs": [_port(n.name, n.types[0].dtype.value, n.types[0].shape) for n in graph.outputs],
        "arena": arena.size if isinstance(arena.size, int) else None,
        "scratch": build.scratch,
        "weights": build.end,
        "kernels": len(build.library.functions),
        "notes": list(numeric_notes(build.library.kernels, build.choice.numerics)),
        "flops": sum(k.flops for k in build.library.kernels),
        "parallel": not isinstance(shared, int) or shared >= AWAKE_WORK,
        "short": isinstance(shared, int) and shared < TEAM_WORK,
        "steps": build.steps_made,
    }


def _step(kernel: Kernel, function: str, parallel: bool, chain: int) -> dict[str, object]:
    """What a profile says of one call: its operations, output, work, and bytes read and written (None where free).

    ``bytes`` are those of all operands in memory, ``weights`` the constant ones among them, ``passed`` go through
    scratch memory. Steps of one ``chain`` run in turns; 0 is none.
    """
    sizes = [t.bytes for t in kernel.operands if not t.layout.rows]
    held = sum((t.whole_bytes for t in kernel.operands if t.layout.rows), start=kernel.passed)
    moved = sum(s for s in sizes if isinstance(s, int)) + kernel.packed_bytes
    constant = sum(t.constant.nbytes for t in kernel.operands if t.constant is not None)
    done = kernel.flops if kernel.operations is None else kernel.operations
    return {
        "kernel": function,
        "what": kernel.what,
        "output": kernel.operands[-1].name,
        "algorithm": kernel.algorithm,
        "flops": kernel.flops,
        "operations": done if isinstance(done, int) else None,
        "bytes": moved if all(isinstance(s, int) for s in sizes) else None,
        "weights": kernel.packed_bytes + constant,
        "passed": held if isinstance(held, int) else None,
        "pair": 2 if kernel.multiplied is DType.bf16 else 1,
        "parallel": parallel,
        "chain": chain,
    }


def _bounds(symbol: Symbol) -> dict[str, object]:
    upper = symbol.upper if isinstance(symbol.upper, int) else None
    bounds = {"name": symbol.name, "min": max(1, symbol.lower), "max": upper}
    return bounds if symbol.text == symbol.name else bounds | {"text": symbol.text}


def _port(name: str, dtype: str, shape: Iterable[Dim]) -> dict[str, object]:
    return {"name": name, "dtype": dtype, "shape": [d if isinstance(d, int) else str(d) for d in shape]}
