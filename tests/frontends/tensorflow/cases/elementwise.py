"""Element-wise operations, activations, casts, reductions."""

from __future__ import annotations

import numpy as np

from dldt.compiler.types import DType
from tests.frontends.tensorflow.cases.data import (
    F64,
    I32,
    I64,
    U8,
    Case,
    fixed,
    flags,
    normal,
    one,
    positive,
    unit,
    whole,
)

ODD = np.array([0, -0.0, 1, -1, 0.5, 1.5, 2.5, -2.5, 3.7, -3.7, np.inf, -np.inf, np.nan], np.float32)

_OVER = {
    normal: "Abs Asinh Atan Ceil Cos Cosh Elu Erf Exp Floor Neg Relu Relu6 Rint Round Selu Sigmoid Sign Sin Sinh "
    "Softplus Softsign Square Tan Tanh Expm1 Erfc IsFinite IsInf IsNan",
    positive: "Inv Log Log1p Reciprocal Rsqrt Sqrt",
    unit: "Acos Asin Atanh",
}
_ARITHMETIC = (
    "Add AddV2 Div FloorDiv Greater GreaterEqual Less LessEqual Maximum Minimum Mul RealDiv SquaredDifference Sub"
)
_INTEGER = "AddV2 Div FloorDiv FloorMod Less Maximum Minimum Mod Mul Sub TruncateDiv TruncateMod"
_BITS = "BitwiseAnd BitwiseOr BitwiseXor"
_ZEROS = np.array([[0, 1, 2, 0]], np.float32)

CASES = [
    *(Case(op, (make(3, 5),)) for make, ops in _OVER.items() for op in ops.split()),
    *(
        Case(op, (ODD,))
        for op in [
            "Abs",
            "Ceil",
            "Exp",
            "Floor",
            "IsFinite",
            "IsInf",
            "IsNan",
            "Relu",
            "Round",
            "Rint",
            "Sign",
            "Log1p",
            "Expm1",
        ]
    ),
    Case("Log1p", (np.array([1e-8, -1e-6, 3e-4, -0.5, 1e6], np.float32),)),
    Case("Expm1", (np.array([1e-8, -1e-6, 3e-4, -0.5, 20], np.float32),)),
    Case("Acosh", (positive(4) + 1,)),
    Case("Invert", (whole(-100, 100, 7),)),
    Case("LogicalNot", (flags(6),)),
    *(Case(op, (normal(3, 1, 4), positive(2, 4)), free=(0,)) for op in _ARITHMETIC.split()),
    *(Case(op, (whole(-9, 9, 3, 4), np.array([3, -2, 7, -5], np.int32))) for op in _INTEGER.split()),
    *(Case(op, (whole(0, 99, 5), whole(0, 99, 5))) for op in _BITS.split()),
    *(Case(op, (whole(1, 99, 5), whole(0, 5, 5))) for op in ("LeftShift", "RightShift")),
    *(Case(op, (flags(6), flags(6))) for op in ("LogicalAnd", "LogicalOr")),
    *(Case(op, (whole(0, 3, 6), whole(0, 3, 6))) for op in ("Equal", "NotEqual")),
    *(Case(op, (normal(2, 4), _ZEROS)) for op in ("DivNoNan", "MulNoNan")),
    *(Case(op, (_ZEROS, positive(2, 4))) for op in ("Xdivy", "Xlogy", "Xlog1py")),
    Case("FloorMod", (normal(3, 4) * 5, normal(4))),
    Case("TruncateMod", (normal(3, 4) * 5, normal(4))),
    Case("Pow", (positive(3, 4), normal(4))),
    Case("Pow", (whole(1, 4, 5), whole(0, 4, 5))),
    Case("Atan2", (np.array([0, 1, -1, 0, 2, -2, 3], np.float32), np.array([0, 0, 0, -1, 3, -3, -1], np.float32))),
    Case("ApproximateEqual", (np.float32([1, 2, 3]), np.float32([1.001, 2.2, 3])), {"tolerance": 0.01}),
    Case("AddN", (normal(2, 3), normal(2, 3), normal(2, 3))),
    Case("ClipByValue", (normal(3, 4), one(-0.5, np.float32), one(0.7, np.float32))),
    Case("Select", (flags(4), normal(4, 3), normal(4, 3))),
    Case("Select", (flags(4, 3), normal(4, 3), normal(4, 3))),
    Case("Select", (np.array(True), normal(4, 3), normal(4, 3))),
    Case("SelectV2", (flags(4, 1), normal(3), normal(4, 3))),
    Case("LeakyRelu", (normal(3, 4),), {"alpha": 0.3}),
    Case("Softmax", (normal(3, 4),)),
    Case("LogSoftmax", (normal(2, 3, 4),), tolerance=1e-4),
    Case("BiasAdd", (normal(2, 3, 4, 5), normal(5))),
    Case("BiasAdd", (normal(2, 5, 3, 4), normal(5)), {"data_format": "NCHW"}),
    Case("BiasAdd", (normal(2, 5), normal(5))),
    Case("BiasAddV1", (normal(2, 5), normal(5))),
    *(Case("Cast", (normal(3, 4) * 9,), {"DstT": to}) for to in (I32, I64, F64, DType.f16, DType.i8, DType.boolean)),
    Case("Cast", (whole(0, 255, 6, dtype=np.uint8),), {"DstT": DType.f32}),
    Case("Cast", (flags(6),), {"DstT": U8}),
    *(
        Case(op, (positive(2, 3, 4), fixed(0, -1)), free=(1,))
        for op in ["EuclideanNorm", "Max", "Mean", "Min", "Prod", "Sum"]
    ),
    *(
        Case(op, (normal(2, 3, 4), fixed(1)), {"keep_dims": True})
        for op in ["EuclideanNorm", "Max", "Mean", "Min", "Prod", "Sum"]
    ),
    *(Case(op, (flags(3, 4), fixed(1))) for op in ("All", "Any")),
    Case("Sum", (whole(-9, 9, 3, 4), one(1))),
    Case("Mean", (normal(2, 3), fixed())),
    Case("L2Loss", (normal(3, 4),)),
]
