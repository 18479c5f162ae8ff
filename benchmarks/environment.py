"""A Python environment in which a version of dldt is installed: this one, or another one to compare with."""

from __future__ import annotations

import argparse
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.models import Model, model_file

Array = np.ndarray

# -P keeps Python from importing from the current directory, which may be a checkout of another version.
_WHERE = (
    "import json, dldt; from dldt.runtime.version import __version__; print(json.dumps([dldt.__file__, __version__]))"
)
_RUN = """
import sys
import numpy as np
from dldt import runtime
with runtime.load(sys.argv[1]) as model:
    given = np.load(sys.argv[2])
    made = model.run({info.name: given[info.name] for info in model.inputs})
    np.savez(sys.argv[3], *[made[info.name] for info in model.outputs])
"""


class Environment:
    """The environment of the interpreter ``python``. All its work is done in child processes of that interpreter."""

    def __init__(self, python: str = sys.executable) -> None:
        self.python = python

    @classmethod
    def add_option(cls, parser: argparse.ArgumentParser, *, required: bool = False) -> None:
        """Add the option ``--against PYTHON``: the environment of another interpreter."""
        text = "the interpreter of an environment in which another dldt is installed, to compare with"
        parser.add_argument("--against", type=cls.of_option, required=required, metavar="PYTHON", help=text)

    @classmethod
    def of_option(cls, text: str) -> Environment:
        """The environment that the value of ``--against`` names: an interpreter that can import dldt."""
        found = cls(shutil.which(text) or text)
        try:
            found.version  # noqa: B018 - it is asked now, so that a wrong word is refused before anything is done
            return found
        except (OSError, ValueError, subprocess.CalledProcessError) as problem:
            said = getattr(problem, "stderr", None) or str(problem)
            reason = (said.strip().splitlines() or ["it says nothing"])[-1]
            raise argparse.ArgumentTypeError(f"{text!r} is no Python with dldt: {reason}") from None

    @functools.cached_property
    def version(self) -> str:
        """``dldt`` and the commit of its checkout, with ``-dirty`` if files were changed since. Outside a checkout, the
        package's version."""
        file, version = json.loads(self.ask(_WHERE))
        package = Path(file)
        git = ["git", "-C", str(package.parent)]
        try:
            _output([*git, "ls-files", "--error-unmatch", package.name])
            return f"dldt {_output([*git, 'describe', '--always', '--dirty', '--exclude=*'])}"
        except (OSError, subprocess.CalledProcessError):
            return f"dldt {version}"

    @property
    def changing(self) -> bool:
        """Whether its next artifact may differ although the version stays the same."""
        return self.version.endswith("-dirty")

    def ask(self, code: str, *words: str | Path, variables: Mapping[str, str] | None = None) -> str:
        """The output of the interpreter when it runs ``code`` with these words as arguments.

        Raises subprocess.CalledProcessError.
        """
        return _output([self.python, "-P", "-c", code, *map(str, words)], variables)

    def compile(
        self,
        model: Model,
        path: Path,
        *options: str,
        variables: Mapping[str, str] | None = None,
    ) -> float:
        """Compile the model to ``path`` with these options of ``dldt-compile``. Returns the seconds, including the
        start of Python.

        Raises subprocess.CalledProcessError; the compiler's messages go to stderr.
        """
        started = time.perf_counter()
        subprocess.run(self.compile_command(model, path, *options), check=True, env=os.environ | (variables or {}))
        return time.perf_counter() - started

    def compile_command(self, model: Model, path: Path, *options: str) -> list[str]:
        """The words of the command that compiles the model, with the input shapes of the table, to ``path``."""
        inputs = [f"{name}[{','.join(map(str, shape))}]" for name, shape in model.inputs.items()]
        words = [self.python, "-P", "-m", "dldt.tools.compile", str(model_file(model)), "-o", str(path), "-q"]
        words += ["--input", ",".join(inputs)]
        if model.frozen:
            frozen = [f"{name}->{value}" for name, value in model.frozen.items()]
            words += ["--freeze-placeholder-with-value", ",".join(frozen)]
        return [*words, *options]

    def run(self, artifact: Path, inputs: Mapping[str, Array]) -> list[Array]:
        """The outputs in the model's order, computed by this environment's own runtime."""
        with tempfile.TemporaryDirectory() as folder:
            given, made = Path(folder) / "inputs.npz", Path(folder) / "outputs.npz"
            np.savez(given, **inputs)
            self.ask(_RUN, artifact, given, made)
            with np.load(made) as outputs:
                return [outputs[f"arr_{number}"] for number in range(len(outputs.files))]


def _output(command: list[str], variables: Mapping[str, str] | None = None) -> str:
    environment = os.environ | (variables or {})
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.strip()
