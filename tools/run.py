"""``dldt run``: runs a compiled library, or a model, on data."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dldt.compiler.errors import InputError, UsageError
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.artifact import about, add_artifact_arguments, compiled, read_again
from dldt.tools.console import run_command
from dldt.tools.crash_report import reproducible
from dldt.tools.output import require_writable
from dldt.tools.printable import printable

if TYPE_CHECKING:
    import numpy as np

    Arrays = Mapping[str, np.ndarray[Any, Any]]

DESCRIPTION = """Run a compiled library, or a model (compiled for this machine first), on data.

  dldt run resnet50.so --input cat.png --mean-values 123.7,116.3,103.5 --scale-values 58.4,57.1,57.4 --top 5
  dldt run model.so --input x=x.npy --input state=zeros -o out.npz
  dldt run model.onnx --expect reference.npz --rtol 1e-4
  dldt run tdnn.mdl --input feats.ark -o posteriors.ark"""

DIFFERENT = 5


def main(argv: Sequence[str] | None = None, prog: str = "dldt run") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    add_artifact_arguments(parser)
    group = parser.add_argument_group("data")
    group.add_argument(
        "-i",
        "--input",
        action="append",
        default=[],
        metavar="NAME=DATA",
        help="a .npy, .npz, raw little-endian file or picture (the extra 'images'), or random, zeros, ones; the name "
        "may be left out when there is one input; inputs that are not given are random. With a Kaldi archive (.ark, "
        ".scp) every utterance is run",
    )
    group.add_argument("--seed", type=int, default=0, metavar="N", help="of the random inputs (default: 0)")
    group.add_argument("--mean-values", metavar="NUMBERS", help="subtracted from the channels of a picture")
    group.add_argument("--scale-values", metavar="NUMBERS", help="the channels of a picture are divided by them")
    group.add_argument("--reverse-input-channels", action="store_true", help="pictures as BGR")
    group.add_argument("--layout", default="", metavar="LETTERS", help="of an input that takes a picture: NCHW, NHWC")
    group = parser.add_argument_group("results")
    group.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="write the outputs by name: .npz; .ark or .scp where the input is an archive",
    )
    group.add_argument(
        "--archive-form", choices=("binary", "text", "compressed"), default="binary", help="how an .ark is written"
    )
    group.add_argument(
        "--ivector-period",
        type=int,
        default=10,
        metavar="N",
        help="with archives: frames for which a row of a further input holds, as of online i-vectors (default: 10)",
    )
    group.add_argument("--top", type=int, metavar="K", help="print the K largest numbers of each output and row")
    group.add_argument("--labels", metavar="FILE", help="names for --top, one a line")
    group.add_argument("--expect", metavar="FILE.npz", help="compare with these outputs; exit code 5 when they differ")
    group.add_argument("--rtol", type=float, default=1e-4, help="allowed error / largest expected number (1e-4)")
    group.add_argument("--atol", type=float, default=0.0, help="allowed error besides (0)")
    return run_command(parser, run, argv, read=read_again)


def run(arguments: Arguments) -> int:
    """Run the model once, then show, write and compare its outputs."""
    from dldt import runtime
    from dldt.debug.forked import forked
    from dldt.tools import tensors
    from dldt.tools.picture import PictureOptions, parse_numbers
    from dldt.tools.utterances import is_for_utterances, run_utterances

    if arguments.output:
        require_writable(Path(arguments.output))
    labels = _labels(arguments.labels)
    pictures = PictureOptions(
        parse_numbers(arguments.mean_values),
        parse_numbers(arguments.scale_values),
        arguments.layout,
        arguments.reverse_input_channels,
    )
    with compiled(arguments) as artifact, runtime.load(artifact, threads=arguments.threads) as model:
        if is_for_utterances(arguments.input):
            with reproducible(lambda: read_again(arguments), texts=lambda: about(artifact)):
                if arguments.ivector_period < 1:
                    raise UsageError(f"--ivector-period {arguments.ivector_period}: it must be at least 1")
                given = model, arguments.input, arguments.output, arguments.archive_form, arguments.ivector_period
                print(forked(lambda: run_utterances(*given), "the library's code"))
            return 0
        shapes = tensors.parse_shapes(arguments.shape)
        arrays = tensors.read_inputs(arguments.input, model.inputs, shapes, pictures, arguments.seed)
        filled = [info for info in model.inputs if tensors.is_filled(info.name, arguments.input, len(model.inputs))]
        assumed = tensors.assumed_dims(filled, shapes)
        if assumed:
            print(f"dims: {printable(assumed)}", file=sys.stderr)
        with reproducible(lambda: read_again(arguments), inputs=lambda: arrays, texts=lambda: about(artifact)):
            outputs = forked(lambda: dict(model.run(arrays)), "the library's code")
    _show(outputs, arguments.top, labels)
    if arguments.output:
        _write(Path(arguments.output), outputs)
    if not arguments.expect:
        return 0
    return _compare(outputs, tensors.load_arrays(Path(arguments.expect)), arguments.rtol, arguments.atol)


def _labels(file: str | None) -> list[str]:
    if not file:
        return []
    try:
        return Path(file).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: not a text file in UTF-8") from error


def _show(outputs: Arrays, top: int | None, labels: Sequence[str]) -> None:
    import numpy as np

    for name, array in outputs.items():
        print(f"{printable(name)}  {array.dtype}{list(array.shape)}", end="")
        numeric = array.size and array.dtype != np.bool_
        print(f"  min {array.min():.6g}  max {array.max():.6g}  mean {array.mean():.6g}" if numeric else "")
        if not top or not numeric:
            continue
        rows = array.reshape(-1, array.size // array.shape[0]) if array.ndim > 1 else array.reshape(1, -1)
        for number, row in enumerate(rows):
            best = np.argsort(-row.astype(np.float64), kind="stable")[:top]
            print(f"  row {number}:" if len(rows) > 1 else "  top:")
            for index in best:
                label = labels[index] if index < len(labels) else ""
                print(f"    {index:6d}  {row[index]:<12.6g} {label}".rstrip())


def _write(path: Path, outputs: Arrays) -> None:
    from dldt.compiler.atomic import atomic_write
    from dldt.runtime.array_file import write_arrays

    with atomic_write(path) as file:
        write_arrays(file, outputs)


def _compare(outputs: Arrays, expected: Arrays, rtol: float, atol: float) -> int:
    """Print the largest error of each output; 0 when all are within the bounds, 5 when not."""
    import numpy as np

    missing = [name for name in expected if name not in outputs]
    if missing:
        raise InputError(f"the model has no output {', '.join(missing)}; its outputs are {', '.join(outputs)}")
    failed = 0
    for name, reference in expected.items():
        actual = outputs[name]
        if actual.shape != reference.shape:
            print(f"FAILED  {printable(name)}: shape {list(actual.shape)}, expected {list(reference.shape)}")
            failed += 1
            continue
        wanted = reference.astype(np.float64)
        difference = np.abs(actual.astype(np.float64) - wanted)
        error, largest = float(difference.max(initial=0)), float(np.abs(wanted).max(initial=0))
        good = error <= atol + rtol * largest  # false for NaN
        failed += not good
        verdict = "ok    " if good else "FAILED"
        print(f"{verdict}  {printable(name)}: largest error {error:.3g}, largest number {largest:.3g}")
    return DIFFERENT if failed else 0


if __name__ == "__main__":
    sys.exit(main())
