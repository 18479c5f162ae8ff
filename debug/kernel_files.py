"""The code of every kernel in a dump: loop IR through its schedule, LLVM IR before and after LLVM, assembly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.kernels.text import print_implementation, print_kernel
from dldt.codegen.loop.schedule import apply_schedule
from dldt.codegen.loop.text import print_nest, print_schedule
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.plan.kernel_sources import kernel_sources
from dldt.compiler.errors_named import errors_named

_PLACE = re.compile(r"\t\.loc\t\d+ (\d+)")
_OF_PLACES = re.compile(r"\t\.file\t|\t\.cfi_sections|\.L(tmp|func_begin)\d+:")


@attrs.frozen
class MachineCode:
    """What the assembly of a function shows: instructions, vector registers that it names, and moves to and from the
    stack that LLVM marks as spills and reloads."""

    instructions: int
    registers: int
    spills: int
    reloads: int

    @classmethod
    def of(cls, assembly: str) -> MachineCode:
        """Count in the assembly text of one function."""
        lines = [line for line in assembly.splitlines() if re.match(r"\t+[a-z]", line)]
        named = set(re.findall(r"%[xyz]mm(\d+)|\b[vqz](\d+)\b", assembly))
        spills = len(re.findall(r"byte (?:Folded )?Spill", assembly))
        reloads = len(re.findall(r"byte (?:Folded )?Reload", assembly))
        return cls(len(lines), len(named), spills, reloads)


def write_kernels(c: Compilation, folder: Path, heads: Mapping[str, str]) -> dict[str, MachineCode]:
    """For each function of ``heads``, which maps them to what the assembly should say of them: ``<name>.loops.txt``,
    ``.ll``, ``.optimised.ll`` and ``.s``. What the functions' machine code shows, by function."""
    folder.mkdir(parents=True, exist_ok=True)
    optimised = {name: text for code in c.objects for name, text in defined(code.optimised_ir or "") if name in heads}
    assembly = {name: text for code in c.objects for name, text in functions(code.assembly or "") if name in heads}
    sources = kernel_sources(c.kernels, c.functions)
    for name, head in heads.items():
        kernel = c.library.functions[name]
        comment = "".join(f"# {line}\n" for line in head.splitlines())
        _write(folder / f"{name}.loops.txt", print_kernel(name, kernel) + "".join(_scheduled(kernel)))
        _write(folder / f"{name}.ll", c.library.function(name) + "\n")
        _write(folder / f"{name}.optimised.ll", optimised.get(name, "") + "\n")
        _write(folder / f"{name}.s", comment + _with_sources(assembly.get(name, ""), sources[name].sources))
    return {name: MachineCode.of(assembly[name]) for name in heads if name in assembly}


def write_modules(c: Compilation, folder: Path) -> None:
    """Each module that is no kernel's as ``.ll`` and ``.s``: the program and what it needs."""
    folder.mkdir(parents=True, exist_ok=True)
    for module, code in zip(c.modules, c.objects, strict=True):
        if module.digest.partition(" ")[0] in c.library.functions:
            continue
        text = module.write()
        stem = text.split("'", 2)[1]
        _write(folder / f"{stem}.ll", text)
        _write(folder / f"{stem}.s", code.assembly or "")


def _write(path: Path, text: str) -> None:
    with errors_named(path):
        path.write_text(text)


def functions(assembly: str) -> Iterator[tuple[str, str]]:
    """Each function of an assembly text by its symbol: from its ``.type`` to its ``.size`` directive."""
    name, lines = "", list[str]()
    for line in assembly.splitlines():
        found = re.match(r"\s*\.type\s+(\w+),[@%]function$", line)
        if found:
            name, lines = found[1], []
        lines.append(line)
        if name and re.match(rf"\s*\.size\s+{name},", line):
            yield name, "\n".join(lines) + "\n"
            name, lines = "", []


def defined(module: str) -> Iterator[tuple[str, str]]:
    """Each function of a module of LLVM IR by its name: from ``define`` to the brace that ends it."""
    lines: list[str] = []
    for line in module.splitlines():
        if line.startswith("define ") or lines:
            lines.append(line)
        if line == "}" and lines:
            yield lines[0].partition("@")[2].partition("(")[0].strip('"'), "\n".join(lines)
            lines = []


def _with_sources(assembly: str, sources: Sequence[str]) -> str:
    """The assembly with a comment wherever the source of its instructions changes, in place of line numbers."""
    lines, before = list[str](), 0
    for line in assembly.splitlines():
        found = _PLACE.match(line)
        if found is None:
            if not _OF_PLACES.match(line):
                lines.append(line)
            continue
        number = int(found[1])
        if number not in (0, before):
            lines.append(f"\t# {sources[number - 1]}")
        before = number or before
    return "\n".join(lines) + "\n" if lines else ""


def _scheduled(kernel: Kernel) -> Iterator[str]:
    """The nest after each directive of its schedule."""
    if kernel.nest is None:
        return
    directives = kernel.implementation.schedule
    yield f"\nimplementation {print_implementation(kernel.implementation)}\n"
    for count in range(1, len(directives) + 1):
        yield f"\nafter {print_schedule(directives[count - 1 : count])}\n"
        yield "\n".join(print_nest(apply_schedule(kernel.nest, directives[:count]).nest)) + "\n"
