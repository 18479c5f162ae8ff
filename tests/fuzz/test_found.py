"""What the fuzz found: models that failed with an internal error, and what they give or how they are refused now."""

import numpy as np
import pytest

from dldt.codegen.plan.fourier_tables import twiddles
from dldt.compiler.budget import BudgetError, limited
from dldt.compiler.errors import InputError, InternalError, ShapeError, UnsupportedError
from dldt.frontends.engine.excess import excess
from dldt.frontends.engine.import_model import import_model
from dldt.frontends.read_model import read_model
from dldt.runtime import load
from dldt.tools.api import compile_model
from tests.frontends.kaldi.component_cases import COMPONENTS
from tests.frontends.kaldi.written import nnet3
from tests.frontends.onnx_node import feeds_of, model_of, reference, save
from tests.frontends.tensorflow.case import Case, Fixed, record
from tests.fuzz import onnx_seeds

X = np.random.default_rng(3).standard_normal((2, 3, 4)).astype(np.float32)
F32 = np.float32


def native(path, feeds, folder):
    compile_model(path, folder / "m.so")
    with load(folder / "m.so", threads=1) as model:
        return list(model.run(feeds).values())


@pytest.mark.parametrize("axis", [0, 1, -2])
def test_a_computed_axis_of_an_inverse_transform(axis, tmp_path):
    inputs = [X[..., None], None, np.array(axis, np.int64)]
    model = model_of("DFT", inputs, 20, inverse=1)
    feeds = feeds_of(model, inputs)
    (got,) = native(save(model, tmp_path), feeds, tmp_path)
    want = np.fft.ifft(X, axis=axis if axis >= 0 else axis + 1)
    np.testing.assert_allclose(got, np.stack([want.real, want.imag], -1), atol=1e-6)


@pytest.mark.parametrize("kind", ["ReduceSumSquare", "ReduceLogSum", "ReduceMax"])
def test_a_computed_axis_of_a_vector(kind, tmp_path):
    x, axes = np.abs(X).ravel() + 1, np.array([-1], np.int64)
    model = model_of(kind, [x, axes], 18, keepdims=0)
    feeds = feeds_of(model, [x, axes])
    (got,) = native(save(model, tmp_path), feeds, tmp_path)
    np.testing.assert_allclose(got, reference(model, feeds)[0], rtol=1e-5)


@pytest.mark.parametrize("first", [True, False])
def test_a_factor_of_one_element(first, tmp_path):
    one, row = np.full((1, 1), 3, F32), X.reshape(1, 1, -1)
    operands = [one, row] if first else [row.reshape(1, -1, 1), one]
    model = model_of("MatMul", operands, 13, constants=(0 if first else 1,))
    feeds = feeds_of(model, operands)
    (got,) = native(save(model, tmp_path), feeds, tmp_path)
    np.testing.assert_allclose(got, reference(model, feeds)[0], rtol=1e-6)


def test_lists_of_a_tree_ensemble(tmp_path):
    seed = next((i, m, a) for i, m, a in onnx_seeds.seeds() if i.op_type == "TreeEnsemble")
    made = next(m for what, m in onnx_seeds.damaged(*seed) if what == "nodes_falsenodeids=[]")
    with pytest.raises(InputError, match=r"nodes_falsenodeids has 0 numbers, nodes_splits has \d"):
        read_model(save(made, tmp_path))


def component(kind, **changes):
    case = next(case for case in COMPONENTS if case.kind == kind)
    fields = [(token, changes.get(token, given)) for token, given in case.fields]
    lines = (
        f"input-node name=input dim={case.width}",
        "component-node name=c component=c input=input",
        "output-node name=y input=c objective=linear",
    )
    return nnet3("\n".join(lines), {"c": (kind, fields)}, binary=False)


