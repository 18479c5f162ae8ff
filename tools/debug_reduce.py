"""``dldt debug reduce``: the smallest part of a model that still fails."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dldt.tools import debug_inputs, model_options, pass_options
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command
from dldt.tools.output import require_writable

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph
    from dldt.debug.bisect import GuiltyApplication
    from dldt.debug.model_reduction import ModelReduction
    from dldt.debug.reduce import Fails
    from dldt.passes.pipeline import Pipeline

DESCRIPTION = """Cut a model down to the smallest part that still fails. What was computed before a cut becomes an
input with the value that it had. The part is written as OpenVINO IR, its inputs beside it.

  dldt debug reduce det.onnx --inputs x.npz -o small.xml
  dldt debug reduce det.onnx --inputs x.npz --check "python check.py {artifact} {inputs}" -o small.xml

A part fails where it answers otherwise than the reference interpreter, by the tolerance; with --check, where the
command does not return 0. Checks that were made are remembered in small.journal: a reduction that was interrupted
goes on where it was.

Where no part of the model as it was read fails alone, or only a large one, the graph right before the guilty pass is
reduced, and the last line names the options with which the part fails then."""


def main(argv: Sequence[str] | None = None, prog: str = "dldt debug reduce") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    debug_inputs.add_search_arguments(parser)
    parser.add_argument("--check", metavar="CMD", help="{artifact}, {model} (an IR) and {inputs} become paths")
    parser.add_argument("-o", "--output-model", metavar="FILE.xml", default="reduced.xml", help="default: reduced.xml")
    parser.add_argument("-q", "--quiet", action="store_true", help="print the result alone")
    return run_command(parser, run, argv, read=model_options.read, passes=pass_options.pipeline)


def run(arguments: Arguments) -> int:
    """Reduce, write the part, and print what it computes."""
    from dldt.runtime.array_file import write_arrays
    from dldt.tools.api import save_model

    debug_inputs.require_check(arguments)
    if arguments.list_passes:
        return pass_options.list_passes()
    path = Path(arguments.output_model)
    require_writable(path)
    graph, inputs = debug_inputs.model_and_inputs(arguments)

    def tell(line: str) -> None:
        if not arguments.quiet:
            print(line, file=sys.stderr)

    made = reduction(arguments, graph, inputs, path.with_suffix(".journal"), tell).run()
    save_model(made.graph, path)
    write_arrays(path.with_suffix(".npz"), made.inputs)
    print(f"{len(made.nodes)} nodes fail still ({made.checks} checks, {made.recalled} remembered):")
    for title in made.nodes:
        print(f"  {title}")
    print(f"written {path}, {path.with_suffix('.bin')} and {path.with_suffix('.npz')}")
    if made.options:
        print(f"it fails with {shlex.join(made.options)}")
    return 0


def reduction(
    arguments: Arguments,
    graph: Graph,
    inputs: Mapping[str, Any],
    journal: Path | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> ModelReduction:
    """The reduction of the model. By a tolerance it begins where a search finds the fault."""
    from dldt.codegen.host import resolve_target
    from dldt.debug.bisect import bisect
    from dldt.debug.check import CommandCheck
    from dldt.debug.failure_search import FailureSearch
    from dldt.debug.model_reduction import ModelReduction
    from dldt.debug.transformed import transformed

    asked = f"{arguments.check or arguments.tolerance} {arguments.target} {arguments.passes} {arguments.disable_pass}"
    pipeline, target = pass_options.pipeline(arguments), resolve_target(arguments.target)
    search = FailureSearch(pipeline, target, inputs, arguments.tolerance)
    if arguments.check:
        check = CommandCheck(arguments.check, target, inputs)

        def fails_after(passes: Pipeline) -> Fails:
            return lambda part, given: not check.good(transformed(part, passes), given)

        def guilty() -> GuiltyApplication | None:
            return bisect(graph, pipeline, check.good, tell)

        return ModelReduction(graph, inputs, pipeline, fails_after, guilty, (), journal, tell, asked)
    return search.reducer(graph, search.find(graph, tell), journal, tell, asked)


if __name__ == "__main__":
    sys.exit(main())
