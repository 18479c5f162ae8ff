"""``dldt debug repro``: a zip file with which somebody else sees the failure."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from dldt.tools import debug_inputs, model_options, pass_options
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command
from dldt.tools.debug_reduce import reduction
from dldt.tools.output import require_writable

DESCRIPTION = """Pack a failure up: the model as OpenVINO IR, its inputs, versions, and the command that shows it.

  dldt debug repro det.onnx --inputs x.npz -o failure.zip
  dldt debug repro det.onnx --inputs x.npz --reduce --with-weights -o failure.zip

Unless --with-weights is given, every constant of more than 16 numbers is replaced by random numbers of the same mean,
spread and range. The last line says whether the failure still shows then."""


def main(argv: Sequence[str] | None = None, prog: str = "dldt debug repro") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    debug_inputs.add_search_arguments(parser)
    parser.add_argument("--check", metavar="CMD", help="{artifact}, {model} (an IR) and {inputs} become paths")
    parser.add_argument("--reduce", action="store_true", help="cut the model down to the part that fails")
    parser.add_argument("--with-weights", action="store_true", help="keep the weights")
    parser.add_argument("-o", "--output-file", metavar="FILE.zip", default="repro.zip", help="default: repro.zip")
    return run_command(parser, run, argv, read=model_options.read, passes=pass_options.pipeline)


def run(arguments: Arguments) -> int:
    """Write the file."""
    from dldt.debug.anonymous import without_weights
    from dldt.debug.repro import write_repro

    debug_inputs.require_check(arguments)
    if arguments.list_passes:
        return pass_options.list_passes()
    path = Path(arguments.output_file)
    require_writable(path)
    graph, inputs = debug_inputs.model_and_inputs(arguments)
    whole = reduction(arguments, graph, inputs)
    fails, passes = whole.fails_after(whole.pipeline), pass_options.words(arguments)
    if arguments.reduce:
        made = whole.run()
        graph, inputs, fails, passes = made.graph, made.inputs, made.fails, list(made.options) or passes
    shown = graph if arguments.with_weights else without_weights(graph)
    command = ["dldt", "debug", "bisect", "model.xml", "--inputs", "inputs.npz", "--target", arguments.target]
    command += passes
    command += ["--check", arguments.check] if arguments.check else ["--tolerance", f"{arguments.tolerance:g}"]
    write_repro(path, shown, inputs, command, with_weights=True)
    print(f"written {path}")
    state = "shows" if fails(shown, inputs) else "does not show"
    print(f"the failure {state} with {'the' if arguments.with_weights else 'random'} weights")
    return 0


if __name__ == "__main__":
    sys.exit(main())
