"""``dldt-compile``: a model becomes one native library."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dldt.compiler.errors import UsageError
from dldt.tools import debug_options, model_options, pass_options, target_options
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command
from dldt.tools.output import add_output_arguments, output_path, require_writable
from dldt.tools.printable import printable
from dldt.tools.progress_line import ProgressLine
from dldt.tools.units import bytes_text

if TYPE_CHECKING:
    from dldt.codegen.plan.summary import Summary
    from dldt.compiler.graph import Graph
    from dldt.compiler.specialize import Sizes
    from dldt.passes.pipeline import Pipeline
    from dldt.tools.api import Compiled

DESCRIPTION = """Compile a model to one native library (model.so) that needs nothing but the thin runtime.

  dldt-compile resnet50.onnx -o resnet50.so
  dldt-compile det.onnx -o det.so --input "x[1,3,640,640]" --target x86-64-v3
  dldt-compile det.onnx --specialize "x[1,3,640,640]" --specialize "x[1,3,320,320]"
  dldt-compile model.xml --output-dir build"""


def main(argv: Sequence[str] | None = None, prog: str = "dldt-compile") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    model_options.add_model_arguments(parser)
    add_output_arguments(parser, "the library to write (default: MODEL.so in the current directory)")
    group = parser.add_argument_group("code")
    target_options.add_target_arguments(group)
    group.add_argument("--threads", type=int, metavar="N", help="how many threads the compiler may use (default: all)")
    group.add_argument("--no-cache", action="store_true", help="compile every kernel anew (see DLDT_CACHE)")
    group.add_argument(
        "--no-winograd", action="store_true", help="sum every convolution directly: smaller rounding errors, slower"
    )
    group.add_argument(
        "--weights",
        choices=("f32", "f16", "bf16"),
        help="store the weights of contractions that are bound by memory so, sums stay f32 (default: the precision)",
    )
    group.add_argument(
        "--precision",
        choices=("f32", "bf16"),
        default="f32",
        help="bf16: contractions multiply bf16, tensors between kernels are rounded to it, sums stay f32 (needs "
        "AVX512_BF16; default: f32)",
    )
    group.add_argument(
        "--optimize",
        choices=("speed", "balanced", "size"),
        default="balanced",
        help="what choices are made for: the least time, the least product of time and size that costs little time, or "
        "the smallest library (default: balanced)",
    )
    group.add_argument("--tune", action="store_true", help="measure on this machine how each contraction is done best")
    group.add_argument("--tune-seconds", type=float, metavar="SECONDS", help="how long to measure (default: 60)")
    group.add_argument(
        "--tuned",
        metavar="FILE",
        help="what was measured: used where it is there, extended by --tune (default with --tune: beside the library, "
        "MODEL.tuned.json)",
    )
    group.add_argument(
        "--plan",
        metavar="FILE",
        help="make every kernel as this library was made, or as this plan says (dldt inspect --plan --json)",
    )
    group.add_argument(
        "--specialize",
        action="append",
        metavar="TEXT",
        help='add a program made for these sizes alone, which runs whenever the inputs have them: "x[1,3,640,640]" '
        "(repeatable)",
    )
    pass_options.add_pass_arguments(parser)
    debug_options.add_debug_arguments(parser)
    group = parser.add_argument_group("messages")
    group.add_argument("-q", "--quiet", "--silent", action="store_true", help="print nothing but errors")
    group.add_argument(
        "--show-step",
        metavar="STEP",
        help="stop code generation after this step (regions, layouts, implementations …) and print what it decided; no "
        "library is written",
    )
    group.add_argument(
        "-v", "--verbose", action="store_true", help="list every step of the compiled model, and the time of compiling"
    )
    shown = model_options.read, pass_options.pipeline
    return run_command(parser, compile_command, argv, "nothing was written", *shown)


def compile_command(arguments: Arguments) -> int:
    """Compile as the options say and print the summary."""
    if arguments.list_passes:
        return pass_options.list_passes()
    if arguments.list_targets:
        return target_options.list_targets()
    model = model_options.model_path(arguments)
    if arguments.show_step:
        return _show_step(arguments, pass_options.pipeline(arguments))
    path = output_path(arguments, model, ".so")

    from dldt.codegen.host import resolve_target
    from dldt.tools import api

    target = resolve_target(arguments.target, arguments.tune_for)
    pipeline = pass_options.pipeline(arguments)
    if arguments.verbose:
        print(target_options.target_line(target), file=sys.stderr)
    with (
        contextlib.ExitStack() as shown,
        ProgressLine(enabled=not arguments.quiet) as progress,
    ):
        progress("reading", 0, 1)
        graph = model_options.read(arguments)
        sizes = [model_options.sizes(text) for text in arguments.specialize or ()]
        measured: list[str] = []
        tuned = _tuned(arguments, graph, sizes, pipeline, path, progress, measured.append)
        observer = shown.enter_context(debug_options.observed(arguments, pipeline, model))
        made = api.compile_model(
            graph,
            path,
            arguments.target,
            arguments.threads,
            tune_for=arguments.tune_for,
            pipeline=pipeline,
            stop_after=debug_options.whole_pass(arguments),
            observer=observer,
            verify_each=arguments.verify_each,
            progress=progress,
            cache=not arguments.no_cache,
            winograd=not arguments.no_winograd,
            weights=arguments.weights,
            tuned=tuned,
            plan=arguments.plan,
            precision=arguments.precision,
            optimize=arguments.optimize,
            specialize=sizes,
        )
    if not arguments.quiet:
        print_summary(model, made, tuned, measured)
    if arguments.verbose:
        print_steps(made.path)
        print_times(made.summary)
    return 0


def _show_step(arguments: Arguments, pipeline: Pipeline) -> int:
    """Print what a step of code generation decided."""
    from dldt.tools import api

    lines = api.decided(
        model_options.read(arguments),
        arguments.show_step,
        arguments.target,
        tune_for=arguments.tune_for,
        pipeline=pipeline,
        winograd=not arguments.no_winograd,
        weights=arguments.weights,
        precision=arguments.precision,
        optimize=arguments.optimize,
        tuned=arguments.tuned,
        plan=arguments.plan,
        specialize=[model_options.sizes(text) for text in arguments.specialize or ()],
    )
    print(*map(printable, lines), sep="\n")
    return 0


def _tuned(
    arguments: Arguments,
    graph: Graph,
    sizes: Sequence[Sizes],
    pipeline: Pipeline,
    path: Path,
    progress: ProgressLine,
    tell: Callable[[str], None],
) -> Path | None:
    """The file of measured choices to use. With ``--tune`` it is first made or extended, and ``tell`` gets a line about
    that."""
    file = Path(arguments.tuned) if arguments.tuned else None
    if arguments.plan and (arguments.tune or file is not None):
        raise UsageError(
            "--plan says how every kernel is made, which leaves nothing to measure: leave out --tune and --tuned"
        )
    if not arguments.tune:
        if arguments.tune_seconds is not None:
            raise UsageError("--tune-seconds says how long --tune measures; give both")
        return file

    from dldt.compiler.specialize import specialize
    from dldt.tools import api
    from dldt.tools.tune import SECONDS, tune

    file = file or path.with_suffix(".tuned.json")
    require_writable(file)
    seconds = SECONDS if arguments.tune_seconds is None else arguments.tune_seconds
    graphs = [graph.copy(), *(specialize(graph, each)[0] for each in sizes)]
    for ready in graphs:
        api.transform(ready, pipeline=pipeline, stop_after=debug_options.whole_pass(arguments))
        tune(
            ready,
            file,
            arguments.target,
            tune_for=arguments.tune_for,
            seconds=seconds / len(graphs),
            winograd=not arguments.no_winograd,
            weights=arguments.weights,
            precision=arguments.precision,
            workers=arguments.threads,
            cache=not arguments.no_cache,
            progress=progress,
            tell=tell,
        )
    return file


def print_summary(model: Path, made: Compiled, tuned: Path | None = None, measured: Sequence[str] = ()) -> None:
    """Print what was compiled, for the person who ran the command. ``measured`` holds lines about what --tune did."""
    summary = made.summary
    rows = [
        ("model", str(model)),
        (
            "target",
            f"{summary.target.name} ({summary.target.vector_bits}-bit vectors), tuned for {summary.target.cpu.name}"
            + ("; for another machine: --target" if summary.target.name == "host" else ""),
        ),
        ("kernels", str(summary.kernels)),
        ("weights", f"{bytes_text(summary.constant_bytes)}, packed {bytes_text(summary.weights_bytes)}"),
        ("arena", _arena(summary)),
        ("file", f"{bytes_text(summary.file_bytes)}, optimized for {summary.optimize}"),
        *(("measured", text) for text in measured),
        ("choice", _choice(summary, tuned)),
        *(("special", text) for text in summary.specializations),
        *([("row tiles", _row_tiles(summary.row_tiles))] if summary.row_tiles else []),
        ("precision", summary.precision),
        ("time", f"{summary.seconds:.1f} s"),
    ]
    for name, text in rows:
        print(f"{name:<10} {text}")
    for note in summary.notes:
        print(f"note       {note}")
    print(f"written    {made.path}")


def _arena(summary: Summary) -> str:
    size, bound, each = summary.arena_bytes, summary.arena_lower_bound, summary.scratch_bytes
    text = "known when it runs" if size is None else bytes_text(size)
    text += f", {size / bound:.2f} times the largest live set" if size is not None and bound else ""
    return text + (f"; a thread needs {bytes_text(each)} more" if each else "")


def _choice(summary: Summary, tuned: Path | None) -> str:
    # Of free sizes there is no key, but weights; without constant weights there is a key where there was a choice.
    chosen = [found for found in summary.chosen if found.key is not None or found.packing is not None]
    if tuned is None:
        return f"{len(chosen)} contractions as estimated"
    measured = sum(found.measured for found in chosen)
    return f"{measured} of {len(chosen)} contractions as measured ({tuned}), the others as estimated"


def _row_tiles(runs: Sequence[int]) -> str:
    many = "runs" if len(runs) > 1 else "run"
    return f"{len(runs)} {many} of {sum(runs)} kernels in turns, a tile of image rows at a time"


def print_steps(path: Path) -> None:
    """Print every step of the compiled model: its operations, its algorithm, and the tensor that it makes."""
    from dldt.runtime.format import read_artifact

    for number, step in enumerate(read_artifact(path).metadata.steps):
        tiles = f" (row tiles {step.row_tiles})" if step.row_tiles else ""
        print(f"step {number:<5} {step.what}: {step.algorithm} → {printable(step.output)}{tiles}")


def print_times(summary: Summary) -> None:
    """How long each step of code generation took."""
    for name, seconds in summary.steps:
        print(f"time       {name}: {seconds:.3f} s")


if __name__ == "__main__":
    sys.exit(main())
