"""Fourier transforms and complex numbers, beside numpy's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType
from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.engine.import_model import import_model
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.ops import register

X = np.random.default_rng(3).standard_normal((2, 4, 6, 8)).astype(np.float32)
Y = np.random.default_rng(4).standard_normal((2, 4, 6, 8)).astype(np.float32)


def run(nodes, output, **constants):
    """A model of nodes written as ``name: Operation input …``, run on X and Y."""
    records = []
    for line in nodes:
        name, op, *inputs = line.replace(":", "").split()
        records.append(NodeRecord(op, name, tuple(inputs), (name,)))
    shape = DeclaredType(DType.f32, X.shape)
    weights = {name: TensorRecord.of(np.array(value, np.int32)) for name, value in constants.items()}
    graph = GraphRecord("net", tuple(records), {"x": shape, "y": shape}, (output,), weights)
    made = import_model(ModelRecord(register(), Path("net.pb"), graph))
    return interpret(made, {name: v for name, v in (("x", X), ("y", Y)) if name in {i.name for i in made.inputs}})[
        output
    ]


@pytest.mark.parametrize(("suffix", "count"), [("", 1), ("2D", 2), ("3D", 3)])
def test_transforms(suffix, count):
    axes = tuple(range(4 - count, 4))
    wanted = np.fft.fftn(X + 1j * Y, axes=axes)
    for part in ("Real", "Imag"):
        found = run(["z: Complex x y", f"f: FFT{suffix} z", f"out: {part} f"], "out")
        np.testing.assert_allclose(found, getattr(wanted, part.lower()), atol=2e-4)
    back = run(["z: Complex x y", f"f: FFT{suffix} z", f"g: IFFT{suffix} f", "out: Imag g"], "out")
    np.testing.assert_allclose(back, Y, atol=1e-4)
    size = X.shape[4 - count :]
    half = run([f"f: RFFT{suffix} x n", "out: ComplexAbs f"], "out", n=size)
    np.testing.assert_allclose(half, np.abs(np.fft.rfftn(X, axes=axes)), atol=2e-4)
    around = run([f"f: RFFT{suffix} x n", f"out: IRFFT{suffix} f n"], "out", n=size)
    np.testing.assert_allclose(around, X, atol=1e-4)


def test_data_are_cut_or_filled_to_the_length():
    for length in (5, 12):
        found = run(["f: RFFT x n", "out: ComplexAbs f"], "out", n=[length])
        np.testing.assert_allclose(found, np.abs(np.fft.rfft(X, length)), atol=1e-4)


def test_parts_of_complex_numbers():
    z = X + 1j * Y
    np.testing.assert_allclose(run(["z: Complex x y", "out: Angle z"], "out"), np.angle(z), atol=1e-5)
    np.testing.assert_allclose(run(["z: Complex x y", "c: Conj z", "out: Imag c"], "out"), -Y)


def test_a_complex_output_is_pairs():
    found = run(["out: Complex x y"], "out")
    np.testing.assert_array_equal(found, np.stack([X, Y], -1))


def test_numbers_that_must_be_complex():
    with pytest.raises(UnsupportedError, match="complex numbers are needed; they come from Complex or a Fourier"):
        run(["out: Real x"], "out")
