"""From a graph to an artifact, as one list of steps: read this first.

A ``Compilation`` holds the data that the steps work on. Each step reads what the steps before it made, and adds its own
results. The pipeline can stop after any step; each step is timed, and an observer hears of it.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import attrs

from dldt.codegen.kernels.agreement import agree
from dldt.codegen.kernels.choice import Choice
from dldt.codegen.kernels.objective import DEFAULT, Objective, trade
from dldt.codegen.kernels.recorded import PlanEntry, Recorded, plan_data
from dldt.codegen.kernels.setting import Setting
from dldt.codegen.kernels.stream import is_cold
from dldt.codegen.kernels.tuned import UNTUNED, Tuned
from dldt.codegen.kernels.typical_sizes import TypicalSizes
from dldt.codegen.llvm.dispatch import dispatch_module
from dldt.codegen.llvm.program import program_module, shared_work
from dldt.codegen.llvm.support import support_modules
from dldt.codegen.object.link import link
from dldt.codegen.object.object import compile_modules
from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.object.source import ModuleSource
from dldt.codegen.plan import show
from dldt.codegen.plan.arena import arena_warning, plan_arena
from dldt.codegen.plan.calls import Calls, make_steps
from dldt.codegen.plan.compilation import Compilation, Progress
from dldt.codegen.plan.computed_filters import pack_computed_filters
from dldt.codegen.plan.conditions import run_time_dims, start_conditions
from dldt.codegen.plan.definitions import definitions
from dldt.codegen.plan.expand import expand
from dldt.codegen.plan.fixed_point import rescale_integers
from dldt.codegen.plan.frames import condition_sentences, program_frames
from dldt.codegen.plan.halves import half_notes, widen_halves
from dldt.codegen.plan.in_place import share_in_place
from dldt.codegen.plan.integers import sum_integers
from dldt.codegen.plan.kernel_sources import kernel_sources
from dldt.codegen.plan.kernels import make_kernels, write_functions
from dldt.codegen.plan.layouts import assign_layouts
from dldt.codegen.plan.loop_parts import normalize_parts
from dldt.codegen.plan.metadata import Demands, metadata
from dldt.codegen.plan.plain_loops import plain_loop_notes
from dldt.codegen.plan.planar import make_planar
from dldt.codegen.plan.precision import stored_types
from dldt.codegen.plan.recurrent import expand_sequences
from dldt.codegen.plan.refusal import refuse_undetermined, refuse_unknown, refuse_unlowered
from dldt.codegen.plan.regions import partition
from dldt.codegen.plan.row_tiling import tile_rows
from dldt.codegen.plan.specialization import Specialization
from dldt.codegen.plan.stored_scalars import stored_scalars
from dldt.codegen.plan.summary import Summary, summarize
from dldt.codegen.plan.tasks import Decisions, make_program
from dldt.codegen.plan.transposed_filters import pack_transposed_filters
from dldt.codegen.plan.weights import WeightSegment
from dldt.codegen.target import Target
from dldt.codegen.task.implementation import Chosen
from dldt.codegen.task.numerics import Numerics
from dldt.codegen.task.task import found_dims
from dldt.compiler.budget import budget
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.observer import SILENT, Observer, StepRun
from dldt.compiler.shown import shown

GROWN = 4
"""Winograd's algorithm transforms weights into weights that are at least so many times larger."""


def take_apart(c: Compilation) -> None:
    """Takes apart what has no kernel of its own: recurrent layers, selections, loops over slices; contractions of bytes
    sum integers, those of half precision sum floats; convolutions over one or three axes become such over two; filters
    that are computed are packed."""
    c.remarks = half_notes(c.graph, c.target)
    planar = make_planar(widen_halves(c.graph, c.target))
    apart = expand(normalize_parts(expand_sequences(planar, c.target)))
    packed = pack_computed_filters(rescale_integers(sum_integers(apart, c.target)), c.target)
    c.graph = pack_transposed_filters(packed, c.target)
    refuse_unlowered(c.graph)


def find_conditions(c: Compilation) -> None:
    """Finds the conditions on the free dims without which the model cannot run."""
    refuse_undetermined(c.graph)
    c.conditions = start_conditions(c.graph)


def make_regions(c: Compilation) -> None:
    """Groups operations into regions: each becomes one task."""
    c.definitions = {inner: definitions(inner) for inner in c.graph.walk()}
    c.regions = {inner: partition(inner, c.definitions[inner]) for inner in c.graph.walk()}


def choose_layouts(c: Compilation) -> None:
    """Chooses which tensors are stored in channel blocks, and which in C order."""
    found = [assign_layouts(regions, c.target) for regions in c.regions.values()]
    c.layouts = {root: layout for layouts in found for root, layout in layouts.items()}


def choose_types(c: Compilation) -> None:
    """Chooses the type in which each tensor between tasks is stored."""
    c.types = stored_types(c.regions.values(), c.layouts, c.numerics)


