"""Operations that are read as compositions of others: OpenVINO's files and numbers, interpreted and native."""

import numpy as np
import openvino as ov
import pytest
from openvino import opset1, opset3, opset4, opset5, opset8, opset13, opset14, opset15, opset16

from dldt.codegen.host import resolve_target
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from tests.codegen.native import run_native
from tests.ir.models import assert_close, run_openvino
from tests.ir.test_openvino_written import check, parameter
from tests.ops.case import booleans, i64, integers, normal

constant = opset1.constant


def image(high, wide, depth, dtype):
    values = integers(0, 256, 1, high, wide, depth, dtype="u1")
    return values if dtype == "u1" else values.astype(dtype)


def resized(axes, mode, corners, target):
    attributes = {"axes": axes, "mode": mode, "align_corners": corners, "pads_begin": [0], "pads_end": [0]}
    return lambda x: opset1.interpolate(x, constant(i64(*target)), attributes)


def framed(transposed):
    return lambda s, w: opset15.stft(s, w, constant(np.int64(8)), constant(np.int64(3)), transposed)


def joined(center, normalized, *length):
    more = [constant(np.int64(n)) for n in length]
    return lambda x, w: opset16.istft(
        x, w, constant(np.int64(8)), constant(np.int64(3)), center, normalized, *([more[0]] if more else [])
    )


def columns(size, kernel, **attributes):
    return lambda x: opset15.col2im(x, constant(i64(*size)), constant(i64(*kernel)), **attributes)


MATRICES = normal(2, 5, 5) + 3 * np.eye(5, dtype="f4")
SPECTRA = normal(2, 5, 4, 2)
WINDOW = np.abs(normal(6)) + np.float32(0.5)
CELL = [normal(2, 3), normal(2, 4, seed=1), normal(2, 4, seed=2)]
WEIGHTS = [normal(16, 3), normal(16, 4), normal(16)]

