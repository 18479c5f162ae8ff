"""``dldt-compile --tune``: measures plans for a model's contractions and writes the winners to a file."""

from __future__ import annotations

import math
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.tuned import UNTUNED, Tuned, read_tuned, write_tuned
from dldt.codegen.task.numerics import numerics
from dldt.compiler.errors import UsageError
from dldt.compiler.graph import Graph
from dldt.tools.tuner import Tuner

SECONDS = 60.0
"""How long to measure by default."""


def tune(
    graph: Graph,
    file: Path,
    target: str = "host",
    *,
    tune_for: str | None = None,
    seconds: float = SECONDS,
    winograd: bool = True,
    weights: str | None = None,
    precision: str = "f32",
    workers: int | None = None,
    cache: bool = True,
    progress: Callable[[str, int, int], None] = lambda what, done, total: None,
    tell: Callable[[str], None] = lambda text: None,
) -> Tuned:
    """Measure on this machine which plans are the fastest for ``graph`` (after the passes). Winners are written to
    ``file``; ``tell`` gets a line about what was measured.

    Entries of ``file`` for contractions that are not measured again are kept. The file is written after every variant
    of the model, so that results survive an interruption: Ctrl-C ends the measuring, and is no error. Raises UsageError
    where the target is not this machine, InputError where ``file`` is not a file of measured choices.
    """
    if target != "host":
        raise UsageError(f"--tune measures on this machine, so it cannot choose for {target}; leave out one of the two")
    if not 0 < seconds < math.inf:
        raise UsageError(f"--tune-seconds is {seconds:g}; it must be more than 0")
    machine = resolve_target(target, tune_for)
    known = read_tuned(file, machine) if file.exists() else UNTUNED
    started = time.monotonic()

    def tick() -> None:
        progress("measuring (s)", min(int(time.monotonic() - started), int(seconds)), int(seconds))

    with tempfile.TemporaryDirectory(prefix="dldt-tune-") as folder:
        tick()
        with Tuner(
            graph,
            machine,
            Path(folder),
            numerics=numerics(machine, winograd=winograd, weights=weights, precision=precision),
            workers=workers,
            cache=cache,
            known=known,
            tick=tick,
        ) as tuner:
            try:
                for _ in tuner.rounds(seconds - (time.monotonic() - started)):
                    write_tuned(file, tuner.tuned, machine)
            except KeyboardInterrupt:
                print("measuring was interrupted: compiling with what was found", file=sys.stderr)
            write_tuned(file, tuner.tuned, machine)
            tell(tuner.report())
            return tuner.tuned
