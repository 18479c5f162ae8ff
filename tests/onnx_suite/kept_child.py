"""One LLVM process for all compiles of a test run: to start one takes longer than to compile a small model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from dldt.codegen.object import object as compiling
from dldt.codegen.object.object_child import ChildError, ObjectChild

_KEPT: dict[tuple[str, int], ObjectChild] = {}


class KeptChild:
    """Takes the place of ObjectChild; the process behind it lives on."""

    def __init__(self, machine: Mapping[str, str], memory: int) -> None:
        self._machine, self._memory = machine, memory
        self._key = json.dumps(dict(machine), sort_keys=True), memory

    def compile(self, text: str, options: Mapping[str, Any], timeout: float) -> dict[str, bytes]:
        if self._key not in _KEPT:
            _KEPT[self._key] = ObjectChild(self._machine, self._memory)
        try:
            return _KEPT[self._key].compile(text, options, timeout)
        except ChildError:
            _KEPT.pop(self._key).kill()
            raise

    def kill(self) -> None:
        pass

    def close(self) -> None:
        pass


def keep_children(patch: Any) -> None:
    """Compile with kept processes from now on; ``patch`` is pytest's monkeypatch, or has its ``setattr``."""
    patch.setattr(compiling, "ObjectChild", KeptChild)
