"""The options that say which model is read, and how: those of the old Model Optimizer, in both spellings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dldt.compiler.errors import UsageError
from dldt.compiler.safe_open import open_regular
from dldt.compiler.shown import shown
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.format_options import add_format_arguments, format_options, named_model
from dldt.tools.limit_options import add_limit_arguments

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph


def add_model_arguments(parser: Parser) -> None:
    """Add the options for the model and for the arguments of ``read_model``."""
    parser.add_argument(
        "model",
        nargs="?",
        metavar="MODEL",
        help="a model of any framework (docs/formats.md): model.onnx, frozen.pb, a SavedModel, net.caffemodel …",
    )
    group = parser.add_argument_group("model")
    group.add_argument("-m", "--input-model", metavar="MODEL", help="the model, when it is not given by position")
    group.add_argument(
        "--input",
        action="append",
        metavar="TEXT",
        help='inputs to keep, with shapes, types or values: "x[1,3,640,640],n[N,1..8]{i64},sr->16000"; a tensor in the '
        "middle of the model becomes an input, what lies before it is cut off (repeatable: they add up)",
    )
    group.add_argument("--input-shape", metavar="TEXT", help='shapes in the order of the inputs: "[1,3,224,224],[1,2]"')
    group.add_argument("-b", "--batch", type=int, metavar="N", help="the first dim of every input becomes N")
    group.add_argument("--output", metavar="NAMES", help="outputs to keep, separated by commas; the rest is cut off")
    group.add_argument("--mean-values", metavar="TEXT", help='subtracted from an input: "x(123.7,116.3,103.5)"')
    group.add_argument("--scale-values", metavar="TEXT", help='an input is divided by them: "x(58.4,57.1,57.4)"')
    group.add_argument("-s", "--scale", metavar="NUMBER", help="one number that every input is divided by")
    group.add_argument("--reverse-input-channels", action="store_true", help="feed BGR to an RGB model, or the reverse")
    group.add_argument("--layout", metavar="TEXT", help='the axes of an input: "x(nhwc)", or as fed: "x(nchw->nhwc)"')
    group.add_argument(
        "--freeze-placeholder-with-value", metavar="TEXT", help='inputs that become constants: "training->false"'
    )
    group.add_argument(
        "--follow-links",
        action="store_true",
        help="files of weights that the model names may be symbolic links, as in Hugging Face's cache",
    )
    add_limit_arguments(parser)
    add_format_arguments(parser)


def model_path(arguments: Arguments) -> Path:
    """The model's file. Raises UsageError where no file or two files are given, InputError where the file does not
    exist."""
    given = [text for text in (arguments.model, arguments.input_model) if text]
    given = given or [text for text in (named_model(arguments),) if text]
    if not given:
        raise UsageError("no model is given")
    if len(set(given)) > 1:
        raise UsageError(f"two models are given, {given[0]} and {given[1]}; give one")
    path = Path(given[0])
    if not path.exists():
        open_regular(path).close()  # says what is there instead, such as a broken link
    if (getattr(arguments, "output", None) or "").endswith((".so", ".xml")):
        raise UsageError("--output names tensors of the model; the file to write is given by -o")
    return path


def read_options(arguments: Arguments) -> dict[str, Any]:
    """The keyword arguments for ``read_model``. Raises UsageError for a text that cannot be read."""
    from dldt.frontends.engine.input_spec import parse_inputs
    from dldt.frontends.layout import parse_layout
    from dldt.frontends.mean_scale import parse_mean_scale

    options: dict[str, Any] = {"inputs": _inputs(arguments), **format_options(arguments)}
    if arguments.output:
        options["outputs"] = [name.strip() for name in arguments.output.split(",") if name.strip()]
    if arguments.mean_values:
        options["mean_values"] = parse_mean_scale(arguments.mean_values)
    if arguments.scale_values and arguments.scale:
        raise UsageError("give --scale or --scale-values, not both")
    if arguments.scale_values:
        options["scale_values"] = parse_mean_scale(arguments.scale_values)
    if arguments.scale:
        options["scale_values"] = parse_mean_scale(f"({arguments.scale})")
    if arguments.layout:
        options["layout"] = parse_layout(arguments.layout)
    if arguments.freeze_placeholder_with_value:
        frozen = parse_inputs(arguments.freeze_placeholder_with_value)
        options["freeze"] = {name: spec.value for name, spec in frozen.items()}
    options["follow_links"] = arguments.follow_links
    options["reverse_input_channels"] = arguments.reverse_input_channels
    return options


def sizes(text: str) -> dict[str, tuple[int | None, ...] | None]:
    """Shapes by input, as ``--specialize`` has them: ``x[1,3,640,640],n[?]``. Raises UsageError."""
    from dldt.frontends.engine.input_spec import parse_inputs

    specs = parse_inputs(text)
    for name, spec in specs.items():
        if spec.dtype is not None or spec.value is not None or spec.shape is None:
            raise UsageError(f"--specialize {shown(text)}: give a shape alone, as in {name}[1,3,640,640]")
        if not all(dim is None or isinstance(dim, int) for dim in spec.shape):
            raise UsageError(f"--specialize {shown(text)}: a dim is a number, or ? where it stays free")
    return {name: tuple(map(_size, spec.shape or ())) for name, spec in specs.items()}


def _size(dim: object) -> int | None:
    return dim if isinstance(dim, int) else None


def read(arguments: Arguments) -> Graph:
    """The graph of the model that the options name."""
    from dldt.tools.api import read_model

    path, options = model_path(arguments), read_options(arguments)
    if arguments.batch is None:
        return read_model(path, **options)
    if arguments.batch < 1:
        raise UsageError(f"--batch is {arguments.batch}; it must be 1 or more")
    given = options.pop("inputs")
    first = read_model(path, inputs=given, follow_links=arguments.follow_links, **format_options(arguments))
    return read_model(path, inputs=_batched(first, given, arguments.batch), **options)


def _batched(graph: Graph, given: Any, batch: int) -> dict[str, Any]:
    """The graph's own shapes as specs, with the first dim replaced by ``batch``. Frozen inputs stay as given."""
    import attrs

    from dldt.frontends.engine.input_spec import InputSpec

    named = dict(given) if isinstance(given, Mapping) else {}
    for value in graph.inputs:
        dims = [dim if isinstance(dim, int) else str(dim) for dim in value.type.shape]
        if not dims:
            continue
        named[value.node.name] = attrs.evolve(named.get(value.node.name, InputSpec()), shape=(batch, *dims[1:]))
    return named


def _inputs(arguments: Arguments) -> Any:
    """``--input`` and ``--input-shape`` together: specs by name, or shapes in order."""
    import attrs

    from dldt.frontends.engine.input_spec import parse_input_shapes, parse_inputs

    specs = parse_inputs(",".join(arguments.input)) if arguments.input else None
    if not arguments.input_shape:
        return specs
    shapes = parse_input_shapes(arguments.input_shape)
    if specs is None:
        return shapes
    if len(shapes) != len(specs):
        raise UsageError(f"--input-shape has {len(shapes)} shapes for {len(specs)} inputs")
    return {n: attrs.evolve(spec, shape=shape) for (n, spec), shape in zip(specs.items(), shapes, strict=True)}
