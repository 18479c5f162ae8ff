"""What lowered expressions look like."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.loop.best_place import BestPlace
from dldt.codegen.loop.buffers import Buffer
from dldt.codegen.loop.found_places import FoundPlaces
from dldt.codegen.loop.integer_contraction import IntegerConvolution, IntegerGroupConvolution, IntegerMatMul
from dldt.codegen.loop.interpreter import run_nests
from dldt.codegen.loop.ir import Apply, Bind, Guard, Load, Number, Reduce, walk
from dldt.codegen.loop.kept_boxes import KeptBoxes
from dldt.codegen.loop.largest_in_cells import LargestInCells
from dldt.codegen.loop.lower.access import RULES, Access, read
from dldt.codegen.loop.lower.join import concat_offsets
from dldt.codegen.loop.lower.store import store
from dldt.codegen.loop.packed_convolution import PackedConvolution
from dldt.codegen.loop.packed_deconvolution import PackedDeconvolution
from dldt.codegen.loop.prefix import Prefix
from dldt.codegen.loop.ranked import Ranked
from dldt.codegen.loop.recurrence import PackedRecurrence, Recurrence
from dldt.codegen.loop.rescaled import Rescaled
from dldt.codegen.loop.scattered_rows import ScatteredRows
from dldt.codegen.loop.soft_boxes import SoftBoxes
from dldt.codegen.loop.soft_scores import SoftScores
from dldt.compiler import ops
from dldt.compiler.dims import FreeDim, floordiv, maximum, minimum, symbol
from dldt.compiler.op import REGISTRY
from dldt.compiler.types import DType, TensorType
from tests.codegen.lowered import lower
from tests.ops.table import all_cases

WITHOUT_RULE = {
    "Parameter": "an end of the graph: memory, not arithmetic",
    "Constant": "an end of the graph: memory, not arithmetic",
    "Result": "an end of the graph: memory, not arithmetic",
    "If": "runs a body; the plan calls it",
    "Loop": "runs a body; the plan calls it",
    "TensorIterator": "runs a body; the plan calls it",
    "ReadValue": "a variable: memory, not arithmetic",
    "Assign": "a variable: memory, not arithmetic",
    "NonZero": "taken apart into a kernel that finds places, and divisions (test_native_found.py)",
    "Unique": "taken apart into sorting and NonZero (test_native_found.py)",
    "NonMaxSuppression": "taken apart into ranking and a kernel that keeps boxes (test_native_found.py)",
    "ScatterElementsUpdate": "taken apart into places and a kernel that writes rows (test_families.py)",
    "ScatterNDUpdate": "taken apart into places and a kernel that writes rows (test_families.py)",
    "ScatterUpdate": "taken apart into places and a kernel that writes rows (test_native.py)",
    "Roll": "taken apart into slices or gathers (test_native.py)",
    "Eye": "taken apart into numbers that are compared (test_native.py)",
    "Einsum": "taken apart into products of matrices (test_native.py)",
    "CTCGreedyDecoder": "taken apart into ranking, running sums and places (test_native.py)",
    "CTCGreedyDecoderSeqLen": "taken apart into ranking, running sums and places (test_native.py)",
    "EmbeddingBagOffsets": "taken apart into a gather and sums of rows (test_native.py)",
    "EmbeddingBagPacked": "taken apart into a gather and a sum (test_native.py)",
    "EmbeddingSegmentsSum": "taken apart into a gather and sums of rows (test_native.py)",
    "DFT": "taken apart into products of matrices (test_native.py)",
    "IDFT": "taken apart into products of matrices (test_native.py)",
    "RDFT": "taken apart into products of matrices (test_native.py)",
    "IRDFT": "taken apart into products of matrices (test_native.py)",
    "RandomUniform": "taken apart into arithmetic on integers (test_native.py)",
    "GatherTree": "taken apart into a loop (test_native.py)",
    "DetectionOutput": "taken apart into decoding and a kernel that keeps boxes (test_native.py)",
    "DetectionOutput8": "taken apart into decoding and a kernel that keeps boxes (test_native.py)",
    "Proposal": "taken apart into moved anchors and a kernel that keeps boxes (test_native.py)",
    "Proposal4": "taken apart into moved anchors and a kernel that keeps boxes (test_native.py)",
    "ROIPooling": "taken apart into cells of a kernel of its own, or elements between pixels (test_native.py)",
    "PSROIPooling": "taken apart into a loop over pixels, or elements between pixels (test_native.py)",
    "DeformablePSROIPooling": "taken apart into elements between pixels (test_native.py)",
    "ROIAlign": "taken apart into elements between pixels (test_native.py)",
    "ROIAlign9": "taken apart into elements between pixels (test_native.py)",
    "ROIAlignRotated": "taken apart as ROIAlign is, at places that are turned (test_native.py)",
    "DeformableConvolution": "taken apart into samples and a product of matrices (test_native.py)",
    "DeformableConvolution8": "taken apart into samples and a product of matrices (test_native.py)",
    "GridSample": "taken apart into gathered pixels (test_native.py)",
    "ExperimentalDetectronDetectionOutput": "taken apart into decoding and a kernel that keeps boxes (test_native.py)",
    "ExperimentalDetectronGenerateProposalsSingleImage": "taken apart as Proposal is (test_native.py)",
    "ExperimentalDetectronPriorGridGenerator": "taken apart into sums (test_native.py)",
    "ExperimentalDetectronROIFeatureExtractor": "taken apart as ROIAlign is (test_native.py)",
    "ExperimentalDetectronTopKROIs": "taken apart into ranking (test_native.py)",
    "GenerateProposals": "taken apart as Proposal is (test_native.py)",
    "MatrixNms": "taken apart into reductions over pairs of boxes (test_native.py)",
    "MulticlassNms": "taken apart into a kernel that keeps boxes, and sorting (test_native.py)",
    "MulticlassNms9": "taken apart into a kernel that keeps boxes, and sorting (test_native.py)",
    "PriorBox": "taken apart into the centres of cells and corners (test_native.py)",
    "PriorBox8": "taken apart into the centres of cells and corners (test_native.py)",
    "PriorBoxClustered": "taken apart into the centres of cells and corners (test_native.py)",
    "RegionYolo": "taken apart into activations of parts of the channels (test_native.py)",
    "ReorgYolo": "taken apart into a transposition (test_native.py)",
    "LSTMSequence": "taken apart into a product and a loop, which is a kernel (test_recurrence.py)",
    "RNNSequence": "taken apart into a product and a loop, which is a kernel (test_recurrence.py)",
    "GRUSequence": "taken apart into a product and a loop, which is a kernel (test_recurrence.py)",
}


def _t(*shape, dtype=DType.f32):
    return TensorType(dtype, shape)


def _constant(*values, dtype="i8"):
    array = np.array(values, dtype)
    made = TensorType(DType.of(array.dtype), array.shape, constant=array)
    return made.with_value(array)


def _index(value):
    """A known scalar, such as an axis."""
    return TensorType(DType.i64, (), (value,))


def _element(op, *types, output=0):
    """The lowered nest's axes as indices, and its expression."""
    nest = lower(op, types).nests[output]
    return nest.index, nest.value


