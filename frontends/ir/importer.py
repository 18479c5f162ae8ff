"""An .xml file with its .bin → Graph, cut and with its inputs fixed as the user asks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from dldt.compiler.graph import Graph
from dldt.compiler.ir.build import InputShapes
from dldt.compiler.ir.read import read_ir
from dldt.compiler.types import Shape
from dldt.frontends.engine.import_model import InputSpecs
from dldt.frontends.engine.input_spec import InputSpec
from dldt.frontends.engine.symbols import Symbols
from dldt.frontends.ir.cut_graph import cut_graph


def import_ir(path: str | os.PathLike[str], inputs: InputSpecs = (), outputs: Sequence[str] | None = None) -> Graph:
    """The graph of an IR. ``inputs`` by name, or in the model's order; ``outputs``: where to cut it.

    Raises InputError, ShapeError, UnsupportedError, UsageError.
    """
    return cut_graph(read_ir(path, shapes=_shapes(inputs), ends=outputs), inputs, outputs)


def _shapes(specs: InputSpecs) -> InputShapes:
    """The shapes that the specs give to inputs, by name or by position."""
    symbols = Symbols()

    def shape_of(position: int, names: tuple[str, ...]) -> Shape | None:
        if isinstance(specs, Mapping):
            name = next((name for name in names if name in specs), names[0])
            spec = specs.get(name, InputSpec())
        else:
            name, spec = names[0], specs[position] if position < len(specs) else InputSpec()
        return None if spec.shape is None else spec.dims(name, symbols)

    return shape_of
