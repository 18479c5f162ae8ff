"""Writes the tables of this folder from the registries: operations.md, formats.md, passes.md, options.md, targets.md,
and the list of steps in architecture.md.

python -m docs.generate            (a test fails when a table is out of date)
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import attrs

sys.path.insert(0, str(Path(__file__).parent.parent))

from dldt.codegen.cpus import CPUS, WIDTHS, Fit
from dldt.codegen.pipeline import PIPELINE
from dldt.codegen.target import TARGETS, tuned_for
from dldt.compiler import ops as opset
from dldt.compiler.ir.compositions.composition import COMPOSITIONS
from dldt.compiler.op import REGISTRY, opset_name
from dldt.compiler.options import VARIABLES
from dldt.frontends.engine.framework import Framework
from dldt.frontends.formats import FORMATS
from dldt.frontends.mxnet.ops import register as mxnet_importers
from dldt.frontends.onnx.coverage import coverage
from dldt.frontends.onnx.framework import ONNX
from dldt.passes.base import PASSES
from dldt.passes.pipelines import default_pipeline
from docs.caffe_page import caffe
from docs.coverage import coverage_page
from docs.kaldi_page import kaldi
from docs.opset_page import opsets
from docs.tensorflow_page import tensorflow
from docs.tflite_page import tflite
from tests.frontends.mxnet.evaluated import EVALUATED as MXNET_EVALUATED

HERE = Path(__file__).parent
HEAD = "<!-- written by docs/generate.py -->\n\n"


def operations() -> str:
    """The operations of the opsets, and those of each framework that are imported."""
    lines = ["# Operations", "", "## OpenVINO operation sets", ""]
    lines += ["Read from IR, written to IR and compiled, with the versions that have a meaning of their own.", ""]
    lines += ["| operation | versions | meaning |", "|---|---|---|"]
    for name in sorted(REGISTRY, key=lambda key: _name(key).lower()):
        versions = REGISTRY[name]
        newest = versions[max(versions)]
        numbers = ", ".join(map(opset_name, sorted(versions)))
        lines.append(f"| {newest.type} | {numbers} | {_cell(_first_paragraph(newest.__doc__))} |")
    lines += ["", "Read from IR as what they are made of:", "", "| operation | version | made of |", "|---|---|---|"]
    for (_, number), made in sorted(COMPOSITIONS.items()):
        version = f"opset{number}" if number else "all"
        lines.append(f"| {made.type} | {version} | {_cell(_first_paragraph(made.__doc__))} |")
    for framework in filter(None, dict.fromkeys(format.reader().framework for format in FORMATS)):
        lines += ["", f"## {framework.title}", ""]
        lines += [f"Versions up to {framework.newest}.", ""] if framework.newest > 1 else []
        lines += _imported(framework)
    return "\n".join(lines) + "\n"


def _imported(framework: Framework) -> list[str]:
    ranges: dict[str, list[str]] = {}
    for importer in framework.importers():
        name = f"{importer.domain}::{importer.op_type}" if importer.domain else importer.op_type
        until = "" if importer.until == importer.since else f"–{importer.until}"
        ranges.setdefault(name, []).append(f"{importer.since}{until}")
    rows = [f"| {name} | {', '.join(found)} |" for name, found in ranges.items()]
    defined = [f"| {name} | {versions} |" for name, versions in framework.defined().items()]
    head = ["| operation | versions |", "|---|---|"]
    more = ["", f"Imported as what {framework.title} defines them by:", "", *head, *defined]
    return [*head, *rows, *(more if defined else [])]


def formats() -> str:
    """The formats of model files, and the options that each has for itself."""
    lines = ["# Formats", "", "| `--framework` | files | operations |", "|---|---|---|"]
    for format in FORMATS:
        framework = format.reader().framework
        names = ", ".join(f"`{name}`" for name in (format.name, *format.aliases))
        lines.append(f"| {names} | {format.title} | {len(list(framework.importers())) if framework else 'all'} |")
    for format in FORMATS:
        if not format.options:
            continue
        lines += ["", f"## {format.name}", "", "| option | meaning |", "|---|---|"]
        for option in format.options:
            value = "" if option.kind == "flag" else f" {option.metavar}"
            short = f"`{option.short}`, " if option.short else ""
            lines.append(f"| {short}`--{option.name}{value}` | {_cell(option.help)} |")
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
    crashes = "folder that gets a reproducer where the process ends while a library runs (runtime; debugging.md)"
    lines.append(f"| `DLDT_CRASH_DIR` | not set | {crashes} |")
    lines.append("| `DLDT_NUM_THREADS` | not set | threads of a loaded model, where the program names none (runtime) |")
    return "\n".join(lines) + "\n"


_TARGETS = """# Targets and processors

`--target` says what the code may use, `--tune-for` which processor its choices are made for: tiles, algorithms, what
runs in row tiles, what threads share. Unless a processor is named, choices are made for any that runs the code, by
figures that were fitted on Zen 4. `--target host` finds its own row, and asks the system for its caches; the other
figures it takes only where choices by them were measured (marked ✓), while `--tune-for` takes all. The rows are in
`codegen/cpus.py`; a new processor is a new row there.
"""
_FIT = """## What was fitted

