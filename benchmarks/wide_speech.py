"""Speech networks as wide as those that recipes train, with seeded weights: their weights do not fit the caches.

A frame a call is a product of a row with each matrix, at the speed at which weights come from memory; a whole utterance
reads each matrix once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.frontends.kaldi.written import Fields, nnet3

WIDTH = 40
"""Of a frame."""
_CLASSES = 3000
_TDNN, _CELLS = 1024, 512
_SPLICES = ((-2, -1, 0, 1, 2), (-1, 0, 1), (-1, 0, 1), (-3, 0, 3), (-3, 0, 3), (-6, -3, 0))
"""The frames that each layer of the TDNN reads."""


def wide_speech(kind: str, path: Path) -> Path:
    """Writes the network ``kind``: ``tdnn`` of six layers of 1024 numbers, or ``lstm`` of three of 512 cells."""
    lines, components = {"tdnn": _tdnn, "lstm": _lstm}[kind](np.random.default_rng(7))
    lines = [f"input-node name=input dim={WIDTH}", *lines]
    path.write_bytes(nnet3("\n".join([*lines, "output-node name=output input=out"]), components))
    return path


_Network = tuple[list[str], dict[str, tuple[str, Fields]]]


def _affine(random: np.random.Generator, out: int, into: int) -> tuple[str, Fields]:
    weights = random.standard_normal((out, into), np.float32) * np.float32(into**-0.5)
    return "NaturalGradientAffineComponent", [("LinearParams", weights), ("BiasParams", np.zeros(out, np.float32))]


def _tdnn(random: np.random.Generator) -> _Network:
    lines, components, source, width = [], {}, "input", WIDTH
    for number, splice in enumerate(_SPLICES):
        taps = ", ".join(f"Offset({source}, {at})" if at else source for at in splice)
        components[f"a{number}"] = _affine(random, _TDNN, width * len(splice))
        components[f"r{number}"] = ("RectifiedLinearComponent", [("Dim", _TDNN)])
        lines.append(f"component-node name=a{number} component=a{number} input=Append({taps})")
        lines.append(f"component-node name=r{number} component=r{number} input=a{number}")
        source, width = f"r{number}", _TDNN
    components["out"] = _affine(random, _CLASSES, _TDNN)
    return [*lines, f"component-node name=out component=out input={source}"], components


def _lstm(random: np.random.Generator) -> _Network:
    lines, components, source, width = [], {}, "input", WIDTH
    for n in range(3):
        params = random.standard_normal((3, _CELLS), np.float32) * np.float32(0.1)
        components[f"w{n}"] = _affine(random, 4 * _CELLS, width + _CELLS)
        components[f"l{n}"] = ("LstmNonlinearityComponent", [("Params", params), ("UseDropout", False)])
        lines += [
            f"component-node name=w{n} component=w{n} input=Append({source}, IfDefined(Offset(m{n}, -1)))",
            f"component-node name=l{n} component=l{n} input=Append(w{n}, IfDefined(Offset(c{n}, -1)))",
            f"dim-range-node name=c{n} input-node=l{n} dim-offset=0 dim={_CELLS}",
            f"dim-range-node name=m{n} input-node=l{n} dim-offset={_CELLS} dim={_CELLS}",
        ]
        source, width = f"m{n}", _CELLS
    components["out"] = _affine(random, _CLASSES, _CELLS)
    return [*lines, f"component-node name=out component=out input={source}"], components
