"""A line of ``benchmarks.accuracy`` that is still to be run."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import attrs

LIMIT = 1e-4


@attrs.frozen
class Check:
    """A model in one of its forms (``fixed``, ``free N``, ``IR`` …) beside its reference. ``run`` gets a folder to
    write in, and returns max|error| / max|y| and what was run; ``lacking`` tells why it cannot be run here."""

    framework: str
    name: str
    form: str
    run: Callable[[Path], tuple[float, str]]
    lacking: str = ""

    def show(self, folder: Path, limit: float = LIMIT, debug: bool = False) -> bool:
        """Run it and print its line; returns whether the error is within the limit."""
        start = time.perf_counter()
        label = f"{self.framework:<8}{self.name:<29}{self.form:<13}"
        try:
            error, what = self.run(folder)
        except Exception as problem:
            if debug:
                traceback.print_exc()
            reason = f"{type(problem).__name__}: {str(problem).splitlines()[0][:150]}"
            print(f"{label}{'FAILED':>9}{'':>9}  {reason}", flush=True)
            return False
        good = error <= limit  # false for NaN
        took = time.perf_counter() - start
        print(f"{label}{error:>9.1e}{took:>9.1f}  {'' if good else 'DIFFERS  '}{what}", flush=True)
        return good

    @staticmethod
    def show_head() -> None:
        print(f"{'from':<8}{'model':<29}{'form':<13}{'error':>9}{'seconds':>9}  what")


def show_all(checks: list[Check], folder: Path, limit: float = LIMIT, debug: bool = False) -> int:
    """Print the table, and name what is not here; returns how many lines are bad."""
    Check.show_head()
    here = [check for check in checks if not check.lacking]
    failed = sum(not check.show(folder, limit, debug) for check in here)
    away = {(check.framework, check.name): check.lacking for check in checks if check.lacking}
    for (framework, name), reason in away.items():
        print(f"{framework:<8}{name:<29}not compared: {reason}")
    wanted = "any number is accepted" if limit == sys.float_info.max else f"limit {limit:g} of max|y|"
    models = len({(check.framework, check.name) for check in here})
    print(f"{models} models compared in {len(here)} lines, {len(away)} not compared, {failed} failed ({wanted})")
    return failed
