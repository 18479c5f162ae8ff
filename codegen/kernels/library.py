"""The library of kernel functions. Equal functions are kept once; each is a module, so that LLVM compiles them in
parallel."""

from __future__ import annotations

import functools
import hashlib
import re

from dldt.codegen.kernels.emission import NAME
from dldt.codegen.kernels.kernel import Kernel
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.object.source import ModuleSource
from dldt.codegen.target import Target


class Library:
    """Collects kernels. ``add`` returns the name of the function that does the kernel's work. ``cache`` remembers which
    text an emission writes, so that a known text need not be written again to be recognised."""

    def __init__(self, target: Target, cache: ObjectCache | None = None) -> None:
        self.target = target
        self.kernels: list[Kernel] = []
        self.functions: dict[str, Kernel] = {}
        """Each function's name → the first kernel that it was made for."""
        self._cache = cache
        # From the digest of an emission to the digest of its text, and from that to the function's name.
        self._texts: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._digests: dict[str, str] = {}
        self._written: dict[str, Builder] = {}

    def add(self, kernel: Kernel) -> str:
        """The name of the kernel's function, which is new only if there is no equal one."""
        self.kernels.append(kernel)
        emission = kernel.emit.digest()
        if emission not in self._texts:
            self._texts[emission] = self._text(kernel, emission)
        text = self._texts[emission]
        if text not in self._names:
            self._names[text] = name = f"k{text[:16]}_{_identifier(kernel.what)}"
            self.functions[name], self._digests[name] = kernel, text
        return self._names[text]

    def function(self, name: str) -> str:
        """The function's LLVM IR, without the declarations that it needs."""
        functions = self._written_as(name, self._digests[name]).functions
        return "\n".join(each.text(name if each.name == NAME else None) for each in functions)

    def modules(self) -> list[ModuleSource]:
        """One module for each function."""
        names = self._names.items()
        return [ModuleSource(f"{name} {text}", functools.partial(self._module, name, text)) for text, name in names]

    def _module(self, name: str, text: str) -> str:
        return self._written_as(name, text).text(name, entry=NAME)

    def _written_as(self, name: str, text: str) -> Builder:
        """The function of this name, whose text has this digest."""
        return self._written.get(text) or self._write(self.functions[name])

    def _text(self, kernel: Kernel, emission: str) -> str:
        """The digest of the text that the emission writes."""
        if self._cache is None:
            return self._digest(kernel)
        key = self._cache.key(emission, {"target": str(self.target)}, {})
        known = self._cache.load(key)
        if known is None:
            known = {"text": self._digest(kernel).encode()}
            self._cache.store(key, known)
        return known["text"].decode()

    def _digest(self, kernel: Kernel) -> str:
        written = self._write(kernel)
        digest = hashlib.sha256(written.text(NAME).encode()).hexdigest()
        self._written[digest] = written
        return digest

    def _write(self, kernel: Kernel) -> Builder:
        b = Builder(self.target)
        kernel.emit(b)
        return b


def _identifier(what: str) -> str:
    return re.sub(r"\W+", "_", what, flags=re.ASCII)[:48].strip("_")
