"""Whether a version of a model is good: by a tolerance, or by a command of the user's."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import attrs

from dldt.codegen.object.object_cache import ObjectCache
from dldt.codegen.pipeline import run_steps
from dldt.codegen.plan.compilation import Compilation
from dldt.codegen.target import Target
from dldt.codegen.task.numerics import Numerics
from dldt.compiler.errors import DldtError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.ir.write import write_ir
from dldt.compiler.types import Array
from dldt.debug.deviation import Deviation
from dldt.debug.native_run import run_artifact
from dldt.runtime.array_file import write_arrays

SECONDS = 600
PLACES = ("{artifact}", "{model}", "{inputs}")


@attrs.frozen
class CommandCheck:
    """Runs a command on a version of a model: 0 means good. ``{artifact}``, ``{model}`` and ``{inputs}`` in it become
    the paths of the library, of the IR and of the inputs (.npz); a command without any gets the library's at its
    end. What cannot be compiled is not good."""

    command: str
    target: Target
    inputs: Mapping[str, Array]

    def good(self, graph: Graph, inputs: Mapping[str, Array] | None = None) -> bool:
        """Whether the command says 0 of this graph, which code generation takes as it is."""
        with tempfile.TemporaryDirectory(prefix="dldt-check-") as folder:
            paths = {place: str(Path(folder) / name) for place, name in self._names()}
            words = shlex.split(self.command)
            if not any(place in word for word in words for place in PLACES):
                words.append("{artifact}")
            write_arrays(Path(paths["{inputs}"]), dict(self.inputs if inputs is None else inputs))
            try:
                if any("{model}" in word for word in words):
                    write_ir(graph, paths["{model}"])
                if any("{artifact}" in word for word in words):
                    compiled(graph, self.target, Path(paths["{artifact}"]))
            except DldtError:
                return False
            for place, path in paths.items():
                words = [word.replace(place, path) for word in words]
            return self._run(words)

    @staticmethod
    def _names() -> list[tuple[str, str]]:
        return [("{artifact}", "model.so"), ("{model}", "model.xml"), ("{inputs}", "inputs.npz")]

    @staticmethod
    def _run(words: list[str]) -> bool:
        try:
            done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)
        except OSError as error:
            raise UsageError(f"--check {words[0]}: {(error.strerror or str(error)).lower()}") from error
        except subprocess.TimeoutExpired as error:
            raise UsageError(f"--check {words[0]}: it did not end within {SECONDS} s") from error
        return done.returncode == 0


def compiled(graph: Graph, target: Target, path: Path, numerics: Numerics | None = None) -> Compilation:
    """The compilation of a graph after the passes, with the library at ``path``."""
    made = Compilation(graph.copy(), target, numerics or Numerics(), cache=ObjectCache.of_user(), path=path)
    return run_steps(made)


def native_outputs(graph: Graph, target: Target, inputs: Mapping[str, Array]) -> dict[str, Array]:
    """What the compiled graph answers, here."""
    with tempfile.TemporaryDirectory(prefix="dldt-check-") as folder:
        path = Path(folder) / "model.so"
        compiled(graph, target, path)
        return run_artifact(path, inputs)


def worst(expected: Mapping[str, Array], found: Mapping[str, Array]) -> tuple[str, Deviation]:
    """The output that is furthest off."""
    pairs = ((name, Deviation.between(array, found[name])) for name, array in expected.items())
    return max(pairs, key=lambda pair: pair[1].needed)
