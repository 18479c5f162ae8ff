"""``dldt inspect``: shows what is in a model, an IR or a compiled library."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dldt.compiler.errors import UsageError
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command
from dldt.tools.format_options import add_format_arguments, format_options
from dldt.tools.is_artifact import is_artifact
from dldt.tools.limit_options import add_limit_arguments
from dldt.tools.model_options import model_path
from dldt.tools.printable import printable
from dldt.tools.units import bytes_text, count_text

if TYPE_CHECKING:
    from dldt.compiler.graph import Graph
    from dldt.runtime.metadata import Metadata, SpecializationInfo

DESCRIPTION = """Show a model (.onnx, .xml) or a compiled library (.so).

Of a model: inputs, outputs, operations, parameters, multiply-adds; of one that cannot be compiled, what the file
declares, and why. Of a library: inputs, outputs, target, processor
features, ABI, sizes, hashes; no code of it is run."""


def main(argv: Sequence[str] | None = None, prog: str = "dldt inspect") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    parser.add_argument("model", nargs="?", metavar="FILE", help="a model or a compiled library")
    parser.add_argument("-m", "--input-model", metavar="FILE", help="the file, when it is not given by position")
    parser.add_argument("--verify", action="store_true", help="compare a library's code and weights with their hashes")
    parser.add_argument("--plan", action="store_true", help="show how every kernel of a library was made")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--follow-links", action="store_true", help="files of weights that a model names may be links")
    add_limit_arguments(parser)
    add_format_arguments(parser)
    return run_command(parser, inspect, argv, read=_read)


def inspect(arguments: Arguments) -> int:
    """Print what is found, as lines or as JSON."""
    path = model_path(arguments)
    library = path.is_file() and is_artifact(path)
    if arguments.plan:
        return _plan(path, library=library, as_json=arguments.json)
    found = _artifact(path, verify=arguments.verify) if library else _model(path, arguments)
    if arguments.json:
        print(json.dumps(found, indent=1))
        return 0
    missing = found.pop("missing", {})
    for key, value in found.items():
        _print(key.replace("_", " "), value, missing)
    return 0


def _plan(path: Path, *, library: bool, as_json: bool) -> int:
    """Print how every task of a library is carried out."""
    from dldt.codegen.kernels.recorded import plan_data
    from dldt.codegen.kernels.text import print_cost, print_implementation
    from dldt.tools.api import recorded_plan

    if not library:
        raise UsageError(f"{path}: --plan shows how a compiled library was made; compile the model first")
    plan = recorded_plan(path)
    if as_json:
        print(json.dumps(plan_data(plan.entries), indent=1))
        return 0
    for entry in plan.entries:
        made = entry.implementation
        print(f"{printable(entry.output)}: {made.family}, {made.arithmetic}")
        print(f"    {print_implementation(made)}")
        if entry.cost is not None:
            print(f"    {print_cost(entry.cost)}")
    return 0


def _artifact(path: Path, *, verify: bool) -> dict[str, Any]:
    from dldt.runtime import cpu
    from dldt.runtime.format import read_artifact

    artifact = read_artifact(path, verify=verify)
    note, metadata = artifact.note, artifact.metadata
    lacking = [f"architecture {metadata.arch}"] if metadata.arch != cpu.arch() else cpu.missing(list(metadata.features))
    return {
        "file": str(path),
        "kind": "compiled library",
        "name": metadata.name,
        "producer": metadata.producer,
        "abi": f"{note.abi_major}.{note.abi_minor}",
        "target": metadata.target,
        "tuned_for": metadata.raw.get("tuned_for", "not told"),
        "optimized_for": metadata.raw.get("optimize", "not told"),
        "arch": metadata.arch,
        "features": " ".join(metadata.features),
        "runs_here": "yes" if not lacking else f"no: this machine lacks {', '.join(lacking)}",
        "inputs": [str(tensor) for tensor in metadata.inputs],
        "outputs": [str(tensor) for tensor in metadata.outputs],
        "free_dims": [_symbol(symbol.text, symbol.min, symbol.max) for symbol in metadata.symbols],
        "conditions": list(metadata.conditions),
        "specializations": [_specialization(special, metadata) for special in metadata.specializations],
        "states": [str(state) for state in metadata.states],
        "arena_bytes": metadata.arena,
        "thread_memory_bytes": metadata.scratch,
        "file_bytes": note.file_size,
        "code_bytes": note.weights_offset - note.code_offset,
        "weights_bytes": note.weights_size,
        "code_sha256": note.code_sha256.hex(),
        "weights_sha256": note.weights_sha256.hex(),
        "hashes": "compared: they agree" if verify else "not compared (--verify does)",
        **{key: metadata.raw[key] for key in ("kernels", "notes") if key in metadata.raw},
    }


def _symbol(name: str, low: int, high: int | None) -> str:
    return f"{name} in {low}..{'' if high is None else high}"


def _specialization(special: SpecializationInfo, metadata: Metadata) -> str:
    sizes = zip(metadata.symbols, special.dims, strict=True)
    return ", ".join(f"{symbol.text} {size}" for symbol, size in sizes if size is not None)


def _read(arguments: Arguments) -> Graph | None:
    """The model that a reproducer shows; None of a library."""
    from dldt.tools.api import read_model

    path = model_path(arguments)
    if path.is_file() and is_artifact(path):
        return None
    return read_model(path, follow_links=arguments.follow_links, **format_options(arguments))


def _model(path: Path, arguments: Arguments) -> dict[str, Any]:
    from dldt.compiler.errors import InputError, UnsupportedError
    from dldt.tools import work
    from dldt.tools.api import read_model

    try:
        graph = read_model(path, follow_links=arguments.follow_links, **format_options(arguments))
    except (InputError, UnsupportedError) as error:
        return _outline(path, str(error), arguments)
    counts: dict[str, int] = {}
    for part in graph.walk():
        for node in part.order():
            counts[node.op.type] = counts.get(node.op.type, 0) + 1
    operations = {name: counts[name] for name in sorted(counts) if name not in ("Parameter", "Const", "Result")}
    adds = work.multiply_adds(graph)
    return {
        "file": str(path),
        "kind": "model",
        "name": graph.name,
        **{key: value for key, value in sorted(graph.metadata.items()) if len(value) < 200},
        "inputs": [f"{value.node.name}: {value.type}" for value in graph.inputs],
        "outputs": [f"{node.name}: {node.types[0]}" for node in graph.outputs],
        "operations": operations,
        "constants": counts.get("Const", 0),
        "parameters": work.parameters(graph),
        "multiply_adds": adds if isinstance(adds, int) else str(adds),
        "file_bytes": path.stat().st_size,
    }


def _outline(path: Path, reason: str, arguments: Arguments) -> dict[str, Any]:
    """What the file declares. Raises InputError where it cannot be read at all, which its own message tells."""
    from dldt.frontends.engine.format_of import format_of
    from dldt.frontends.formats import FORMATS

    format = format_of(path, FORMATS, arguments.framework)
    held = format.reader().outline(path, format.checked(format_options(arguments)["options"]))
    return {
        "file": str(path),
        "kind": "model that cannot be compiled",
        "name": held.name,
        **{key: value for key, value in sorted(held.metadata.items()) if len(value) < 200},
        "inputs": list(held.inputs),
        "outputs": list(held.outputs),
        "operations": held.operations,
        "missing": held.missing,
        "constants": held.constants,
        "file_bytes": path.stat().st_size,
        "reason": reason.splitlines(),
    }


def _print(key: str, value: Any, missing: dict[str, int]) -> None:
    if isinstance(value, dict):
        print(f"{key} ({sum(value.values())})")
        for name, count in value.items():
            print(f"  {count:5d}  {printable(name)}{'  missing' if name in missing else ''}")
    elif isinstance(value, list):
        print(f"{key:<15} {'none' if not value else printable(value[0])}")
        for item in value[1:]:
            print(f"{'':<15} {printable(item)}")
    elif key.endswith(" bytes"):
        print(f"{key.removesuffix(' bytes'):<15} {'known when it runs' if value is None else bytes_text(value)}")
    elif isinstance(value, int):
        print(f"{key:<15} {count_text(value)}")
    else:
        print(f"{printable(key):<15} {printable(value)}")


if __name__ == "__main__":
    sys.exit(main())
