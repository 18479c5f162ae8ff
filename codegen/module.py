"""The library of kernel functions: equal ones once, grouped into modules that LLVM compiles side by side."""

from __future__ import annotations

import re
from collections.abc import Hashable

from dldt.codegen.emit.builder import Builder
from dldt.codegen.kernels import NAME, Kernel
from dldt.codegen.target import Target

TEXT_PER_MODULE = 250_000
"""Bytes of LLVM IR a module: small enough to share among processes, large enough to be worth one."""


class Library:
    """Collects kernels; ``add`` gives the name of the function that does the kernel's work."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.kernels: list[Kernel] = []
        self.functions: dict[str, str] = {}
        """Function name → its LLVM IR."""
        self.first: dict[str, Kernel] = {}
        """Function name → the first kernel that it was made for."""
        self._names: dict[str, str] = {}
        self._described: dict[Hashable, str] = {}
        self._declarations: dict[str, dict[str, str]] = {}

    def add(self, kernel: Kernel) -> str:
        """The function's name; the function is new only where no equal one is there."""
        self.kernels.append(kernel)
        if kernel.description is None:
            return self._emitted(kernel)
        if kernel.description not in self._described:
            self._described[kernel.description] = self._emitted(kernel)
        return self._described[kernel.description]

    def _emitted(self, kernel: Kernel) -> str:
        b = Builder(self.target)
        kernel.emit(b)
        text = "\n".join(b.functions)
        name = self._names.get(text)
        if name is None:
            name = f"k{len(self._names)}_{_identifier(kernel.what)}"
            self._names[text] = name
            self.functions[name] = text.replace(f"@{NAME}", f"@{name}")
            self.first[name] = kernel
            self._declarations[name] = b.declarations
        return name

    def modules(self) -> list[str]:
        """The modules' LLVM IR."""
        groups: list[list[str]] = [[]]
        size = 0
        for name, text in self.functions.items():
            if size > TEXT_PER_MODULE:
                groups.append([])
                size = 0
            groups[-1].append(name)
            size += len(text)
        return [self._module(k, group) for k, group in enumerate(groups) if group]

    def _module(self, number: int, names: list[str]) -> str:
        declarations: dict[str, str] = {}
        for name in names:
            declarations |= self._declarations[name]
        head = [f"; ModuleID = 'dldt.kernels{number}'", f'target triple = "{self.target.triple}"']
        return "\n".join([*head, *(self.functions[name] for name in names), *declarations.values(), ""])


def _identifier(what: str) -> str:
    return re.sub(r"\W+", "_", what)[:48].strip("_")