MODELS = {
    "gather_nd5_batch": (
        lambda x: opset5.gather_nd(x, constant(integers(0, 4, 2, 3, 1)), 2), [normal(2, 3, 4, 5)]
    ),
    "fake_convert13": (
        lambda x: opset13.fake_convert(x, constant(np.float32(3)), None, "f8e4m3"),
        [np.concatenate([normal(99), normal(50) * 1e-3, normal(50) * 200, np.float32([0, 160, -999, 1 / 1024])])],
    ),
    "fake_convert13_shifted": (
        lambda x: opset13.fake_convert(x, constant(np.float32([2, 5])), constant(np.float32([1, 0])), "f8e5m2"),
        [normal(40, 2) * np.float32(1e2)],
    ),
    "sparse_fill16": (
        lambda v, s: opset16.sparse_fill_empty_rows(
            v, constant(i64(6, 4)), constant(np.int64([[1, 2], [1, 3], [4, 0]])), s
        ),
        [normal(3), np.array(-1, "f4")],
    ),
    "ctc_loss4": (
        lambda x: opset4.ctc_loss(
            x, *map(constant, (np.int32([6, 4]), np.int32([[0, 0, 2, 1, 1, 1], [1, 2, 0, 0, 0, 0]]), np.int32([4, 2])))
        ),
        [normal(2, 6, 4)],
    ),
    "ctc_loss4_blank": (
        lambda x: opset4.ctc_loss(
            x, *map(constant, (np.int64([6, 5]), np.int64([[1, 2, 3, 0, 0, 0], [2, 2, 0, 0, 0, 0]]), np.int64([3, 2]))),
            constant(np.int64(0)),
        ),
        [normal(2, 6, 4)],
    ),
    "range1": (lambda x: opset1.range(constant(np.float32(1)), constant(np.float32(4)), constant(np.float32(0.5))), []),
    "identity16": (lambda x: opset16.identity(opset1.relu(x)), [normal(2, 3)]),
    "one_hot16": (
        lambda x: opset16.one_hot(x, *map(constant, (np.int64(4), np.float32(2), np.float32(-1))), 1, "normalize"),
        [i64(1, -1, 3, -4)],
    ),
    "avg_pool16": (
        lambda x: opset16.avg_pool(x, [2, 2], [1, 0], [1, 1], [3, 2], True, dilations=[1, 1]), [normal(1, 3, 7, 8)]
    ),
    "interpolate1_nearest": (resized([2, 3], "nearest", False, (7, 9)), [normal(1, 2, 4, 5)]),
    "interpolate1_linear": (resized([2, 3], "linear", False, (7, 9)), [normal(1, 2, 4, 5)]),
    "interpolate1_corners": (resized([2, 3], "linear", True, (7, 9)), [normal(1, 2, 4, 5)]),
    "scatter_elements3": (
        lambda x, u: opset3.scatter_elements_update(x, constant(i64(2, 0)[:, None]), u, constant(np.int64(0))),
        [normal(4, 1), normal(2, 1, seed=1)],
    ),
    "scatter_nd4": (
        lambda x, u: opset4.scatter_nd_update(x, constant(i64(2, 0)[:, None]), u), [normal(4, 3), normal(2, 3, seed=1)]
    ),
    "lstm_cell1": (lambda x, h, c: opset1.lstm_cell(x, h, c, *map(constant, WEIGHTS), 4), CELL),
    "promote14": (
        lambda a, b: opset14.convert_promote_types(a, b, True),
        [integers(0, 9, 3, dtype="i4"), normal(3)],
    ),
    "promote14_signs": (
        lambda a, b: opset14.convert_promote_types(a, b, True),
        [integers(0, 9, 3, dtype="i1"), integers(0, 9, 3, dtype="u1")],
    ),
    "attention13": (
        lambda q, k, v: opset13.scaled_dot_product_attention(q, k, v),
        [normal(2, 3, 4, 8), normal(2, 3, 5, 8, seed=1), normal(2, 3, 5, 6, seed=2)],
    ),
    "attention13_causal": (
        lambda q, k, v: opset13.scaled_dot_product_attention(q, k, v, causal=True),
        [normal(2, 4, 8), normal(2, 5, 8, seed=1), normal(2, 5, 6, seed=2)],
    ),
    "attention13_mask": (
        lambda q, k, v, m: opset13.scaled_dot_product_attention(q, k, v, m, constant(np.float32(0.3))),
        [normal(2, 4, 8), normal(2, 5, 8, seed=1), normal(2, 5, 6, seed=2), normal(2, 4, 5, seed=3)],
    ),
    "attention13_boolean": (
        lambda q, k, v, m: opset13.scaled_dot_product_attention(q, k, v, m),
        [normal(2, 4, 8), normal(2, 5, 8, seed=1), normal(2, 5, 6, seed=2), booleans(2, 4, 5) | (np.arange(5) == 1)],
    ),
    **{
        f"{name}_{kind}_{len(shapes)}": (make, [image(*shape, kind) for shape in shapes])
        for kind in ("f4", "u1")
        for name, make, shapes in (
            ("nv12_to_rgb", opset8.nv12_to_rgb, [(4, 6, 1), (2, 3, 2)]),
            ("nv12_to_rgb", opset8.nv12_to_rgb, [(6, 6, 1)]),
            ("nv12_to_bgr", opset8.nv12_to_bgr, [(4, 6, 1), (2, 3, 2)]),
            ("i420_to_rgb", opset8.i420_to_rgb, [(4, 6, 1), (2, 3, 1), (2, 3, 1)]),
            ("i420_to_bgr", opset8.i420_to_bgr, [(6, 6, 1)]),
        )
    },
    "inverse14": (lambda x: opset14.inverse(x), [MATRICES]),
    "inverse14_pivots": (lambda x: opset14.inverse(x), [np.float32([[0, 2, 1], [1, 0, 0], [3, 0, 1]])]),
    "inverse14_adjoint": (lambda x: opset14.inverse(x, True), [MATRICES]),
    "col2im15": (columns((5, 6), (2, 3)), [normal(2, 12, 16)]),
    "col2im15_padded": (
        columns((5, 6), (3, 2), strides=[2, 1], dilations=[1, 2], pads_begin=[1, 1], pads_end=[1, 0]),
        [normal(12, 15)],
    ),
    "slice_scatter15": (
        lambda x, u: opset15.slice_scatter(x, u, *map(constant, map(i64, (1, 7, 2, 1)))),
        [normal(3, 8), normal(3, 3, seed=1)],
    ),
    "segment_max16": (
        lambda x: opset16.segment_max(x, constant(i64(0, 0, 2, 2)), constant(np.int64(4)), "zero"), [normal(4, 3)]
    ),
    "segment_max16_lowest": (
        lambda x: opset16.segment_max(x, constant(np.int32([0, 1, 1, 1])), None, "lowest"), [normal(4, 3)]
    ),
    "stft15": (framed(False), [normal(2, 20), WINDOW]),
    "stft15_transposed": (framed(True), [normal(2, 20), WINDOW]),
    "istft16": (joined(False, False), [SPECTRA, WINDOW]),
    "istft16_center": (joined(True, True), [SPECTRA, WINDOW]),
    "istft16_longer": (joined(True, False, 30), [SPECTRA, WINDOW]),
    "istft16_shorter": (joined(False, False, 9), [SPECTRA, WINDOW]),
}  # fmt: skip
"""Name → what makes the layer of its inputs, and the numbers of these."""