@pytest.mark.parametrize(
    ("kind", "changes", "said"),
    [
        ("RepeatedAffineComponent", {"LinearParams": np.ones(3, F32)}, "'linear_params' is a tensor of rank 1, one of"),
        ("BatchNormComponent", {"StatsMean": np.ones(2, F32)}, "there are 2 means and 3 variances"),
        ("BlockAffineComponent", {"NumBlocks": 3}, "3 blocks do not share 4 rows equally"),
        ("RestrictedAttentionComponent", {"KeyDim": 2**62}, "too large to compute with"),
    ],
)
def test_fields_of_kaldi(kind, changes, said, tmp_path):
    path = tmp_path / "m.raw"
    path.write_bytes(component(kind, **changes))
    with pytest.raises(InputError, match=said):
        read_model(path)


def fixed(*numbers, dtype=np.int32):
    return Fixed(np.array(numbers, dtype))


IMAGE = np.zeros((2, 4, 4, 3), F32)
REFUSED = [
    (Case("Range", (Fixed(np.int32(0)), Fixed(np.int32(9)), fixed())), "must hold one number each"),
    (Case("CropAndResize", (IMAGE, np.zeros((1, 4), F32), fixed(0), fixed(4))), "must hold 2 numbers, it has 1"),
    (Case("CTCGreedyDecoder", (np.zeros((6, 2, 0), F32), np.array([6, 6], np.int32)), outputs=4), "no classes"),
    (
        Case(
            "Conv2DBackpropInput",
            (fixed(2), np.zeros((3, 3, 3, 4), F32), np.zeros((2, 4, 4, 4), F32)),
            {"strides": (1, 1, 1, 1), "padding": "SAME"},
        ),
        "'input_sizes' has 1 numbers, the data has rank 4",
    ),
    (
        Case(
            "Conv2D",
            (np.zeros((2, 7, 8, 0), F32), np.zeros((3, 3, 3, 4), F32)),
            {"strides": (1, 1, 1, 1), "padding": "SAME"},
        ),
        "0 channels do not divide",
    ),
]


@pytest.mark.parametrize(("case", "said"), REFUSED, ids=[case.op for case, _ in REFUSED])
def test_operations_of_tensorflow(case, said):
    with pytest.raises((InputError, ShapeError, UnsupportedError), match=said) as caught:
        import_model(record([case])[0])
    assert not isinstance(caught.value, InternalError)


def test_a_number_beyond_64_bits():
    case = Case("Unpack", (X,), {"num": 2, "axis": 10**30}, outputs=2)
    with pytest.raises(InputError, match=r"'axis' is 1000.*, a number beyond 64 bits"):
        import_model(record([case])[0])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: np.array([2**70], np.int64), "infinite, or too large"),
        (lambda: int(np.float32("nan")), "NaN or infinite"),
        (lambda: np.zeros(1 << 62, np.float64), "a size that it asks for is one that no tensor has"),
        (lambda: np.zeros(-1), "a size that it asks for is one that no tensor has"),
    ],
)
def test_numbers_that_cannot_be_computed_with(wrong, said):
    with pytest.raises((ValueError, OverflowError)) as caught:
        wrong()
    assert said in str(excess(caught.value))


def test_other_errors_are_faults_of_ours():
    assert excess(ValueError("no such thing")) is None
    assert excess(KeyError(3)) is None


def test_a_table_of_a_transform_has_the_memory_of_the_budget():
    with limited() as limit:
        limit.doing = "node 'y' (DFT)"
        with pytest.raises(BudgetError, match=r"^node 'y' \(DFT\) asks for 103\.1 GB of memory"):
            twiddles(1 << 16, 1 << 15, 1)


def test_the_shape_that_max_unpool_is_told_holds_sizes(tmp_path):
    inputs = [np.ones((1, 1, 2, 2), F32), np.array([[[[5, 7], [13, 15]]]]), np.array([1, 1, 5, -(2**63)])]
    model = model_of("MaxUnpool", inputs, 9, kernel_shape=[2, 2], strides=[2, 2], constants=(2,))
    with pytest.raises(InputError, match=r"output_shape is \[1, 1, 5, -9223372036854775808\]: a size is at least 0"):
        read_model(save(model, tmp_path))
