"""``dldt debug reduce``: the smallest part of a model that still fails."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dldt.tools import debug_inputs, pass_options
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command
from dldt.tools.output import require_writable

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph
    from dldt.debug.reduce import Reducer

DESCRIPTION = """Cut a model down to the smallest part that still fails. What was computed before a cut becomes an
input with the value that it had. The part is written as OpenVINO IR, its inputs beside it.

  dldt debug reduce det.onnx --inputs x.npz -o small.xml
  dldt debug reduce det.onnx --inputs x.npz --check "python check.py {artifact} {inputs}" -o small.xml

A part fails where it answers otherwise than the reference interpreter, by the tolerance; with --check, where the
command does not return 0. Checks that were made are remembered in small.journal: a reduction that was interrupted
goes on where it was."""


def main(argv: Sequence[str] | None = None, prog: str = "dldt debug reduce") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    debug_inputs.add_search_arguments(parser)
    parser.add_argument("--check", metavar="CMD", help="{artifact}, {model} (an IR) and {inputs} become paths")
    parser.add_argument("-o", "--output-model", metavar="FILE.xml", default="reduced.xml", help="default: reduced.xml")
    parser.add_argument("-q", "--quiet", action="store_true", help="print the result alone")
    return run_command(parser, debug_inputs.reported(run), argv)


def run(arguments: Arguments) -> int:
    """Reduce, write the part, and print what it computes."""
    from dldt.debug.array_file import write_arrays
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

    made = reducer(arguments, graph, inputs, path.with_suffix(".journal"), tell).run()
    save_model(made.graph, path)
    write_arrays(path.with_suffix(".npz"), made.inputs)
    print(f"{len(made.nodes)} nodes fail still ({made.checks} checks, {made.recalled} remembered):")
    for title in made.nodes:
        print(f"  {title}")
    print(f"written {path}, {path.with_suffix('.bin')} and {path.with_suffix('.npz')}")
    return 0


def reducer(
    arguments: Arguments,
    graph: Graph,
    inputs: Mapping[str, Any],
    journal: Path | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Reducer:
    """The reduction of the model. By a tolerance it begins where a search finds the fault."""
    from dldt.codegen.host import resolve_target
    from dldt.debug.check import CommandCheck
    from dldt.debug.failure_search import FailureSearch
    from dldt.debug.reduce import Reducer
    from dldt.debug.transformed import transformed

    asked = f"{arguments.check or arguments.tolerance} {arguments.target} {arguments.passes} {arguments.disable_pass}"
    pipeline, target = pass_options.pipeline(arguments), resolve_target(arguments.target)
    if arguments.check:
        check = CommandCheck(arguments.check, target, inputs)

        def bad(part: Graph, given: Mapping[str, Any]) -> bool:
            return not check.good(transformed(part, pipeline), given)

        return Reducer(graph, inputs, bad, journal, tell, asked)
    search = FailureSearch(pipeline, target, inputs, arguments.tolerance)
    verdict = search.find(graph, tell)
    if verdict is None:
        return Reducer(graph, inputs, search.fails_natively, journal, tell, asked)
    return search.reducer(graph, verdict, journal, tell, asked)


if __name__ == "__main__":
    sys.exit(main())
