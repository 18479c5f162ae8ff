"""Every case: imported, run by the interpreter and as native code, beside TensorFlow's answers."""

from __future__ import annotations

import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.engine.import_model import import_model
from dldt.frontends.tensorflow.ops import register
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.tensorflow.case import agree, record
from tests.frontends.tensorflow.cases.table import FAMILIES, expected
from tests.frontends.tensorflow.control import CONTROL

ANSWERS = expected()
EVERY = [(name, number) for name, cases in FAMILIES.items() for number in range(len(cases))]
PER_MODEL = 60


@pytest.mark.parametrize(("family", "number"), EVERY, ids=[f"{f}-{n}-{FAMILIES[f][n].op}" for f, n in EVERY])
def test_an_operation_is_tensorflows(family, number):
    case = FAMILIES[family][number]
    model, feeds = record([case])
    found = interpret(import_model(model), feeds)
    for port, wanted in enumerate(ANSWERS[family][number]):
        got = found["c0" if port == 0 else f"c0:{port}"]
        assert not (wrong := agree(got, wanted, case.tolerance)), f"{case.op}, output {port}: {wrong}"


@pytest.mark.parametrize(
    ("family", "first"), [(f, n) for f, cases in FAMILIES.items() for n in range(0, len(cases), PER_MODEL)]
)
def test_native_code_is_tensorflows(family, first, tmp_path):
    cases = FAMILIES[family][first : first + PER_MODEL]
    model, feeds = record(cases)
    with load(compile_model(import_model(model), tmp_path / "m.so", threads=1), threads=1) as native:
        found = native.run(feeds)
    wrong = []
    for number, (case, wanted) in enumerate(zip(cases, ANSWERS[family][first:], strict=False)):
        for port, array in enumerate(wanted):
            text = agree(found[f"c{number}" if port == 0 else f"c{number}:{port}"], array, max(case.tolerance, 2e-5))
            wrong += [f"{first + number} {case.op}, output {port}: {text}"] if text else []
    assert not wrong, "\n".join(wrong)


def test_every_importer_has_a_case():
    covered = {case.op for cases in FAMILIES.values() for case in cases}
    served = {importer.op_type for importer in register().importers()}
    assert {name for name in served - covered - ALIKE if not name.startswith(CONTROL)} == set()


ALIKE = {
    *(
        "AccumulateNV2",
        "Bitcast",
        "BatchMatrixBandPart",
        "BatchMatrixDiag",
        "BatchMatrixDiagPart",
        "BatchMatrixSetDiag",
        "Copy",
    ),
    *("BatchNormWithGlobalNormalization", "Conv", "GuaranteeConst", "Mish", "ParallelConcat", "QuantizeAndDequantize"),
    *("RefIdentity", "SegmentMaxV2", "SegmentMinV2", "SegmentProdV2", "SegmentSumV2", "TopK", "UniqueWithCountsV2"),
    *(f"Scatter{how}" for how in ("Add", "Div", "Max", "Min", "Mul", "Sub", "Update")),
    *(f"ScatterNd{how}" for how in ("Add", "Max", "Min", "Sub", "Update")),
    *("VariableShape", "swish_f32", "_FusedConv2D", "FusedDepthwiseConv2dNative", "_FusedMatMul", "Prelu"),
    *("_FusedDepthwiseConv2dNative", "FusedPadConv2D"),
    *(f"{kind}{axes}" for kind in ("FFT", "IFFT", "IRFFT", "RFFT") for axes in ("", "2D", "3D")),
    *("Angle", "Complex", "ComplexAbs", "Conj", "Imag", "Real"),
    *("Multinomial", "StatelessMultinomial", "StatelessRandomGetAlg", "StatelessTruncatedNormal"),
    *("StatelessTruncatedNormalV2", "TruncatedNormal"),
}
"""Other spellings of operations that have cases, those that TensorFlow runs on variables or not at all, and those of
test_spectral.py, test_drawn.py and test_fused.py."""