def _reduces(expr):
    return [e for e in walk(expr) if isinstance(e, Reduce)]


def test_only_these_operations_have_no_rule():
    every = {cls for versions in REGISTRY.values() for cls in versions.values()}
    assert {cls.__name__ for cls in every if cls not in RULES} == set(WITHOUT_RULE)


def test_every_rule_has_a_case():
    """Operations that the compiler alone makes have tests of their own (test_recurrence.py, test_integers.py, …)."""
    tested = {type(case.op) for case in all_cases()}
    own = {
        Recurrence,
        PackedRecurrence,
        PackedConvolution,
        PackedDeconvolution,
        Ranked,
        BestPlace,
        FoundPlaces,
        ScatteredRows,
        LargestInCells,
        KeptBoxes,
        SoftBoxes,
        SoftScores,
        Prefix,
        IntegerConvolution,
        IntegerGroupConvolution,
        IntegerMatMul,
        Rescaled,
    }
    assert {cls for cls in RULES if cls not in tested} == own


def test_a_rule_says_what_it_reads_by_existing_ports():
    for cls, rule in RULES.items():
        assert rule.kind in ("map", "move", "reduce")
        assert all(port < len(cls.ports) for port in rule.reads or ())


# ---- index arithmetic ----------------------------------------------------------------------------------------------


def test_a_reshape_keeps_the_dims_that_stay():
    (n, c, p), value = _element(ops.Reshape(), _t(symbol("N"), 96, 7, 7), _constant(-1, 96, 49))
    assert value.index == (n, c, floordiv(p, 7), p - 7 * floordiv(p, 7))


def test_a_reshape_that_joins_dims_reads_memory_in_order():
    (n, c, p), value = _element(ops.Reshape(), _t(2, 96, 7, 7), _constant(2, 96, 49))
    assert value.buffer.offset(value.index) == (n * 96 + c) * 49 + p


def test_a_split_is_a_shift():
    (i, c), value = _element(ops.Split(3), _t(2, 12), _index(1), output=2)
    assert value.index == (i, c + 8)


