"""The results of another environment for a model, kept from run to run: its artifact, its outputs, its seconds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.environment import Environment
from benchmarks.models import Model

Array = np.ndarray


class Kept:
    """An environment's artifact of a model, compiled with ``options`` and kept in a folder. It is made again when the
    environment's version differs from the one that made it."""

    def __init__(self, environment: Environment, model: Model, folder: Path, options: list[str]) -> None:
        self._environment = environment
        self.path, self._outputs = folder / f"{model.name}.so", folder / f"{model.name}.npz"
        record = folder / f"{model.name}.json"
        made = {"version": environment.version, "options": options}
        known = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
        if environment.changing or {key: known.get(key) for key in made} != made:
            folder.mkdir(parents=True, exist_ok=True)
            for old in (record, self._outputs):
                old.unlink(missing_ok=True)
            known = made | {"seconds": environment.compile(model, self.path, *options)}
            record.write_text(json.dumps(known) + "\n", encoding="utf-8")
        self.seconds: float = known["seconds"]

    def outputs(self, inputs: dict[str, Array]) -> list[Array]:
        """The outputs in the model's order, computed by the environment's own runtime. Every call must have the same
        inputs."""
        if not self._outputs.is_file():
            np.savez(self._outputs, *self._environment.run(self.path, inputs))
        with np.load(self._outputs) as loaded:
            return [loaded[f"arr_{number}"] for number in range(len(loaded.files))]
