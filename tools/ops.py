"""``dldt ops``: lists the operations of a framework that can be imported, with their versions."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from dldt.compiler.errors import UsageError
from dldt.compiler.shown import shown
from dldt.tools.arguments import Arguments, Parser
from dldt.tools.console import run_command

DESCRIPTION = """List the operations that can be imported from a framework, and the versions they were tested for."""


def main(argv: Sequence[str] | None = None, prog: str = "dldt ops") -> int:
    """Run the command; returns its exit code."""
    parser = Parser(prog, DESCRIPTION)
    parser.add_argument(
        "--framework", default="onnx", metavar="NAME", help="onnx (default), another framework, or ir: our own"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return run_command(parser, list_operations, argv)


def list_operations(arguments: Arguments) -> int:
    """Print one line for each operation, or one JSON list."""
    if arguments.framework == "onnx":
        return _show(_onnx_operations(), arguments)
    table = _opset_operations() if arguments.framework == "ir" else _imported_operations(arguments.framework)
    return _show(table, arguments)


def _show(table: list[dict[str, str]], arguments: Arguments) -> int:
    if arguments.json:
        print(json.dumps(table, indent=1))
        return 0
    widths = {key: max(len(row[key]) for row in table) for key in table[0]}
    for row in table:
        print("  ".join(f"{text:<{widths[key]}}" for key, text in row.items()).rstrip())
    print(f"{len(table)} operations")
    return 0


def _onnx_operations() -> list[dict[str, str]]:
    from dldt.frontends.onnx.coverage import coverage
    from dldt.frontends.onnx.ops import register

    register()
    return [
        {"operation": row.operation, "versions": row.versions, "types": row.types, "free dims": row.free}
        for row in coverage()
    ]


def _imported_operations(name: str) -> list[dict[str, str]]:
    from dldt.frontends.formats import FORMATS

    found = next((format for format in FORMATS if name in (format.name, *format.aliases)), None)
    framework = found.reader().framework if found is not None else None
    if framework is None:
        raise UsageError(f"no framework is called {shown(name)}; there are: {', '.join(each.name for each in FORMATS)}")
    ranges: dict[str, list[str]] = {}
    for importer in framework.importers():
        name = f"{importer.domain}::{importer.op_type}" if importer.domain else importer.op_type
        last = "" if importer.until == importer.since else f"-{importer.until}"
        ranges.setdefault(name, []).append(f"{importer.since}{last}")
    rows = [{"operation": name, "versions": ", ".join(versions)} for name, versions in ranges.items()]
    defined = framework.defined().items()
    return rows + [{"operation": name, "versions": f"{each} (by definition)"} for name, each in defined]


def _opset_operations() -> list[dict[str, str]]:
    import dldt.compiler.ops  # noqa: F401  (registers them)
    from dldt.compiler.ir.compositions.composition import COMPOSITIONS
    from dldt.compiler.op import REGISTRY, opset_name

    rows = []
    for versions in REGISTRY.values():
        name = next(iter(versions.values())).type
        rows.append({"operation": name, "versions": ", ".join(map(opset_name, sorted(versions)))})
    for (_, number), made in COMPOSITIONS.items():
        versions_read = f"opset{number} (composed of others)" if number else "(composed of others)"
        rows.append({"operation": made.type, "versions": versions_read})
    return sorted(rows, key=lambda row: row["operation"])


if __name__ == "__main__":
    sys.exit(main())
