"""The options that show what a compilation does, and the observers that carry them out."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dldt.compiler.errors import InputError, UsageError
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.word import word

if TYPE_CHECKING:
    from dldt.compiler.observer import Observer
    from dldt.passes.pipeline import Pipeline

PLACES = ("--dump", "-o", "--output-model", "--output-dir", "-n", "--model-name")
"""Options that say where something is written: a dump does not repeat them, so that equal compilations give equal
dumps."""


def add_debug_arguments(parser: Parser) -> None:
    """``--dump`` and what belongs to it, ``--print-after``, ``--time-passes``, ``--explain``, ``--verify-each``."""
    group = parser.add_argument_group("debugging (docs/debugging.md)")
    group.add_argument(
        "--dump", type=word, metavar="DIR", help="show what every pass and step did; begin with DIR/index.html"
    )
    group.add_argument(
        "--dump-filter", type=word, metavar="GLOB", default="*", help="files for passes, steps, kernels so called"
    )
    group.add_argument(
        "--dump-weights",
        choices=("none", "stats", "full"),
        default="stats",
        help="of constants: nothing, least, largest and mean, or all (default: stats)",
    )
    group.add_argument(
        "--dump-values", type=word, metavar="FILE.npz", help="run every version of the graph on these inputs"
    )
    group.add_argument(
        "--print-after",
        type=word,
        action="append",
        default=[],
        metavar="PASS",
        help="print the graph after it; all, changed",
    )
    group.add_argument("--verify-each", action="store_true", help="check the graph after every pass")
    group.add_argument("--time-passes", action="store_true", help="print how long each pass and step took")
    group.add_argument(
        "--explain", type=word, metavar="PASS", help="print what the pass asks at --node, and why it does not fire"
    )
    group.add_argument("--node", type=word, metavar="NAME", help="the node, or a tensor that it makes")


@contextlib.contextmanager
def observed(arguments: Arguments, pipeline: Pipeline, model: Path) -> Iterator[Observer]:
    """The observer that the options ask for. What is told at the end is printed when the work went well; a dump is
    finished in any case but two: the options were wrong, or it cannot be written."""
    from dldt.compiler.observer import SILENT
    from dldt.compiler.observers import Observers

    parts: list[Observer] = []
    bound = _bound(arguments)
    if bound is not None:
        bound.require_in(str(item) for item in pipeline.passes)
        parts.append(bound)
    if (arguments.explain is None) != (arguments.node is None):
        raise UsageError("--explain names a pass, --node the node: give both")
    if arguments.print_after:
        parts.append(_printer(arguments, pipeline))
    if arguments.explain:
        from dldt.debug.explain import Explain

        parts.append(Explain(arguments.explain, arguments.node, pipeline))
    times: Any = None
    if arguments.time_passes:
        from dldt.debug.times import Times

        times = Times()
        parts.append(times)
    with _dump(arguments, model) as dump:
        parts += dump
        yield Observers(parts) if parts else SILENT
    if times is not None:
        print(times.table)


def whole_pass(arguments: Arguments) -> str | None:
    """The pass to stop after, where ``--stop-after`` names one without a number of changes."""
    return None if _bound(arguments) is not None else arguments.stop_after


def _bound(arguments: Arguments) -> Any:
    if not arguments.stop_after:
        return None
    from dldt.debug.stop_after import StopAfter

    return StopAfter.parsed(arguments.stop_after)


def _printer(arguments: Arguments, pipeline: Pipeline) -> Observer:
    from dldt.codegen.pipeline import PIPELINE
    from dldt.debug.print_after import PrintAfter

    steps = [step.name for step in PIPELINE] if hasattr(arguments, "show_step") else []
    return PrintAfter(arguments.print_after, [str(item) for item in pipeline.passes], steps)


@contextlib.contextmanager
def _dump(arguments: Arguments, model: Path) -> Iterator[Sequence[Observer]]:
    if not arguments.dump:
        if arguments.dump_values:
            raise UsageError("--dump-values says what a dump holds: give --dump too")
        yield ()
        return
    from dldt.debug.dump import Dump
    from dldt.debug.dump_options import DumpOptions
    from dldt.tools.tensors import load_arrays

    values = load_arrays(Path(arguments.dump_values)) if arguments.dump_values else None
    if arguments.dump_values and not values:
        raise InputError(f"{arguments.dump_values}: holds no arrays")
    program = ["dldt-compile"] if hasattr(arguments, "show_step") else ["dldt", "convert"]
    options = DumpOptions(
        arguments.dump_filter, arguments.dump_weights, values, command=[*program, *_without_places(sys.argv[1:])]
    )
    dump = Dump(Path(arguments.dump), options, model.name)
    try:
        yield (dump,)
    except (UsageError, OSError):
        dump.discard()
        raise
    except BaseException:
        dump.close()
        raise
    dump.close()


def _without_places(words: Sequence[str]) -> list[str]:
    kept: list[str] = []
    skip = False
    for each in words:
        name, equals, _ = each.replace("_", "-").partition("=")
        if skip or name in PLACES:
            skip = not skip and name in PLACES and not equals
            continue
        kept.append(each)
    return kept[1:] if kept[:1] in (["compile"], ["convert"]) else kept
