"""Dumps: what each step decided, and the loop IR, LLVM IR and assembly of every kernel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dldt.codegen.kernels.library import Library
from dldt.codegen.kernels.text import print_kernel
from dldt.codegen.object.object import ObjectCode
from dldt.codegen.object.source import ModuleSource


class Dump:
    """Writes dumps into a directory, which is made where it does not exist."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def step(self, number: int, name: str, what: str, lines: Iterable[str]) -> None:
        """``steps/NN-<name>.txt``: what a step of code generation decided."""
        folder = self.directory / "steps"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:02d}-{name}.txt").write_text("\n".join([f"# {what}", "", *lines]) + "\n", encoding="utf-8")

    def write(self, library: Library, modules: Sequence[ModuleSource], objects: Sequence[ObjectCode]) -> None:
        """Each kernel as ``kernels/<name>.loops.txt``, ``.ll`` and ``.s``; each module as ``modules/<name>.ll`` and
        ``.s``."""
        kernels, whole = self.directory / "kernels", self.directory / "modules"
        kernels.mkdir(parents=True, exist_ok=True)
        whole.mkdir(parents=True, exist_ok=True)
        for name, kernel in library.functions.items():
            (kernels / f"{name}.loops.txt").write_text(print_kernel(name, kernel))
            (kernels / f"{name}.ll").write_text(library.function(name) + "\n")
        for code in objects:
            for name, text in functions(code.assembly or ""):
                if name in library.functions:
                    (kernels / f"{name}.s").write_text(text)
        for module, code in zip(modules, objects, strict=True):
            text = module.write()
            stem = text.split("'", 2)[1]
            (whole / f"{stem}.ll").write_text(text)
            (whole / f"{stem}.s").write_text(code.assembly or "")


def functions(assembly: str) -> Iterator[tuple[str, str]]:
    """Each function of an assembly text by its symbol: from its ``.type`` to its ``.size`` directive."""
    for found in re.finditer(r"^\s*\.type\s+(\w+),[@%]function$", assembly, flags=re.MULTILINE):
        end = re.compile(rf"^\s*\.size\s+{found.group(1)},.*$", re.MULTILINE).search(assembly, found.end())
        if end:
            yield found.group(1), assembly[found.start() : end.end()] + "\n"