def model_of(names):
    """One OpenVINO model of these layers, and its feeds."""
    parameters, feeds, results = [], {}, []
    for name in names:
        make, arrays = MODELS[name]
        inputs = [parameter(list(x.shape), f"{name}/x{i}", x.dtype.type) for i, x in enumerate(arrays)]
        feeds |= {f"{name}/x{i}": x for i, x in enumerate(arrays)}
        node = make(*(inputs or [None]))
        parameters += inputs
        for port in range(node.get_output_size()):
            results.append(opset1.result(node.output(port)))
            results[-1].output(0).set_names({f"{name}/y{port}"})
    return ov.Model(results, parameters, "composed"), feeds


@pytest.mark.parametrize("name", MODELS)
def test_a_composition_is_the_operation(name, tmp_path):
    model, feeds = model_of([name])
    check(model, feeds, tmp_path, tolerance=1e-5)


@pytest.mark.parametrize("level", ["host", "x86-64-v2"])
def test_native_code_of_all_compositions(level, tmp_path):
    model, feeds = model_of(MODELS)
    path = tmp_path / "all.xml"
    ov.save_model(model, path, compress_to_fp16=False)
    answers = run_openvino(path, feeds)
    outputs = run_native(read_ir(path), feeds, resolve_target(level), tmp_path)
    for name, array in outputs.items():
        assert_close(array, answers[name], 1e-5, name)


@pytest.mark.parametrize("replaced", [True, False])
@pytest.mark.parametrize("logarithms", [True, False])
def test_classes_are_drawn_by_their_probabilities(replaced, logarithms, tmp_path):
    """OpenVINO draws other numbers: the shares of many draws are compared with the probabilities."""
    shares = np.array([[0.1, 0.0, 0.6, 0.3], [0.25, 0.25, 0.25, 0.25]], np.float32)
    given = np.log(shares + np.float32(1e-30)) if logarithms else shares
    count = 4000 if replaced else 2
    x = parameter([2, 4], "x")
    node = opset13.multinomial(x, constant(np.int64(count)), "i64", replaced, logarithms, 7, 9)
    ov.save_model(ov.Model([opset1.result(node)], [x], "drawn"), tmp_path / "m.xml")
    (drawn,) = interpret(read_ir(tmp_path / "m.xml"), {"x": given}).values()
    assert drawn.shape == (2, count)
    if not replaced:
        assert all(len(set(row)) == count for row in drawn.tolist())
        assert 1 not in drawn[0]
        return
    found = np.stack([np.bincount(row, minlength=4) / count for row in drawn])
    np.testing.assert_allclose(found, shares, atol=0.03)


def test_what_compositions_refuse(tmp_path):
    x = parameter([1, 3, 6, 1], "x")
    node = opset16.avg_pool(x, [1, 1], [0, 0], [0, 0], [2, 1], True, dilations=[2, 1])
    ov.save_model(ov.Model([opset1.result(node)], [x], "refused"), tmp_path / "m.xml")
    with pytest.raises(UnsupportedError, match=r"dilations \[2, 1\] of AvgPool are not supported, only 1"):
        read_ir(tmp_path / "m.xml")


def test_a_layer_with_a_wrong_number_of_inputs(tmp_path):
    x = parameter([1, 3], "x")
    ov.save_model(ov.Model([opset1.result(opset16.identity(x))], [x], "m"), tmp_path / "m.xml")
    text = (tmp_path / "m.xml").read_text()
    (tmp_path / "m.xml").write_text(
        text.replace('type="Identity"', 'type="SliceScatter"').replace("opset16", "opset15")
    )
    with pytest.raises(ShapeError, match="SliceScatter does not take 1 inputs"):
        read_ir(tmp_path / "m.xml")
