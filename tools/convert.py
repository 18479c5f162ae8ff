"""``dldt convert``: a model becomes OpenVINO IR."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown
from dldt.tools import debug_options, model_options, pass_options
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command
from dldt.tools.conversion_info import conversion_info
from dldt.tools.output import add_output_arguments, output_path
from dldt.tools.progress_line import ProgressLine

DESCRIPTION = """Convert a model to OpenVINO IR: MODEL.xml and MODEL.bin, as the old Model Optimizer did.

  dldt convert resnet50.onnx -o resnet50.xml
  dldt convert --input_model det.onnx --input_shape "[1,3,640,640]" --output_dir ir"""


def main(argv: Sequence[str] | None = None, prog: str = "dldt convert") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    model_options.add_model_arguments(parser)
    add_output_arguments(parser, "the .xml to write (default: MODEL.xml in the current directory)")
    group = parser.add_argument_group("IR")
    group.add_argument("--ir-version", type=int, choices=(10, 11), default=11, help="the IR's version (default: 11)")
    group.add_argument(
        "--compress-to-fp16",
        nargs="?",
        const="True",
        default="False",
        metavar="BOOL",
        help="store weights in f16, as ovc does (default: False, unlike ovc: weights stay as they are)",
    )
    pass_options.add_pass_arguments(parser)
    debug_options.add_debug_arguments(parser)
    group.add_argument("--no-passes", action="store_true", help="write the graph as it was read, without the passes")
    group = parser.add_argument_group("messages")
    group.add_argument("-q", "--quiet", "--silent", action="store_true", help="print nothing but errors")
    said = model_options.read, pass_options.pipeline
    return run_command(parser, convert_command, argv, "nothing was written", *said)


def convert_command(arguments: Arguments) -> int:
    """Convert as the options say. The last lines printed name the two files."""
    if arguments.list_passes:
        return pass_options.list_passes()
    compress = _truth("--compress-to-fp16", arguments.compress_to_fp16)
    model = model_options.model_path(arguments)
    path = output_path(arguments, model, ".xml")

    from dldt.tools import api

    pipeline = pass_options.pipeline(arguments)
    with (
        ProgressLine(enabled=not arguments.quiet) as progress,
    ):
        progress("reading", 0, 2)
        graph = model_options.read(arguments)
        progress("passes", 1, 2)
        if not arguments.no_passes:
            with debug_options.observed(arguments, pipeline, model) as observer:
                stop = debug_options.whole_pass(arguments)
                verify = arguments.verify_each
                api.transform(graph, pipeline=pipeline, stop_after=stop, observer=observer, verify_each=verify)
        graph.metadata |= conversion_info(arguments, graph.metadata.get("framework", "ir"))
        api.save_model(graph, path, ir_version=arguments.ir_version, compress_to_fp16=compress)
    if not arguments.quiet:
        print(f"[ SUCCESS ] Generated IR version {arguments.ir_version} model.")
        print(f"[ SUCCESS ] XML file: {path}")
        print(f"[ SUCCESS ] BIN file: {path.with_suffix('.bin')}")
    return 0


def _truth(option: str, text: str) -> bool:
    """A word for true or false, as the old Model Optimizer and ovc take them."""
    if text.lower() in ("true", "1", "yes"):
        return True
    if text.lower() in ("false", "0", "no"):
        return False
    raise UsageError(f"{option} is {shown(text)}; it must be True or False")


if __name__ == "__main__":
    sys.exit(main())
