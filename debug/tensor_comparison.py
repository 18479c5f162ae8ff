"""Two sides of a comparison, tensor by tensor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from dldt.compiler.types import Array
from dldt.debug.deviation import Deviation

WIDTH = 80
"""Longer names are cut in the table."""


@attrs.frozen
class TensorComparison:
    """The deviation of each tensor that both sides have, in the order of the first; ``first``: the first that exceeds
    the tolerance, None where none does. ``outputs``: those that are outputs of both."""

    tensors: dict[str, Deviation]
    tolerance: float
    outputs: tuple[str, ...]

    @classmethod
    def of(
        cls, expected: Mapping[str, Array], found: Mapping[str, Array], tolerance: float, outputs: Iterable[str] = ()
    ) -> TensorComparison:
        """The comparison. Layouts and ranks may differ between versions of a graph: tensors of other shapes are left
        out, unless they are outputs."""
        wanted = set(outputs)
        both = [name for name in expected if name in found]
        same = [name for name in both if name in wanted or expected[name].shape == found[name].shape]
        made = {name: Deviation.between(expected[name], found[name]) for name in same}
        return cls(made, tolerance, tuple(name for name in made if name in wanted))

    @property
    def first(self) -> str | None:
        """See the class."""
        return next((name for name, deviation in self.tensors.items() if deviation.exceeds(self.tolerance)), None)

    @property
    def table(self) -> str:
        """One line a tensor, and the verdict."""
        width = min(max([len(name) for name in self.tensors] + [6]), WIDTH)
        lines = [f"{'tensor':<{width}} {'largest':>10} {'mean':>10} {'needs rtol':>10}"]
        for name, d in self.tensors.items():
            mark = " *" if d.exceeds(self.tolerance) else ""
            shown = name if len(name) <= width else f"…{name[1 - width :]}"
            lines.append(f"{shown:<{width}} {d.largest:>10.3g} {d.mean:>10.3g} {d.needed:>10.3g}{mark}")
        return "\n".join([*lines, self.verdict])

    @property
    def verdict(self) -> str:
        """What the comparison says, in a sentence."""
        if not self.tensors:
            return "the two sides have no tensor in common"
        needed = max(d.needed for d in self.tensors.values())
        if self.first is None:
            agree = f"all {len(self.tensors)} tensors agree within {self.tolerance:g}"
            return f"{agree}; the least that would pass is {needed:.3g}"
        wrong = sum(d.exceeds(self.tolerance) for d in self.tensors.values())
        what = f"first divergence: {self.first!r} ({self.tensors[self.first]})"
        return f"{what}; {wrong} of {len(self.tensors)} tensors differ"

    @property
    def data(self) -> dict[str, object]:
        """The same as plain data. What is infinite is the text "infinite", as JSON has no such number."""
        rows = {name: {k: _number(v) for k, v in attrs.asdict(d).items()} for name, d in self.tensors.items()}
        return {"tolerance": self.tolerance, "first": self.first, "outputs": list(self.outputs), "tensors": rows}


def _number(value: float) -> float | str:
    return value if value < float("inf") else "infinite"