Numbers of the cost model that no manual gives, measured on Zen 4. All rows share them until another machine is
measured; a row may have its own.
"""


def targets() -> str:
    """The targets; the processors with their figures; the source of every figure."""
    lines = [_TARGETS, "| target | vectors | registers | features | processors to tune for |", "|---|---|---|---|---|"]
    for name, target in TARGETS.items():
        cells = (f"`{name}`", f"{target.vector_bits} bits", str(target.registers), " ".join(target.features))
        lines.append(f"| {' | '.join(cells)} | {', '.join(tuned_for(target))} |")
    rates = ", ".join(map(str, WIDTHS))
    lines += ["", "## Processors", "", f"Multiply-adds, loads and stores a cycle are for vectors of {rates} bits.", ""]
    lines += ["| processor | what it is | code | L1d | L2 | L3 | multiply-adds | latency | loads | stores |"]
    lines[-1] += " L2, L3, memory: bytes a cycle |"
    lines.append("|---" * 11 + "|")
    for name, row in CPUS.items():
        sizes = [_size(size) for size in (row.caches.l1, row.caches.l2, row.caches.l3)]
        core, reads = row.core, (row.bandwidth.l2, row.bandwidth.l3, row.bandwidth.memory)
        cells = (
            f"`{name}`{' ✓' if row.measured else ''}",
            row.title,
            row.level,
            *sizes,
            _numbers(core.fma),
            f"{core.latency:g}",
        )
        lines.append(f"| {' | '.join((*cells, _numbers(core.loads), _numbers(core.stores), _numbers(reads)))} |")
    lines += ["", "## Sources", ""]
    for name, row in CPUS.items():
        figures: dict[str, list[str]] = {}
        for figure in row.figures:
            figures.setdefault(row.source(figure), []).append(figure)
        lines.append(f"* `{name}`: {'; '.join(f'{_cell(text)} ({_joined(of)})' for text, of in figures.items())}")
    lines += ["", _FIT, "| number | value |", "|---|---|"]
    lines += [f"| `{field}` | {_numbers(value)} |" for field, value in attrs.asdict(Fit()).items()]
    return "\n".join(lines) + "\n"


STEPS = ("<!-- steps: written by docs/generate.py -->\n", "<!-- end of steps -->\n")


def with_steps(text: str) -> str:
    """A page with the steps of code generation between the two marks."""
    before, rest = text.split(STEPS[0])
    _, after = rest.split(STEPS[1])
    lines = [f"{number}. `{step.name}`: {_cell(' '.join(step.what.split()))}" for number, step in enumerate(PIPELINE)]
    return "".join((before, STEPS[0], "\n", *(f"{line}\n" for line in lines), "\n", STEPS[1], after))


def _size(size: int) -> str:
    return f"{size >> 20} MiB" if size % (1 << 20) == 0 else f"{size >> 10} KiB"


def _numbers(values: float | tuple[float, ...]) -> str:
    numbers = values if isinstance(values, tuple) else (values,)
    return ", ".join(f"{value:,}" if isinstance(value, int) else f"{value:g}" for value in numbers)


def _joined(figures: list[str]) -> str:
    """A group's name and its figures, each group once."""
    groups: dict[str, list[str]] = {}
    for figure in figures:
        group, _, name = figure.partition(".")
        groups.setdefault(group, []).append(name)
    return ", ".join(f"{group}: {' '.join(names)}" for group, names in groups.items())


def mxnet() -> str:
    """What is imported of MXNet."""
    notes = (
        "Read are `-symbol.json` with `-NNNN.params`, of MXNet 0.x to 1.9, without MXNet. "
        "A symbol seldom tells the shapes of its inputs: `--input data[N,3,224,224]` does. "
        "Of equal elements `argsort` and `topk` give the lower place first; MXNet promises no order of these."
    )
    return coverage_page(mxnet_importers(), MXNET_EVALUATED, notes)


def onnx() -> str:
    """What is imported of ONNX."""
    lines = ["# ONNX: what is imported", "", f"Operations of operation sets up to {ONNX.newest}; those of"]
    lines += ["`com.microsoft` mean what they mean in onnxruntime. Types are those of the first input. Free dims are"]
    lines += ["those that `--input` or the model leaves open; the length of a vector that decides a rank (a shape,"]
    lines += ["axes, pads) is known in any case."]
    lines += ["", "| operation | versions | types | free dims |", "|---|---|---|---|"]
    rows = coverage()
    lines += [f"| {row.operation} | {row.versions} | {row.types} | {row.free} |" for row in rows]
    lines += ["", f"{len(rows)} operations. Refused by name:", "", "| operation | why, and what to do |", "|---|---|"]
    lines += [f"| {name} | {why} |" for name, why in ONNX.refused.items()]
    return "\n".join(lines) + "\n"


TABLES: dict[str, Callable[[], str]] = {
    "operations.md": operations,
    "opsets.md": opsets,
    "formats.md": formats,
    "mxnet.md": mxnet,
    "onnx.md": onnx,
    "passes.md": passes,
    "options.md": options,
    "targets.md": targets,
    "caffe.md": caffe,
    "kaldi.md": kaldi,
    "tensorflow.md": tensorflow,
    "tflite.md": tflite,
}


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
    page = HERE / "architecture.md"
    page.write_text(with_steps(page.read_text(encoding="utf-8")), encoding="utf-8")