def test_concat_chooses_by_position_alone():
    _, value = _element(ops.Concat(1), _t(1, 3, 4), _t(1, 5, 4), _t(1, 7, 4))
    guards = [e for e in walk(value) if isinstance(e, Guard)]
    assert [(g.condition.lower, g.condition.upper) for g in guards] == [(0, 3), (0, 8)]


def test_concat_offsets_may_be_symbolic():
    n = symbol("N")
    assert concat_offsets(ops.Concat(-1), (_t(1, n), _t(1, 3), _t(1, n))) == (0, n, n + 3)


def test_resizing_by_a_whole_factor_is_index_arithmetic():
    op = ops.Interpolate("nearest", "scales", "asymmetric", "floor")
    scales = _constant(2, 3, dtype="f4")
    (_, c, y, x), value = _element(op, _t(1, 8, 13, 13), _constant(0, 0), scales, _constant(2, 3))
    assert value.index == (0, c, floordiv(y, 2), floordiv(x, 3))


def test_resizing_by_a_fraction_that_f32_cannot_hold_rounds_as_f32_does():
    op = ops.Interpolate("nearest", "scales", "half_pixel", "floor")
    _, value = _element(op, _t(1, 1, 13, 13), _constant(13, 20), _constant(1, 20 / 13, dtype="f4"), _constant(2, 3))
    assert [e.name for e in walk(value) if isinstance(e, Apply)].count("div") == 1


# ---- windows -------------------------------------------------------------------------------------------------------


def test_an_unpadded_window_has_plain_bounds():
    op = ops.Convolution((1, 1), (0, 0), (0, 0), (1, 1))
    _, value = _element(op, _t(1, 4, 9, 9), _t(8, 4, 3, 3))
    assert [(axis.lower, axis.upper) for axis in value.axes] == [(0, 4), (0, 3), (0, 3)]


def test_a_padded_window_runs_over_data_only():
    op = ops.MaxPool((1,), (1,), (1,), (3,))
    (_, _, p), value = _element(op, _t(1, 4, 9))
    (axis,) = value.axes
    assert (axis.lower, axis.upper) == (maximum(1 - p, 0), minimum(3, 10 - p))
    assert not [e for e in walk(value) if isinstance(e, Guard)]


def test_a_pointwise_convolution_sums_over_channels_alone():
    op = ops.Convolution((2, 2), (0, 0), (0, 0), (1, 1))
    (_, o, y, x), value = _element(op, _t(1, 4, 9, 9), _t(8, 4, 1, 1))
    (axis,) = value.axes
    data, weight = value.body.arguments
    assert data.index == (0, axis.symbol, 2 * y, 2 * x)
    assert weight.index == (o, axis.symbol, 0, 0)


def test_a_transposed_convolution_visits_only_the_taps_that_reach_it():
    op = ops.ConvolutionBackpropData((2, 2), (0, 0), (0, 0), (1, 1))
    (_, _, y, x), value = _element(op, _t(1, 4, 5, 5), _t(4, 8, 2, 2))
    (axis,) = value.axes
    data, weight = value.body.arguments
    assert data.index == (0, axis.symbol, floordiv(y, 2), floordiv(x, 2))
    assert weight.index[2:] == (y % 2, x % 2)


# ---- shared reductions ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "types", "reductions"),
    [
        (ops.Softmax8(-1), (_t(3, 5),), 2),
        (ops.LogSoftmax(-1), (_t(3, 5),), 2),
        (ops.MVN(1e-6), (_t(3, 5), _constant(1)), 2),
        (ops.GroupNormalization(2, 1e-6), (_t(2, 4, 5), _t(4), _t(4)), 2),
        (ops.NormalizeL2(1e-6, "add"), (_t(3, 5), _constant(1)), 1),
        (ops.LSTMCell(4), (_t(2, 3), _t(2, 4), _t(2, 4), _t(16, 3), _t(16, 4), _t(16)), 8),
    ],
    ids=lambda x: getattr(x, "type", None),
)
def test_equal_reductions_are_equal_expressions(op, types, reductions):
    _, value = _element(op, *types)
    assert len(set(_reduces(value))) == reductions


def test_the_statistics_of_a_row_do_not_depend_on_the_column():
    rule = RULES[ops.Softmax8]
    x = Buffer("x", DType.f32, (3, 5))
    access = rule.lower(ops.Softmax8(-1), (x.type,), read(x))
    row, one, two = symbol("i", 0, 2), symbol("a", 0, 4), symbol("b", 0, 4)
    assert set(_reduces(access((row, one)))) == set(_reduces(access((row, two))))


