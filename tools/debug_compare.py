"""``dldt debug compare``: two models, graphs or libraries, tensor by tensor."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dldt.compiler.errors import UsageError
from dldt.tools import debug_inputs
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command
from dldt.tools.limit_options import add_limit_arguments

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph

DESCRIPTION = """Compare two sides, tensor by tensor, in the order in which they are computed.

  dldt debug compare det.onnx det.so --inputs x.npz
  dldt debug compare det.onnx@onnxruntime det.onnx@artifact --inputs x.npz
  dldt debug compare det.onnx@interpreter det.onnx@fuse-linear:3 --inputs x.npz

A side is a file, and behind @ who evaluates it: a framework (onnxruntime, tensorflow, tflite, opencv for Caffe,
openvino), interpreter (the reference), artifact (the library, which is compiled first with every tensor between kernels
as an output), a stage of the passes (imported, clean, normal, opset), or a pass, or a pass and a number of its changes.
Without @ a model is run by its own framework. Exit code 5 where a tensor differs by more than the tolerance."""

DIFFERENT = 5


def main(argv: Sequence[str] | None = None, prog: str = "dldt debug compare") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    parser.add_argument("sides", nargs=2, metavar="MODEL[@WHO]", help="what to compare; the first is taken as right")
    parser.add_argument("--input", metavar="TEXT", help='sizes of inputs: "x[1,3,640,640]"')
    debug_inputs.add_data_arguments(parser)
    add_limit_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return run_command(parser, run, argv, read=_first_model)


def run(arguments: Arguments) -> int:
    """Compare, and print the table."""
    from dldt.codegen.host import resolve_target
    from dldt.debug.model_side import ModelSide
    from dldt.debug.tensor_comparison import TensorComparison
    from dldt.passes.pipelines import default_pipeline

    sides = [ModelSide.parsed(text) for text in arguments.sides]
    models = [side.path for side in sides if side.path.suffix != ".so"]
    if not models:
        raise UsageError("two libraries show their outputs alone: use dldt run --expect, or name the model")
    first = _read(models[0], arguments)
    graph, inputs = debug_inputs.sized(first, arguments)
    outputs = [node.name for node in graph.outputs]
    target = resolve_target(arguments.target)

    def read(path: Path) -> Graph:
        return debug_inputs.sized(_read(path, arguments), arguments)[0]

    expected, found = (side.tensors(read, inputs, default_pipeline(), target) for side in sides)
    made = TensorComparison.of(expected, found, arguments.tolerance, outputs)
    if arguments.json:
        print(json.dumps({"sides": [side.text for side in sides], **made.data}, indent=1))
    else:
        print(made.table)
    return 0 if made.first is None and made.tensors else DIFFERENT


def _first_model(arguments: Arguments) -> Graph | None:
    """The model that a reproducer shows."""
    from dldt.debug.model_side import ModelSide

    paths = [ModelSide.parsed(text).path for text in arguments.sides]
    return next((_read(path, arguments) for path in paths if path.suffix != ".so"), None)


def _read(path: Path, arguments: Arguments) -> Graph:
    from dldt.frontends.engine.input_spec import parse_inputs
    from dldt.tools.api import read_model

    return read_model(path, inputs=parse_inputs(arguments.input) if arguments.input else None)


if __name__ == "__main__":
    sys.exit(main())
