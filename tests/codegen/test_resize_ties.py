"""Nearest resizing to given sizes, beside the definition in fractions: what lies half between two positions."""

import math
from fractions import Fraction

import numpy as np
import onnx
import pytest
from onnx import parser

import dldt
from dldt.runtime import load

COORDINATES = {
    "half_pixel": lambda p, size, out: (p + Fraction(1, 2)) * Fraction(size, out) - Fraction(1, 2),
    "pytorch_half_pixel": lambda p, size, out: (
        (p + Fraction(1, 2)) * Fraction(size, out) - Fraction(1, 2) if out > 1 else Fraction(0)
    ),
    "asymmetric": lambda p, size, out: p * Fraction(size, out),
    "align_corners": lambda p, size, out: p * Fraction(size - 1, out - 1) if out > 1 else Fraction(0),
}
ROUNDINGS = {
    "round_prefer_floor": lambda x: math.ceil(x - Fraction(1, 2)),
    "round_prefer_ceil": lambda x: math.floor(x + Fraction(1, 2)),
    "floor": math.floor,
    "ceil": math.ceil,
}
SIZES = [(20, 6), (6, 20), (7, 3), (3, 7), (5, 1), (9, 15), (14, 10), (10, 14), (49, 21), (1, 4)]


def _compiled(text, folder):
    onnx.save(parser.parse_model(f'<ir_version: 8, opset_import: ["" : 17]>\n{text}'), folder / "m.onnx")
    dldt.compile_model(folder / "m.onnx", folder / "m.so")
    return load(folder / "m.so", threads=1)


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("mode", COORDINATES)
def test_every_position_is_that_of_exact_arithmetic(mode, rounding, tmp_path):
    how = f'coordinate_transformation_mode = "{mode}", nearest_mode = "{rounding}", mode = "nearest"'
    outputs, lines, constants = [], [], []
    for k, (_, out) in enumerate(SIZES):
        outputs.append(f"float[1,1,3,O{k}] y{k}")
        constants.append(f"int64[4] s{k} = {{1,1,3,{out}}}")
        lines.append(f'y{k} = Resize <{how}> (x{k}, "", "", s{k})')
    for fixed in (True, False):
        inputs = [f"float[1,1,3,{size if fixed else f'S{k}'}] x{k}" for k, (size, _) in enumerate(SIZES)]
        text = (
            f"g ({', '.join(inputs)}) => ({', '.join(outputs)}) <{', '.join(constants)}> {{\n" + "\n".join(lines) + "}"
        )
        feeds = {
            f"x{k}": np.arange(3 * size, dtype=np.float32).reshape(1, 1, 3, size) for k, (size, _) in enumerate(SIZES)
        }
        with _compiled(text, tmp_path) as model:
            found = model.run(feeds)
        for k, (size, out) in enumerate(SIZES):
            at = [ROUNDINGS[rounding](COORDINATES[mode](p, size, out)) for p in range(out)]
            wanted = feeds[f"x{k}"][..., np.clip(at, 0, size - 1)]
            np.testing.assert_array_equal(found[f"y{k}"], wanted, err_msg=f"{size} to {out}, fixed: {fixed}")
