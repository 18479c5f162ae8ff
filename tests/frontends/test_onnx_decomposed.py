"""Operations that the importer makes of others: the same as onnxruntime's, and as numpy's where that has none."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import check, model_of, save

RANDOM = np.random.default_rng(5)


def normal(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


EINSUMS = [
    ("ij,jk->ik", (3, 4), (4, 5)),
    ("bij,bkj->bik", (2, 3, 4), (2, 5, 4)),
    ("ij->ji", (3, 4)),
    ("ii->i", (4, 4)),
    ("iij->j", (4, 4, 3)),
    ("i,j->ij", (3,), (4,)),
    ("ij,ij->", (3, 4), (3, 4)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (2, 5, 4, 2)),
    ("ab,bc,cd->ad", (2, 3), (3, 4), (4, 5)),
    ("bhqd,bhkd->bhqk", (2, 3, 4, 5), (2, 3, 6, 5)),
    ("ba,cb", (2, 3), (4, 2)),
]


@pytest.mark.parametrize("case", EINSUMS, ids=lambda case: case[0])
def test_einsum(case, tmp_path):
    equation, *shapes = case
    inputs = [normal(*shape) for shape in shapes]
    check(model_of("Einsum", inputs, 12, equation=equation), inputs, tmp_path)


@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("align_corners", [0, 1])
def test_grid_sample(mode, padding_mode, align_corners, tmp_path):
    inputs = [normal(2, 3, 5, 4), (RANDOM.random((2, 6, 7, 2)) * 3 - 1.5).astype(np.float32)]
    attributes = dict(mode=mode, padding_mode=padding_mode, align_corners=align_corners)
    check(model_of("GridSample", inputs, 16, **attributes), inputs, tmp_path, rtol=1e-4)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_lp_pool(p, tmp_path):
    inputs = [normal(2, 3, 9, 8)]
    attributes = dict(kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1], p=p)
    check(model_of("LpPool", inputs, 11, **attributes), inputs, tmp_path)
    check(model_of("GlobalLpPool", inputs, 2, p=p), inputs, tmp_path)


@pytest.mark.parametrize("attributes", [dict(batch_axis=0, time_axis=1), dict(batch_axis=1, time_axis=0)], ids=str)
def test_reverse_sequence(attributes, tmp_path):
    inputs = [normal(4, 4, 3), np.array([1, 4, 2, 3])]
    check(model_of("ReverseSequence", inputs, 10, **attributes), inputs, tmp_path)


def test_layer_normalization_gives_its_statistics(tmp_path):
    inputs = [normal(2, 3, 8), normal(8), normal(8)]
    check(model_of("LayerNormalization", inputs, 17, outputs=3), inputs, tmp_path)


@pytest.mark.parametrize("attributes", [{}, {"reverse": 1}, {"exclusive": 1}, {"reverse": 1, "exclusive": 1}], ids=str)
def test_running_products(attributes, tmp_path):
    x = normal(3, 5, 2)
    model = model_of("CumProd", [x, np.array(1)], 26, **attributes)
    turned = np.flip(x, 1) if "reverse" in attributes else x
    want = np.cumprod(turned, 1)
    if "exclusive" in attributes:
        want = np.concatenate([np.ones_like(want[:, :1]), want[:, :-1]], 1)
    want = np.flip(want, 1) if "reverse" in attributes else want
    found = interpret(import_onnx(save(model, tmp_path)), {"x0": x, "x1": np.array(1)})["y0"]
    np.testing.assert_allclose(found, want, rtol=1e-6)


@pytest.mark.parametrize(
    ("kind", "inputs", "attributes", "error", "message"),
    [
        ("Einsum", [normal(2, 3)], {"equation": "ijk->i"}, InputError, "'ijk' does not fit an input of rank 2"),
        ("Einsum", [normal(2, 3)], {"equation": "ij->ik"}, InputError, "the result names 'k', which no input has"),
        ("Einsum", [normal(2, 3)], {"equation": "ij,jk->ik"}, InputError, "has 2 terms for 1 inputs"),
        ("LpPool", [normal(1, 1, 4)], {"kernel_shape": [2], "p": 0}, InputError, "p is 0, at least 1"),
        (
            "GridSample",
            [normal(1, 1, 2, 2, 2), normal(1, 2, 2, 2, 3)],
            {"mode": "cubic"},
            UnsupportedError,
            "cubic sampling is defined for pictures of 2 axes, this has 3",
        ),
        ("GridSample", [normal(1, 1, 2, 2), normal(1, 2, 2, 3)], {}, InputError, "does not fit a picture"),
    ],
)
def test_what_is_refused(kind, inputs, attributes, error, message, tmp_path):
    with pytest.raises(error, match=message.replace("(", "\\(")):
        import_onnx(save(model_of(kind, inputs, 20, **attributes), tmp_path))
