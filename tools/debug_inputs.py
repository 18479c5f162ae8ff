"""What the commands of ``dldt debug`` have in common: the model, its inputs, the target, the tolerance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dldt.compiler.errors import UsageError
from dldt.tools import model_options, pass_options
from dldt.tools.arguments import Arguments, Parser

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph

Arrays = dict[str, Any]


def add_search_arguments(parser: Parser) -> None:
    """The model with its options, ``--inputs``, ``--seed``, ``--target``, ``--tolerance``, the passes."""
    model_options.add_model_arguments(parser)
    add_data_arguments(parser)
    pass_options.add_pass_arguments(parser)


def add_data_arguments(parser: Parser) -> None:
    """``--inputs``, ``--seed``, ``--target``, ``--tolerance``."""
    group = parser.add_argument_group("data")
    group.add_argument("--inputs", metavar="FILE.npz", help="arrays by the names of the inputs (default: random ones)")
    group.add_argument("--seed", type=int, default=0, metavar="N", help="of the random inputs (default: 0)")
    group.add_argument("--target", default="host", metavar="NAME", help="what to compile for (default: host)")
    group.add_argument(
        "--tolerance",
        type=float,
        default=1e-4,
        metavar="T",
        help="allowed error / largest number of a tensor (default: 1e-4)",
    )


def model_and_inputs(arguments: Arguments) -> tuple[Graph, Arrays]:
    """The graph, for the sizes of its inputs, and the inputs."""
    return sized(model_options.read(arguments), arguments)


def sized(graph: Graph, arguments: Arguments) -> tuple[Graph, Arrays]:
    """The graph for the sizes of the inputs that the options give, and these."""
    from dldt.compiler.specialize import specialize
    from dldt.debug.inputs import checked_inputs, random_inputs
    from dldt.tools.tensors import load_arrays

    if not arguments.inputs:
        return graph, random_inputs(graph, arguments.seed)
    inputs = checked_inputs(graph, load_arrays(Path(arguments.inputs)))
    if any(not isinstance(dim, int) for value in graph.inputs for dim in value.type.shape):
        graph, _ = specialize(graph, {name: array.shape for name, array in inputs.items()})
    return graph, inputs


def require_check(arguments: Arguments) -> None:
    """Raises UsageError for a command that is empty."""
    if arguments.check is not None and not arguments.check.strip():
        raise UsageError("--check is empty; give a command that returns 0 for a good model")
