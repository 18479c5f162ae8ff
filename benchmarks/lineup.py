"""The competitors that are measured together with us, and the target that we compile for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from benchmarks.competitor import Competitor
from benchmarks.environment import Environment
from benchmarks.models import Model, fixed_file
from benchmarks.race import AGAINST, PEERS


@dataclasses.dataclass(frozen=True)
class Lineup:
    """The ``peers`` by name, and another version of dldt from its own environment. That version's artifacts are
    compiled for the same ``target`` as ours."""

    target: str = "host"
    peers: tuple[str, ...] = PEERS
    against: Environment | None = None

    def beside(self, ours: Path, model: Model, precision: str) -> dict[str, Competitor]:
        """All competitors by name, given our artifact of the model. The other version's artifact is made next to it."""
        found = {"dldt": Competitor("dldt", ours)}
        if self.against is not None:
            file = ours.with_name("against.so")
            self.against.compile(model, file, "--target", self.target, "--precision", precision)
            found[AGAINST] = Competitor("dldt", file, self.against.python)
        return found | {name: Competitor(name, fixed_file(model)) for name in self.peers}
