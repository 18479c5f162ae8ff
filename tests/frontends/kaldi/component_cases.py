"""Components with their formulas: each a field list as the file has it, and what Kaldi's documentation says it computes
for frames x [T,width], written in numpy and float64 independently of the importers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from tests.frontends.kaldi.written import Fields

FORMULA = "numpy formula"
_RANDOM = np.random.default_rng(5)


@attrs.frozen
class ComponentCase:
    """A component of nnet3 or nnet2: ``formula`` is what it makes of frames [T,width]."""

    kind: str
    width: int
    fields: Fields
    formula: Callable[[Any], Any]
    note: str = ""


def matrix(*shape: int) -> np.ndarray:
    return _RANDOM.standard_normal(shape).astype(np.float32)


def _positive(size: int) -> np.ndarray:
    return (0.5 + _RANDOM.random(size)).astype(np.float32)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def _normalized(x: Any, rms: float, blocks: int, logs: bool) -> Any:
    parts = x.reshape(len(x), blocks, -1)
    size = np.sqrt(np.maximum((parts**2).mean(-1, keepdims=True) / rms**2, 2.0**-66))
    made = parts / size
    made = np.concatenate([made, np.log(size * rms)], -1) if logs else made
    return made.reshape(len(x), -1)


def _lstm(x: Any, params: Any, scales: bool) -> Any:
    cells = params.shape[1]
    i, f, g, o, c = (x[:, k * cells : (k + 1) * cells] for k in range(5))
    si, sf, so = (x[:, 5 * cells + k, None] for k in range(3)) if scales else (1, 1, 1)
    i, f = sigmoid(i + params[0] * c) * si, sigmoid(f + params[1] * c) * sf
    c = f * c + i * np.tanh(g)
    return np.concatenate([c, sigmoid(o + params[2] * c) * so * np.tanh(c)], -1)


def _gru(x: Any, w: Any, cells: int, recurrent: int) -> Any:
    z, r, part, c = np.split(x[:, : 3 * cells + recurrent], np.cumsum([cells, recurrent, cells]), -1)
    s = x[:, -recurrent:]
    h = np.tanh(part + (r * s) @ w.T)
    return np.concatenate([h, (1 - z) * h + z * c], -1)


def _output_gru(x: Any, w: Any) -> Any:
    z, part, c = np.split(x, 3, -1)
    h = np.tanh(part + w * c)
    return np.concatenate([h, (1 - z) * h + z * c], -1)


def _image_convolution(x: Any, w: Any, b: Any, order: str) -> Any:
    """5 by 4 pixels of 2 channels, filters of 2 by 3, steps 1 and 1."""
    shape = {"zyx": (5, 4, 2), "yzx": (5, 2, 4)}[order]
    image = x.reshape(len(x), *shape)
    image = image if order == "zyx" else image.transpose(0, 1, 3, 2)
    rows = [[image[:, i : i + 2, j : j + 3].reshape(len(x), -1) @ w.T + b for j in range(2)] for i in range(4)]
    return np.stack([np.stack(row, 1) for row in rows], 1).reshape(len(x), -1)


def _image_pool(x: Any) -> Any:
    """4 by 3 by 2, windows of 2 by 2 by 2, steps 2, 1 and 1."""
    image = x.reshape(len(x), 4, 3, 2)
    return np.stack([image[:, i : i + 2, j : j + 2, :].max((1, 2, 3)) for i in (0, 2) for j in (0, 1)], -1)


def cosines(size: int) -> Any:
    """The orthonormal cosine transform, as rows."""
    rows = [[np.cos(np.pi / size * (n + 0.5) * k) for n in range(size)] for k in range(size)]
    made = np.array(rows) * np.sqrt(2 / size)
    made[0] = np.sqrt(1 / size)
    return made


def patches(x: Any, w: Any, b: Any, splices: int, stride: int, size: int, step: int) -> Any:
    frames = x.reshape(len(x), splices, stride)
    made = [frames[:, :, p : p + size].reshape(len(x), -1) @ w.T + b for p in range(0, stride - size + 1, step)]
    return np.concatenate(made, -1)


def _time_height(
    x: Any, w: Any, b: Any, offsets: list[tuple[int, int]], into: int, h_in: int, h_out: int, step: int
) -> Any:
    """All time offsets are 0 here."""
    image = x.reshape(len(x), h_in, into)
    made = np.tile(b, (len(x), h_out, 1)).astype(np.float64)
    for place, (_, dh) in enumerate(offsets):
        for h in range(h_out):
            if 0 <= h * step + dh < h_in:
                made[:, h] += image[:, h * step + dh] @ w[:, place * into : (place + 1) * into].T
    return made.reshape(len(x), -1)


def _attention(x: Any, heads: int, keys: int, values: int, scale: float, context: bool) -> Any:
    """A context of one frame: the softmax of one number is 1."""
    parts = x.reshape(len(x), heads, -1)
    value = parts[:, :, keys : keys + values]
    made = np.concatenate([value, np.ones((len(x), heads, 1))], -1) if context else value
    return made.reshape(len(x), -1)


W, B = matrix(5, 6), matrix(5)
SCALE, OFFSET = _positive(6), matrix(6)
MEAN, _VAR = matrix(3), _positive(3)
_LSTM, _WH, _WO = matrix(3, 2), matrix(2, 3), matrix(2)
_IMAGE, _BLOCKS, _REPEATED, PATCH = matrix(3, 12), matrix(4, 3), matrix(2, 3), matrix(3, 6)
_TH, _THB = matrix(4, 6), matrix(4)
_TH_OFFSETS = [(0, -1), (0, 0), (0, 1)]
_COMMON: Fields = [("LearningRateFactor", 1.0), ("MaxChange", 0.75), ("LearningRate", 0.001)]
_AFFINE: Fields = [*_COMMON, ("LinearParams", W), ("BiasParams", B)]
_ONLINE: Fields = [
    *_AFFINE,
    ("RankIn", 20),
    ("RankOut", 80),
    ("UpdatePeriod", 4),
    ("NumSamplesHistory", 2000.0),
    ("Alpha", 4.0),
]
_STATISTICS: Fields = [
    ("Dim", 6),
    ("ValueAvg", np.zeros(0, np.float32)),
    ("DerivAvg", np.zeros(0, np.float32)),
    ("Count", 0.0),
    ("OderivRms", np.zeros(0, np.float32)),
    ("OderivCount", 0.0),
    ("NumDimsSelfRepaired", 0.0),
    ("NumDimsProcessed", 0.0),
]
_POOL: Fields = [("InputXDim", 4), ("InputYDim", 3), ("InputZDim", 2), ("PoolXSize", 2), ("PoolYSize", 2)]
_POOL = [*_POOL, ("PoolZSize", 2), ("PoolXStep", 2), ("PoolYStep", 1), ("PoolZStep", 1)]
_IMAGES: Fields = [("LearningRate", 0.1), ("InputXDim", 5), ("InputYDim", 4), ("InputZDim", 2), ("FiltXDim", 2)]
_IMAGES = [*_IMAGES, ("FiltYDim", 3), ("FiltXStep", 1), ("FiltYStep", 1)]
_MODEL: Fields = [("NumFiltersIn", 2), ("NumFiltersOut", 4), ("HeightIn", 5), ("HeightOut", 3)]
_MODEL = [("Model", None), ("ConvolutionModel", None), *_MODEL, ("HeightSubsampleOut", 2), ("Offsets", _TH_OFFSETS)]
_MODEL = [*_MODEL, ("RequiredTimeOffsets", [0]), ("/ConvolutionModel", None)]


def _norm(dim: int, block: int, rms: float, logs: bool) -> Fields:
    return [("Dim", dim), ("BlockDim", block), ("TargetRms", rms), ("AddLogStddev", logs)]


def _att(context: bool) -> Fields:
    made: Fields = [("NumHeads", 2), ("KeyDim", 2), ("ValueDim", 3), ("NumLeftInputs", 0), ("NumRightInputs", 0)]
    more: Fields = [("TimeStride", 1), ("NumLeftInputsRequired", 0), ("NumRightInputsRequired", 0)]
    last: Fields = [("OutputContext", context), ("KeyScale", 0.7), ("StatsCount", 0.0)]
    return [*made, *more, *last, ("EntropyStats", np.zeros(2)), ("PosteriorStats", np.zeros((2, 1)))]


COMPONENTS = (
    ComponentCase("AffineComponent", 6, _AFFINE, lambda x: x @ W.T + B),
    ComponentCase("NaturalGradientAffineComponent", 6, _ONLINE, lambda x: x @ W.T + B),
    ComponentCase(
        "AffineComponentPreconditioned", 6, [*_AFFINE, ("Alpha", 4.0), ("MaxChange", 1.0)], lambda x: x @ W.T + B
    ),
    ComponentCase(
        "AffineComponentPreconditionedOnline", 6, [*_ONLINE, ("MaxChangePerSample", 0.1)], lambda x: x @ W.T + B
    ),
    ComponentCase("FixedAffineComponent", 6, [("LinearParams", W), ("BiasParams", B)], lambda x: x @ W.T + B),
    ComponentCase("FixedLinearComponent", 6, [("CuMatrix", W)], lambda x: x @ W.T),
    ComponentCase(
        "LinearComponent",
        6,
        [*_COMMON, ("Params", W), ("OrthonormalConstraint", -1.0), ("UseNaturalGradient", True), ("Alpha", 4.0)],
        lambda x: x @ W.T,
    ),
    ComponentCase(
        "BlockAffineComponent",
        6,
        [("NumBlocks", 2), ("LinearParams", _BLOCKS), ("BiasParams", _TH[0, :4])],
        lambda x: np.concatenate([x[:, :3] @ _BLOCKS[:2].T, x[:, 3:] @ _BLOCKS[2:].T], -1) + _TH[0, :4],
    ),
    ComponentCase(
        "RepeatedAffineComponent",
        6,
        [("NumRepeats", 2), ("LinearParams", _REPEATED), ("BiasParams", _WO)],
        lambda x: np.concatenate([x[:, :3] @ _REPEATED.T + _WO, x[:, 3:] @ _REPEATED.T + _WO], -1),
    ),
    ComponentCase("SigmoidComponent", 6, _STATISTICS, sigmoid),
    ComponentCase("TanhComponent", 6, _STATISTICS, np.tanh),
    ComponentCase("RectifiedLinearComponent", 6, _STATISTICS, lambda x: np.maximum(x, 0)),
    ComponentCase("SoftmaxComponent", 6, _STATISTICS, softmax),
    ComponentCase("LogSoftmaxComponent", 6, _STATISTICS, lambda x: np.log(softmax(x))),
    ComponentCase("SoftHingeComponent", 6, _STATISTICS, lambda x: np.log1p(np.exp(x))),
    ComponentCase("NormalizeComponent", 6, _norm(6, 6, 1.0, False), lambda x: _normalized(x, 1.0, 1, False)),
    ComponentCase("NormalizeComponent", 6, _norm(6, 3, 0.5, False), lambda x: _normalized(x, 0.5, 2, False), "blocks"),
    ComponentCase("NormalizeComponent", 6, _norm(6, 6, 2.0, True), lambda x: _normalized(x, 2.0, 1, True), "logs"),
    ComponentCase(
        "BatchNormComponent",
        6,
        [
            ("Dim", 6),
            ("BlockDim", 3),
            ("Epsilon", 0.001),
            ("TargetRms", 0.8),
            ("TestMode", True),
            ("Count", 100.0),
            ("StatsMean", MEAN),
            ("StatsVar", _VAR),
        ],
        lambda x: ((x.reshape(-1, 2, 3) - MEAN) * 0.8 / np.sqrt(_VAR + 0.001)).reshape(-1, 6),
    ),
    ComponentCase(
        "PnormComponent", 6, [("InputDim", 6), ("OutputDim", 2)], lambda x: np.sqrt((x.reshape(-1, 2, 3) ** 2).sum(-1))
    ),
    ComponentCase("MaxoutComponent", 6, [("InputDim", 6), ("OutputDim", 2)], lambda x: x.reshape(-1, 2, 3).max(-1)),
    ComponentCase("MaxpoolingComponent", 24, _POOL, _image_pool),
    ComponentCase("FixedScaleComponent", 6, [("Scales", SCALE)], lambda x: x * SCALE),
    ComponentCase("FixedBiasComponent", 6, [("Bias", OFFSET)], lambda x: x + OFFSET),
    ComponentCase("PerElementScaleComponent", 6, [*_COMMON, ("Params", SCALE)], lambda x: x * SCALE),
    ComponentCase(
        "NaturalGradientPerElementScaleComponent",
        6,
        [
            *_COMMON,
            ("Params", SCALE),
            ("Rank", 8),
            ("UpdatePeriod", 10),
            ("NumSamplesHistory", 2000.0),
            ("Alpha", 4.0),
        ],
        lambda x: x * SCALE,
    ),
    ComponentCase(
        "PerElementOffsetComponent",
        6,
        [*_COMMON, ("Offsets", OFFSET), ("UseNaturalGradient", True)],
        lambda x: x + OFFSET,
    ),
    ComponentCase(
        "ScaleAndOffsetComponent",
        6,
        [
            *_COMMON,
            ("Dim", 6),
            ("Scales", SCALE[:3]),
            ("Offsets", OFFSET[:3]),
            ("UseNaturalGradient", True),
            ("Rank", 20),
        ],
        lambda x: (x.reshape(-1, 2, 3) * SCALE[:3] + OFFSET[:3]).reshape(-1, 6),
    ),
    ComponentCase("ScaleComponent", 6, [("Dim", 6), ("Scale", 0.3)], lambda x: 0.3 * x),
    ComponentCase("PowerComponent", 6, [("InputDim", 6), ("OutputDim", 6), ("Power", 2.0)], lambda x: x**2),
    ComponentCase("NoOpComponent", 6, [("Dim", 6), ("BackpropScale", 1.0)], lambda x: x),
    ComponentCase(
        "ClipGradientComponent",
        6,
        [
            ("Dim", 6),
            ("ClippingThreshold", 30.0),
            ("NormBasedClipping", True),
            ("SelfRepairClippedProportionThreshold", 1.0),
            ("SelfRepairTarget", 0.0),
            ("SelfRepairScale", 0.0),
            ("NumElementsClipped", 0),
            ("NumElementsProcessed", 0),
            ("NumSelfRepaired", 0),
            ("NumBackpropped", 0),
        ],
        lambda x: x,
    ),
    ComponentCase(
        "DropoutComponent",
        6,
        [("Dim", 6), ("DropoutProportion", 0.25), ("DropoutPerFrame", False), ("TestMode", True)],
        lambda x: 0.75 * x,
    ),
    ComponentCase(
        "DropoutComponent",
        6,
        [("Dim", 6), ("DropoutScale", 0.0), ("DropoutProportion", 0.25)],
        lambda x: x,
        "nnet2",
    ),
    ComponentCase(
        "GeneralDropoutComponent",
        6,
        [("Dim", 6), ("BlockDim", 6), ("TimePeriod", 0), ("DropoutProportion", 0.2), ("TestMode", None)],
        lambda x: x,
    ),
    ComponentCase(
        "SpecAugmentTimeMaskComponent",
        6,
        [("Dim", 6), ("ZeroedProportion", 0.2), ("TimeMaskMaxFrames", 20)],
        lambda x: x,
    ),
    ComponentCase(
        "BackpropTruncationComponent",
        6,
        [
            ("Dim", 6),
            ("Scale", 0.9),
            ("ClippingThreshold", 30.0),
            ("ZeroingThreshold", 15.0),
            ("ZeroingInterval", 20),
            ("RecurrenceInterval", 1),
            ("NumElementsClipped", 0.0),
            ("NumElementsZeroed", 0.0),
            ("NumElementsProcessed", 0.0),
            ("NumZeroingBoundaries", 0.0),
        ],
        lambda x: 0.9 * x,
    ),
    ComponentCase(
        "ElementwiseProductComponent", 6, [("InputDim", 6), ("OutputDim", 2)], lambda x: x.reshape(-1, 3, 2).prod(1)
    ),
    ComponentCase(
        "SumGroupComponent",
        6,
        [("Sizes", [1, 3, 2])],
        lambda x: np.stack([x[:, 0], x[:, 1:4].sum(-1), x[:, 4:].sum(-1)], -1),
    ),
    ComponentCase(
        "SumBlockComponent",
        6,
        [("InputDim", 6), ("OutputDim", 2), ("Scale", 0.5)],
        lambda x: 0.5 * x.reshape(-1, 3, 2).sum(1),
    ),
    ComponentCase("DistributeComponent", 6, [("InputDim", 6), ("OutputDim", 2)], lambda x: x[:, :2]),
    ComponentCase("PermuteComponent", 6, [("ColumnMap", [3, 1, 5, 0, 2, 4])], lambda x: x[:, [3, 1, 5, 0, 2, 4]]),
    ComponentCase(
        "ConstantFunctionComponent",
        6,
        [("InputDim", 6), ("Output", B), ("IsUpdatable", False), ("UseNaturalGradient", True)],
        lambda x: np.tile(B, (len(x), 1)),
    ),
    ComponentCase(
        "LstmNonlinearityComponent",
        10,
        [
            *_COMMON,
            ("Params", _LSTM),
            ("ValueAvg", np.zeros((5, 2))),
            ("DerivAvg", np.zeros((5, 2))),
            ("SelfRepairConfig", np.zeros(10)),
            ("SelfRepairProb", np.zeros((5, 2))),
            ("Count", 0.0),
        ],
        lambda x: _lstm(x, _LSTM, False),
    ),
    ComponentCase(
        "LstmNonlinearityComponent",
        13,
        [*_COMMON, ("Params", _LSTM), ("UseDropout", True)],
        lambda x: _lstm(x, _LSTM, True),
        "dropout",
    ),
    ComponentCase(
        "GruNonlinearityComponent",
        12,
        [("CellDim", 2), ("RecurrentDim", 3), ("w_h", _WH)],
        lambda x: _gru(x, _WH, 2, 3),
        "projected",
    ),
    ComponentCase(
        "GruNonlinearityComponent",
        8,
        [("CellDim", 2), ("RecurrentDim", 2), ("w_h", _WH[:, :2])],
        lambda x: _gru(x, _WH[:, :2], 2, 2),
    ),
    ComponentCase("OutputGruNonlinearityComponent", 6, [("CellDim", 2), ("w_h", _WO)], lambda x: _output_gru(x, _WO)),
    ComponentCase(
        "ConvolutionComponent",
        40,
        [*_IMAGES, ("InputVectorization", 1), ("FilterParams", _IMAGE), ("BiasParams", MEAN), ("IsGradient", False)],
        lambda x: _image_convolution(x, _IMAGE, MEAN, "zyx"),
        "zyx",
    ),
    ComponentCase(
        "ConvolutionComponent",
        40,
        [*_IMAGES, ("InputVectorization", 0), ("FilterParams", _IMAGE), ("BiasParams", MEAN), ("IsGradient", False)],
        lambda x: _image_convolution(x, _IMAGE, MEAN, "yzx"),
        "yzx",
    ),
    ComponentCase(
        "Convolutional1dComponent",
        12,
        [("PatchDim", 3), ("PatchStep", 1), ("PatchStride", 6), ("FilterParams", PATCH), ("BiasParams", MEAN)],
        lambda x: patches(x, PATCH, MEAN, 2, 6, 3, 1),
    ),
    ComponentCase(
        "TimeHeightConvolutionComponent",
        10,
        [
            *_COMMON,
            *_MODEL,
            ("LinearParams", _TH),
            ("BiasParams", _THB),
            ("MaxMemoryMb", 200.0),
            ("UseNaturalGradient", True),
        ],
        lambda x: _time_height(x, _TH, _THB, _TH_OFFSETS, 2, 5, 3, 2),
    ),
    ComponentCase("RestrictedAttentionComponent", 16, _att(True), lambda x: _attention(x, 2, 2, 3, 0.7, True)),
    ComponentCase(
        "PnormComponent",
        6,
        [("InputDim", 6), ("OutputDim", 2), ("P", 3.0)],
        lambda x: (np.abs(x.reshape(-1, 2, 3)) ** 3).sum(-1) ** (1 / 3),
        "cubes",
    ),
    ComponentCase(
        "DctComponent",
        6,
        [("Dim", 6), ("DctDim", 3), ("Reorder", False), ("DctKeepDim", 2)],
        lambda x: (x.reshape(-1, 2, 3) @ cosines(3)[:2].T).reshape(-1, 4),
    ),
    ComponentCase(
        "DctComponent",
        6,
        [("Dim", 6), ("DctDim", 3), ("Reorder", True), ("DctKeepDim", 0)],
        lambda x: (cosines(3) @ x.reshape(-1, 3, 2)).reshape(-1, 6),
        "interlaced",
    ),
    ComponentCase(
        "Convolutional1dComponent",
        12,
        [
            ("PatchDim", 3),
            ("PatchStep", 1),
            ("PatchStride", 6),
            ("AppendedConv", True),
            ("FilterParams", PATCH),
            ("BiasParams", MEAN),
        ],
        lambda x: patches(x.reshape(-1, 6, 2).transpose(0, 2, 1).reshape(-1, 12), PATCH, MEAN, 2, 6, 3, 1),
        "appended",
    ),
    ComponentCase("SpliceMaxComponent", 6, [("Dim", 6), ("Context", [0])], lambda x: x),
    ComponentCase(
        "MaxpoolingComponent",
        6,
        [("InputDim", 6), ("OutputDim", 2), ("PoolSize", 3), ("PoolStride", 1)],
        lambda x: x.reshape(-1, 2, 3).max(-1),
        "nnet2",
    ),
)

_TWINS = (("BlockAffineComponentPreconditioned", "BlockAffineComponent"),)
_TWINS += (("NaturalGradientRepeatedAffineComponent", "RepeatedAffineComponent"),)
COMPONENTS += tuple(attrs.evolve(case, kind=twin) for twin, kind in _TWINS for case in COMPONENTS if case.kind == kind)