def test_a_gather_that_is_read_twice_is_one_expression():
    x, at = Buffer("x", DType.f32, (9, 5)), Buffer("at", DType.i64, (3,))
    op, out = ops.Gather(), TensorType(DType.f32, (3, 5))
    zero = _index(0)
    access = RULES[ops.Gather].lower(op, (out,), read(x), read(at), Access(zero, lambda index: Number(DType.i64, 0)))
    i, j = symbol("i", 0, 2), symbol("j", 0, 4)
    assert access((i, j)) == access((i, j))
    variables = {e.variable for index in ((i, j), (0, j)) for e in walk(access(index)) if isinstance(e, Bind)}
    assert len(variables) == 2


# ---- positions from data -------------------------------------------------------------------------------------------


def test_constant_positions_inside_are_not_checked_again():
    _, value = _element(ops.Gather(), _t(9, 5), _constant(0, 8, 3), _index(0))
    assert isinstance(value, Bind)
    assert isinstance(value.value, Load)


def test_no_position_reads_outside():
    low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    data, positions = np.arange(3.0, dtype=np.float32), np.array([0, -1, 2, 3, -3, -4, low, high])
    lowered = lower(ops.Gather(), (_t(3), _t(8, dtype=DType.i64), _index(0)))
    (found,) = lowered.run((data, positions, np.array(0)), {})
    assert found.tolist() == [0, 2, 2, 0, 0, 0, 0, 0]


# ---- composition ---------------------------------------------------------------------------------------------------


def test_rules_compose_into_one_nest():
    """relu(transpose(reshape(x)) + b), its softmax, and the half of that: one nest, as numpy has it."""
    x, b = Buffer("x", DType.f32, (2, 12)), Buffer("b", DType.f32, (3,))
    shape, order = _constant(2, 3, 4), _constant(0, 2, 1)

    def then(op, *accesses):
        (made,) = op.types(*(a.type for a in accesses))
        return RULES[type(op)].lower(op, (made,), *accesses)

    def given(t):
        return Access(t, lambda index: pytest.fail("read at run time"), t.constant)

    reshaped = then(ops.Reshape(), read(x), given(shape))
    turned = then(ops.Transpose(), reshaped, given(order))
    active = then(ops.ReLU(), then(ops.Add(), turned, read(b)))
    soft = then(ops.Softmax8(1), active)
    half = RULES[ops.Split].lower(ops.Split(2), (TensorType(DType.f32, (2, 2, 3)),) * 2, soft, given(_index(1)))[1]
    out = Buffer("y", DType.f32, (2, 2, 3))
    random = np.random.default_rng(3)
    data, bias = random.standard_normal((2, 12)).astype("f4"), random.standard_normal(3).astype("f4")
    memory = {x: data, b: bias, out: np.zeros((2, 2, 3), "f4")}
    run_nests([store(half, out)], memory)
    e = np.exp(np.maximum(data.reshape(2, 3, 4).transpose(0, 2, 1) + bias, 0))
    np.testing.assert_allclose(memory[out], (e / e.sum(1, keepdims=True))[:, 2:], rtol=1e-6)


@pytest.mark.parametrize("sort", ["value", "index"])
@pytest.mark.parametrize("mode", ["max", "min"])
def test_nan_is_the_worst_of_all(mode, sort):
    data = np.array([3, np.nan, 1, np.nan, 1, 7], np.float32)
    op = ops.TopK(0, mode, sort)
    values, places = lower(op, (_t(6), TensorType(DType.i64, (), (5,)))).run((data, np.array(5)), {})
    order = {"max": [5, 0, 2, 4, 1], "min": [2, 4, 0, 5, 1]}[mode]
    order = sorted(order) if sort == "index" else order
    assert places.tolist() == order
    np.testing.assert_array_equal(values, data[order])


def test_a_size_that_the_run_chooses_too_small_reads_nothing_outside():
    """The interpreter refuses every load outside; what the kernel answers here does not matter."""
    n = symbol("N")
    data, sizes = np.arange(2, dtype=np.float32), {FreeDim("N"): 2}
    for mode in ("reflect", "symmetric", "edge"):
        lower(ops.Pad(mode), (_t(n), _constant(5), _constant(4))).run(
            (data, np.array([5]), np.array([4])), {FreeDim("N"): 2}
        )
    for begin in (4, -4):
        op = ops.StridedSlice((0,), (0,), shrink_axis_mask=(1,))
        lower(op, (_t(n), _constant(begin), _constant(9))).run((data, None, None), sizes)
    op = ops.Slice()
    steps = _constant(1), _constant(0)
    lower(op, (_t(n), _constant(1), _constant(9), *steps)).run((data, None, None, None, None), sizes)