def make_tasks(c: Compilation) -> None:
    """Makes the regions a tree of tasks on tensors. Views share the memory of their source; joined parts lie in their
    result."""
    stored = stored_scalars(region for regions in c.regions.values() for region in regions)
    decided = Decisions(c.regions, c.layouts, c.types, c.definitions, c.conditions, c.target.block, stored)
    c.program = make_program(c.graph, decided)


def choose_implementations(c: Compilation) -> None:
    """Chooses how every task is carried out: the only step that does."""
    streamed = sum(t.constant.nbytes for t in c.program.constants if t.constant is not None)
    cold = is_cold(GROWN * streamed, c.target)
    sizes = TypicalSizes.of_inputs(value.type for value in c.graph.inputs)
    choice = Choice(Setting(c.target, c.numerics, streamed, cold, sizes), c.tuned, c.recorded)
    leaves = list(c.program.leaves())
    options = [] if c.optimize is Objective.speed else [each for leaf in leaves for each in choice.all_options(leaf)]
    c.choice = attrs.evolve(choice, trade=trade(c.optimize, options, choice.on))
    for leaf in leaves:
        leaf.chosen = c.choice.choose(leaf)
    agree(leaves, c.choice)
    c.remarks = (*c.remarks, *plain_loop_notes(leaves, c.target))


def join_rows(c: Compilation) -> None:
    """Fuses tasks that run in turns, one tile of image rows at a time."""
    c.row_tiles = tile_rows(c.program, c.choice.on)


def plan_memory(c: Compilation) -> None:
    """Places every tensor in memory."""
    share_in_place(c.program)
    c.arena = plan_arena(c.program)
    c.remarks = [*c.remarks, *arena_warning(c.arena, c.program.inputs)]


def write_kernels(c: Compilation) -> None:
    """Makes the kernels of every task, with operands and ranges, and their functions; equal functions are kept once."""
    c.kernels = make_kernels(c.program, c.choice.on)
    known = [*run_time_dims(c.graph), *found_dims(c.program)]
    refuse_unknown([kernel for made in c.kernels.values() for kernel, _ in made], known, c.graph)
    c.functions = write_functions(c.kernels, c.library)


def plan_specializations(c: Compilation) -> None:
    """Plans a program for each size that the user named, like the general one; equal kernels are shared."""
    c.specialized = []
    for special in c.specializations:
        made = Compilation(special.graph, c.target, c.numerics, c.tuned, c.cache, recorded=c.recorded)
        made.optimize, made.library = c.optimize, c.library
        for step in PIPELINE[: [step.run for step in PIPELINE].index(plan_specializations)]:
            step.run(made)
        c.specialized.append(made)


def write_program(c: Compilation) -> None:
    """Makes the calls in order, shared among threads; packed weights lie in the file's order."""
    c.calls = Calls(c.library, WeightSegment())
    programs, starts = (c, *c.specialized), []
    for made in programs:
        starts.append(len(c.calls.called))
        made.steps = make_steps(made.program, made.kernels, made.functions, c.calls)
    frames = list(program_frames(c))
    texts = [program_module(made.steps, frame, c.target) for made, frame in zip(programs, frames, strict=True)]
    if c.specialized:
        texts.append(dispatch_module([*frames[1:], frames[0]], c.target))
    size = c.arena.size if isinstance(c.arena.size, int) and not c.conditions and not c.specialized else None
    entries = [
        PlanEntry(leaf.output.name, chosen.implementation, chosen.cost, _sizes(chosen))
        for made in programs
        for leaf in made.program.decided()
        for chosen in leaf.chosen
    ]
    demands = Demands(
        run_time_dims(c.graph),
        size,
        shared_work(c.steps, c.target),
        plan_data(entries),
        max(len(frame.found) for frame in frames),
        max(made.arena.slots for made in programs),
        c.program.states,
        condition_sentences(c),
        [(special, start) for special, start in zip(c.specializations, starts[1:], strict=True)],
        c.remarks,
    )
    c.metadata = metadata(c.graph, c.target, c.numerics, c.calls, demands) | {"optimize": str(c.optimize)}
    sources = kernel_sources(c.kernels, c.functions) if c.assembly and not c.specialized else None
    c.modules = [*c.calls.library.modules(sources), *map(ModuleSource.of, texts)]


def _sizes(chosen: Chosen) -> tuple[int, int | None] | None:
    return None if chosen.sizes is None else (chosen.sizes.least, chosen.sizes.end)


def compile_objects(c: Compilation) -> None:
    """Compiles LLVM IR to machine code, in child processes, or takes it from the cache."""
    c.modules += map(ModuleSource.of, support_modules(c.target))
    c.progress("compile", 0, len(c.modules))
    c.objects = compile_modules(
        c.modules,
        c.target,
        assembly=c.assembly,
        workers=c.workers,
        finished=lambda count: c.progress("compile", count, len(c.modules)),
        cache=c.cache,
    )


