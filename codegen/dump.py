"""Dumps of the kernels: loop IR, LLVM IR and assembly, one file each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dldt.codegen.emit.object import ObjectCode
from dldt.codegen.loop_text import print_kernel
from dldt.codegen.module import Library


class Dump:
    """Writes into a directory that exists or is made."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def write(self, library: Library, modules: Sequence[str], objects: Sequence[ObjectCode]) -> None:
        """``kernels/<name>.loops.txt`` and ``.ll`` a kernel, ``modules/<name>.ll`` and ``.s`` a module."""
        kernels, whole = self.directory / "kernels", self.directory / "modules"
        kernels.mkdir(parents=True, exist_ok=True)
        whole.mkdir(parents=True, exist_ok=True)
        for name, text in library.functions.items():
            (kernels / f"{name}.loops.txt").write_text(print_kernel(name, library.first[name]))
            (kernels / f"{name}.ll").write_text(text + "\n")
        for text, code in zip(modules, objects, strict=True):
            stem = text.split("'", 2)[1]
            (whole / f"{stem}.ll").write_text(text)
            (whole / f"{stem}.s").write_text(code.assembly or "")
