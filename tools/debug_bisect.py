"""``dldt debug bisect``: which rewrite, lowering or kernel made a model wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from dldt.tools import debug_inputs, model_options, pass_options
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command

DESCRIPTION = """Find the one rewrite behind which a model is wrong, by halving the applications of all passes; where
the passes are right, the lowering or the kernel.

  dldt debug bisect det.onnx --inputs x.npz --tolerance 1e-3
  dldt debug bisect det.onnx --inputs x.npz --check "python check.py {artifact} {inputs}"

By a tolerance, versions are compared with the graph as it was read, in the reference interpreter. --check runs a
command on each version instead, which returns 0 where it is good."""

FOUND = 5


def main(argv: Sequence[str] | None = None, prog: str = "dldt debug bisect") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    debug_inputs.add_search_arguments(parser)
    parser.add_argument("--check", metavar="CMD", help="{artifact}, {model} (an IR) and {inputs} become paths")
    parser.add_argument("-q", "--quiet", action="store_true", help="print the result alone")
    return run_command(parser, run, argv, read=model_options.read, passes=pass_options.pipeline)


def run(arguments: Arguments) -> int:
    """Search, and print what was found: 5 where there is something, 0 where the model is right."""
    from dldt.codegen.host import resolve_target
    from dldt.debug.bisect import bisect
    from dldt.debug.check import CommandCheck
    from dldt.debug.failure_search import FailureSearch

    debug_inputs.require_check(arguments)
    if arguments.list_passes:
        return pass_options.list_passes()
    graph, inputs = debug_inputs.model_and_inputs(arguments)
    pipeline, target = pass_options.pipeline(arguments), resolve_target(arguments.target)

    def tell(line: str) -> None:
        if not arguments.quiet:
            print(line, file=sys.stderr)

    if arguments.check:
        check = CommandCheck(arguments.check, target, inputs)
        guilty = bisect(graph, pipeline, check.good, tell)
        text = "the check holds after all passes, or not even before the first" if guilty is None else guilty.text
        print(text)
        return 0 if guilty is None else FOUND
    verdict = FailureSearch(pipeline, target, inputs, arguments.tolerance).find(graph, tell)
    if verdict is None:
        print(f"the library answers as the imported graph does, within {arguments.tolerance:g}")
        return 0
    print(verdict.text)
    return FOUND


if __name__ == "__main__":
    sys.exit(main())
