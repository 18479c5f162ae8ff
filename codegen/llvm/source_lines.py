"""Where the instructions of a module come from, for whoever reads its assembly."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

# The numbers of metadata nodes: the builder's own are below them.
_UNIT, _FILE, _FLAG, _TYPE, _NONE, _FUNCTIONS, _PLACES = 100, 101, 102, 103, 104, 1000, 100000


class SourceLines:
    """Gives every instruction a debug location whose line is the number of a source in ``sources``, from 1 on.

    ``known`` maps primitives of the loop IR and names of buffers to the sources of what is computed by them;
    ``otherwise`` is the source of all else. LLVM keeps the locations through its passes and generates the same code.
    """

    def __init__(self, known: Mapping[str, str], otherwise: str) -> None:
        self.sources = list(dict.fromkeys([otherwise, *known.values()]))
        self._known = {name: self.sources.index(source) + 1 for name, source in known.items()}
        self._line = 1
        self._functions: list[str] = []
        self._places: dict[tuple[int, int], int] = {}

    def __str__(self) -> str:
        """All that the locations depend on besides the function."""
        return hashlib.sha256(repr((sorted(self._known.items()), self.sources)).encode()).hexdigest()

    def enter(self, name: str) -> int:
        """Instructions from here on come from what ``name`` is known for; returns what ``leave`` goes back to."""
        before = self._line
        self._line = self._known.get(name, before)
        return before

    def leave(self, before: int) -> None:
        """Go back to the source before ``enter``."""
        self._line = before

    def function(self, name: str) -> str:
        """Begin a function; what its head says of its place."""
        self._functions.append(name)
        return f" !dbg !{_FUNCTIONS + len(self._functions)}"

    @property
    def suffix(self) -> str:
        """What follows an instruction."""
        place = self._places.setdefault((len(self._functions), self._line), _PLACES + len(self._places))
        return f", !dbg !{place}"

    @property
    def metadata(self) -> list[str]:
        """The lines of the module that the locations need. The unit asks for directives alone: no sections of debug
        information."""
        unit = f"file: !{_FILE}, isOptimized: true, emissionKind: DebugDirectivesOnly"
        made = [
            f"!llvm.dbg.cu = !{{!{_UNIT}}}",
            f"!llvm.module.flags = !{{!{_FLAG}}}",
            f"!{_UNIT} = distinct !DICompileUnit(language: DW_LANG_C99, {unit})",
            f'!{_FILE} = !DIFile(filename: "kernel", directory: "")',
            f'!{_FLAG} = !{{i32 2, !"Debug Info Version", i32 3}}',
            f"!{_TYPE} = !DISubroutineType(types: !{_NONE})",
            f"!{_NONE} = !{{}}",
        ]
        for number, name in enumerate(self._functions, _FUNCTIONS + 1):
            of = f"file: !{_FILE}, line: 1, type: !{_TYPE}, unit: !{_UNIT}, spFlags: DISPFlagDefinition"
            made.append(f'!{number} = distinct !DISubprogram(name: "{name}", {of})')
        for (function, line), number in self._places.items():
            made.append(f"!{number} = !DILocation(line: {line}, scope: !{_FUNCTIONS + function})")
        return made