def link_artifact(c: Compilation) -> None:
    """Links one file that depends on no other."""
    if c.path is None:
        raise UsageError("an artifact needs a path")
    c.progress("link", 0, 1)
    c.linked = link([o.object for o in c.objects], c.calls.weights.pieces(), c.metadata, c.path, c.target)


@attrs.frozen
class Step:
    """A step of the pipeline: ``run`` carries it out, ``show`` tells in lines of text what it decided."""

    name: str
    run: Callable[[Compilation], None]
    show: Callable[[Compilation], Iterator[str]]

    @property
    def what(self) -> str:
        """What the step does, in a sentence."""
        return (self.run.__doc__ or "").strip()


PIPELINE = (
    Step("recurrent", take_apart, lambda c: show.graph(c.graph)),
    Step("conditions", find_conditions, lambda c: show.conditions(c.conditions)),
    Step("regions", make_regions, lambda c: show.regions(c.regions)),
    Step("layouts", choose_layouts, lambda c: show.layouts(c.layouts)),
    Step("precision", choose_types, lambda c: show.types(c.types)),
    Step("tasks", make_tasks, lambda c: show.tasks(c.program.tasks)),
    Step("implementations", choose_implementations, lambda c: show.implementations(c.program)),
    Step("row-tiling", join_rows, lambda c: show.tasks(c.program.tasks)),
    Step("memory", plan_memory, lambda c: show.memory(c.program, c.arena)),
    Step("kernels", write_kernels, lambda c: show.kernels(c.kernels)),
    Step("specializations", plan_specializations, lambda c: show.specializations(c.specializations, c.specialized)),
    Step("program", write_program, lambda c: show.calls(c.calls)),
    Step("objects", compile_objects, lambda c: show.objects(c.modules, c.objects)),
    Step("link", link_artifact, lambda c: show.linked(c.linked)),
)


def run_steps(c: Compilation, stop_after: str = "link", observer: Observer = SILENT) -> Compilation:
    """Run the pipeline up to and including the step ``stop_after``. Raises UsageError where there is no such step."""
    names = [step.name for step in PIPELINE]
    if stop_after not in names:
        raise UsageError(f"no step of code generation is called {shown(stop_after)}; there are: {', '.join(names)}")
    for number, step in enumerate(PIPELINE[: names.index(stop_after) + 1]):
        observer.step_begins(number, step.name, c)
        started, limit = time.perf_counter(), budget()
        limit.doing = f"step {step.name}"
        limit.tick()
        step.run(c)
        c.seconds[step.name] = time.perf_counter() - started
        show = functools.partial(step.show, c)
        observer.step_ended(StepRun(number, step.name, step.what, c.seconds[step.name], c, show))
    return c


def show_step(c: Compilation, name: str) -> Iterator[str]:
    """Run the pipeline up to the step called ``name``; what the step decided, in lines. UsageError where there is no
    such step, and for the last one, which writes the artifact."""
    if name == PIPELINE[-1].name:
        raise UsageError(f"{shown(name)} is the last step: it writes the library; compile the model instead")
    run_steps(c, name)
    return next(step.show(c) for step in PIPELINE if step.name == name)


def assemble(
    graph: Graph,
    target: Target,
    numerics: Numerics | None = None,
    tuned: Tuned = UNTUNED,
    cache: ObjectCache | None = None,
    optimize: Objective = DEFAULT,
) -> Compilation:
    """The graph as LLVM modules, weights and metadata, before LLVM and the linker run. ``cache`` tells which kernels
    are equal without writing their text."""
    return run_steps(Compilation(graph, target, numerics or Numerics(), tuned, cache, optimize=optimize), "program")


def compile_graph(
    graph: Graph,
    path: Path,
    target: Target,
    *,
    observer: Observer = SILENT,
    progress: Progress | None = None,
    workers: int | None = None,
    numerics: Numerics | None = None,
    tuned: Tuned = UNTUNED,
    recorded: Recorded | None = None,
    cache: bool = True,
    optimize: Objective = DEFAULT,
    specializations: Sequence[Specialization] = (),
) -> Summary:
    """Compile a graph (after the passes) to one native library at ``path``.

    ``observer`` hears of every step. ``numerics`` says
    how the numbers may change where that is estimated to be faster. ``tuned`` holds measured choices, which precede
    estimates. ``recorded`` is a plan to follow instead of choosing. ``cache`` takes the machine code of modules that
    were compiled before from the user's cache (DLDT_CACHE), and adds new modules to it. ``optimize`` says what choices
    are made for. ``specializations`` are the sizes that get programs of their own beside the general one.

    Raises UnsupportedError naming every operation without native code, InternalError where LLVM refuses a kernel, and
    InputError where ``path`` cannot be written.
    """
    c = Compilation(graph, target, numerics or Numerics(), tuned, ObjectCache.of_user() if cache else None, path)
    c.recorded, c.workers, c.assembly, c.progress = recorded, workers, observer.code, progress or c.progress
    c.optimize, c.specializations = optimize, specializations
    c.progress("plan", 0, 1)
    run_steps(c, observer=observer)
    return summarize(c)
