"""Writes the tables of this folder from the registries: operations.md, passes.md, options.md.

python docs/generate.py            (a test fails when a table is out of date)
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs

from dldt.compiler import ops as opset
from dldt.compiler.op import REGISTRY
from dldt.compiler.options import VARIABLES
from dldt.frontends.onnx import ops as onnx_ops
from dldt.frontends.onnx.framework import ONNX
from dldt.passes.base import PASSES
from dldt.passes.pipelines import default_pipeline

HERE = Path(__file__).parent
HEAD = "<!-- written by docs/generate.py -->\n\n"


def operations() -> str:
    """The operations of the opsets, and the ONNX operations that are imported."""
    onnx_ops.register()
    lines = ["# Operations", "", "## OpenVINO operation sets", ""]
    lines += ["Read from IR, written to IR and compiled, with the versions that have a meaning of their own.", ""]
    lines += ["| operation | versions | meaning |", "|---|---|---|"]
    for name in sorted(REGISTRY, key=lambda key: _name(key).lower()):
        versions = REGISTRY[name]
        newest = versions[max(versions)]
        numbers = ", ".join(f"opset{number}" for number in sorted(versions))
        lines.append(f"| {newest.type} | {numbers} | {_cell(_first_paragraph(newest.__doc__))} |")
    lines += [
        "",
        "## ONNX",
        "",
        f"Operation sets up to {ONNX.newest}.",
        "",
        "| operation | operation sets |",
        "|---|---|",
    ]
    ranges: dict[str, list[str]] = {}
    for importer in ONNX.importers():
        name = f"{importer.domain}::{importer.op_type}" if importer.domain else importer.op_type
        until = "" if importer.until == importer.since else f"–{importer.until}"
        ranges.setdefault(name, []).append(f"{importer.since}{until}")
    lines += [f"| {name} | {', '.join(found)} |" for name, found in ranges.items()]
    return "\n".join(lines) + "\n"


def passes() -> str:
    """The default pipeline in its order, then every pass with its options and its picture."""
    pipeline = default_pipeline()
    lines = ["# Passes", "", "The default pipeline, in the order in which it runs (`dldt-compile --list-passes`):", ""]
    lines += [f"{number}. `{item}`" for number, item in enumerate(pipeline.passes, 1)]
    used = {item.name for item in pipeline.passes}
    for name in sorted(PASSES):
        cls = PASSES[name]
        lines += ["", f"## {name}{'' if name in used else ' (not in the default pipeline)'}", "", "```"]
        lines += [line.rstrip() for line in _dedented(cls.__doc__ or "")]
        lines.append("```")
        fields = attrs.fields(cls)  # type: ignore[arg-type]  # of attrs
        lines += [""] * bool(fields) + [f"* option `{field.name}`, default `{field.default}`" for field in fields]
    return "\n".join(lines) + "\n"


def options() -> str:
    """The environment variables."""
    lines = ["# Environment variables", "", "| variable | default | meaning |", "|---|---|---|"]
    lines += [f"| `{v.name}` | {v.default or 'not set'} | {_cell(v.help)} |" for v in VARIABLES]
    lines.append("| `DLDT_NUM_THREADS` | not set | threads of a loaded model, where the program names none (runtime) |")
    return "\n".join(lines) + "\n"


TABLES: dict[str, Callable[[], str]] = {"operations.md": operations, "passes.md": passes, "options.md": options}


def _name(key: str) -> str:
    return next(iter(REGISTRY[key].values())).type


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").strip().partition("\n\n")[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("``", "`")


def _dedented(text: str) -> list[str]:
    lines = text.strip().expandtabs().splitlines()
    rest = [line for line in lines[1:] if line.strip()]
    indent = min((len(line) - len(line.lstrip()) for line in rest), default=0)
    return [lines[0], *(line[indent:] for line in lines[1:])] if lines else []


if __name__ == "__main__":
    assert opset
    for file, table in TABLES.items():
        (HERE / file).write_text(HEAD + table(), encoding="utf-8")
