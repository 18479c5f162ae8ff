"""Operations that work element by element."""

import numpy as np

from tests.frontends.tflite.case import one
from tests.frontends.tflite.graphs import Spec, const, given, like

R = np.random.default_rng(1)
F = np.float32


def reseed(seed):
    """The numbers of a module do not depend on those of others."""
    R.bit_generator.state = np.random.default_rng(seed).bit_generator.state


def f(*shape, low=-3, high=3):
    return R.uniform(low, high, shape).astype(F)


def i(dtype, *shape, low=-9, high=9):
    return R.integers(low, high, shape).astype(dtype)


def bytes_of(*shape, dtype=np.int8):
    limits = np.iinfo(dtype)
    return R.integers(limits.min, limits.max + 1, shape).astype(dtype)


UNARY = {
    **dict.fromkeys(("ABS", "CEIL", "COS", "ELU", "EXP", "FLOOR", "HARD_SWISH", "LOGISTIC", "NEG", "RELU", "RELU6")),
    **dict.fromkeys(("RELU_0_TO_1", "RELU_N1_TO_1", "ROUND", "SIGN", "SIN", "SQUARE", "TANH")),
    **dict.fromkeys(("LOG", "RSQRT", "SQRT"), (0.1, 5)),
}
UNARY_KINDS = {"ABS": "AbsOptions", "COS": "CosOptions", "EXP": "ExpOptions", "HARD_SWISH": "HardSwishOptions"}
UNARY_KINDS |= {"NEG": "NegOptions", "SQUARE": "SquareOptions", "SIGN": "SignOptions"}
FLOAT_PAIRS = ("MAXIMUM", "MINIMUM", "SQUARED_DIFFERENCE", "FLOOR_DIV", "FLOOR_MOD", "ATAN2")
COMPARE = {
    "EQUAL": "EqualOptions",
    "NOT_EQUAL": "NotEqualOptions",
    "LESS": "LessOptions",
    "LESS_EQUAL": "LessEqualOptions",
    "GREATER": "GreaterOptions",
    "GREATER_EQUAL": "GreaterEqualOptions",
}
ACTIVATED = {"ADD": "AddOptions", "SUB": "SubOptions", "MUL": "MulOptions", "DIV": "DivOptions"}
FUSED = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def _unary():
    for op, bounds in UNARY.items():
        low, high = bounds or (-4, 4)
        yield one(op, [f(2, 5, 7, low=low, high=high)], [like(F)], UNARY_KINDS.get(op, ""))
    for op in ("ABS", "NEG"):
        yield one(op, [i(np.int32, 3, 4)], [like(np.int32)], UNARY_KINDS[op], label="i32")
    yield one("ROUND", [np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4], F)], [like(F)], label="halves")
    for op in ("LOGISTIC", "TANH", "RELU", "RELU6", "HARD_SWISH", "ABS", "ELU", "EXP", "RSQRT", "LOG"):
        positive = op in ("RSQRT", "LOG")
        data = R.integers(0, 128, (2, 5, 7)).astype(np.int8) if positive else bytes_of(2, 5, 7)
        zero = -128 if positive else 3
        out = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0), "EXP": (0.1, -128)}.get(op, (0.04, -20))
        kind = UNARY_KINDS.get(op, "")
        yield one(op, [given(data, 0.03, zero)], [like(np.int8, *out)], kind, label="i8", units=int(op == "ELU"))
    for op in ("LOGISTIC", "TANH"):
        out = {"LOGISTIC": (1 / 32768, 0), "TANH": (1 / 32768, 0)}[op]
        data = bytes_of(2, 50, dtype=np.int16)
        yield one(op, [given(data, 4096 / 32768**2 * 8, 0)], [like(np.int16, *out)], label="i16", units=3)
    yield one("LOGICAL_NOT", [R.integers(0, 2, (2, 3)).astype(np.bool_)], [like(np.bool_)], "LogicalNotOptions")
    yield one("LEAKY_RELU", [f(2, 3, 4)], [like(F)], "LeakyReluOptions", alpha=0.2)
    data = [given(bytes_of(2, 3, 4), 0.03, 3)]
    yield one("LEAKY_RELU", data, [like(np.int8, 0.02, -30)], "LeakyReluOptions", label="i8", units=0, alpha=0.2)
    yield one("PRELU", [f(2, 3, 4, 5), const(f(1, 1, 5))], [like(F)])
    yield one("PRELU", [f(2, 3, 4, 5), const(f(3, 4, 1))], [like(F)], label="image")
    quantised = [given(bytes_of(2, 3, 4, 5), 0.03, 3), const(bytes_of(1, 1, 5), 0.01, 7)]
    yield one("PRELU", quantised, [like(np.int8, 0.02, -30)], label="i8", units=0)
    for approximate in (False, True):
        label = "tanh" if approximate else "erf"
        yield one("GELU", [f(2, 30)], [like(F)], "GeluOptions", label=label, rtol=1e-5, approximate=approximate)
    for source, target in (
        ("f4", "i4"),
        ("i4", "f4"),
        ("f4", "?"),
        ("?", "f4"),
        ("i8", "i4"),
        ("f4", "u1"),
        ("i4", "i2"),
    ):
        data = R.integers(0, 100, (3, 4)).astype(source) if source != "?" else R.integers(0, 2, (3, 4)).astype(source)
        label = f"{data.dtype}-{np.dtype(target)}"
        yield one("CAST", [data], [like(target)], "CastOptions", label=label, **_types(data.dtype, np.dtype(target)))


def _types(source, target):
    names = {
        "float32": "FLOAT32",
        "int32": "INT32",
        "int64": "INT64",
        "bool": "BOOL",
        "uint8": "UINT8",
        "int16": "INT16",
    }
    return {"in_data_type": names[str(source)], "out_data_type": names[str(target)]}


def _binary():
    kinds = {"MAXIMUM": "MaximumMinimumOptions", "MINIMUM": "MaximumMinimumOptions", "FLOOR_DIV": "FloorDivOptions"}
    kinds |= {"SQUARED_DIFFERENCE": "SquaredDifferenceOptions", "FLOOR_MOD": "FloorModOptions", "ATAN2": "ATan2Options"}
    for op in FLOAT_PAIRS:
        yield one(op, [f(2, 3, 4), f(*(2, 3, 4) if op == "ATAN2" else (1, 3, 1))], [like(F)], kinds[op], rtol=1e-5)
    divisors = R.integers(1, 5, (3, 1)).astype(np.int32) * np.array([[1], [-1], [1]], np.int32)
    for op in ("FLOOR_DIV", "FLOOR_MOD", "MAXIMUM"):
        yield one(op, [i(np.int32, 2, 3, 4), divisors], [like(np.int32)], kinds[op], label="i32")
    yield one("POW", [f(2, 3, low=0.2), f(2, 3)], [like(F)], "PowOptions", rtol=1e-5)
    for op in ("LOGICAL_AND", "LOGICAL_OR"):
        flags = [R.integers(0, 2, (2, 3)).astype(np.bool_) for _ in range(2)]
        kind = "LogicalAndOptions" if op == "LOGICAL_AND" else "LogicalOrOptions"
        yield one(op, flags, [like(np.bool_)], kind)
    yield one("BITWISE_XOR", [i(np.int32, 3, 4), i(np.int32, 3, 4)], [like(np.int32)], "BitwiseXorOptions")
    shifts = [i(np.int32, 3, 4), i(np.int32, 3, 4, low=0, high=5)]
    yield one("RIGHT_SHIFT", shifts, [like(np.int32)], "RightShiftOptions")
    for op, kind in COMPARE.items():
        yield one(op, [i(F, 4, 5), i(F, 5)], [like(np.bool_)], kind)
        yield one(op, [i(np.int32, 4, 5), i(np.int32, 5)], [like(np.bool_)], kind, label="i32")
    for op, kind in ACTIVATED.items():
        for fused in FUSED:
            pair = [f(2, 3, 4), f(3, 1, low=1)]
            yield one(op, pair, [like(F)], kind, label=fused.lower(), fused_activation_function=fused)
        whole = [i(np.int32, 2, 3), divisors[0]]
        yield one(op, whole, [like(np.int32)], kind, label="i32")
    for op in ("ADD", "SUB", "MUL"):
        pair = [given(bytes_of(2, 30), 0.03, 3), given(bytes_of(30), 0.05, -7)]
        out = like(np.int8, 0.05 if op == "MUL" else 0.06, 5)
        yield one(op, pair, [out], ACTIVATED[op], label="i8", units=0)
        yield one(op, pair, [out], ACTIVATED[op], label="i8-relu", units=0, fused_activation_function="RELU")
        pair = [given(bytes_of(2, 30, dtype=np.uint8), 0.03, 120), given(bytes_of(30, dtype=np.uint8), 0.05, 130)]
        yield one(op, pair, [like(np.uint8, 0.06, 128)], ACTIVATED[op], label="u8", units=0)
        pair = [given(bytes_of(2, 30, dtype=np.int16), 1 / 8192, 0), given(bytes_of(30, dtype=np.int16), 1 / 8192, 0)]
        values = {} if op == "MUL" else {"pot_scale_int16": False}
        yield one(op, pair, [like(np.int16, 1 / 2048, 0)], ACTIVATED[op], label="i16", units=0, **values)
    even = [given(bytes_of(2, 30), 0.5, 0), given(bytes_of(2, 30), 0.5, 0)]
    yield one("ADD", even, [like(np.int8, 1.0, 0)], "AddOptions", label="i8-ties", units=0)
    for op in ("MAXIMUM", "MINIMUM"):
        pair = [given(bytes_of(2, 30), 0.03, 3), given(bytes_of(30), 0.03, 3)]
        yield one(op, pair, [like(np.int8, 0.03, 3)], "MaximumMinimumOptions", label="i8")
    pair = [given(bytes_of(2, 30), 0.03, 3), given(bytes_of(30), 0.03, 3)]
    yield one("LESS", pair, [like(np.bool_)], "LessOptions", label="i8")
    yield one("ADD_N", [f(2, 3), f(2, 3), f(2, 3)], [like(F)], "AddNOptions")


def _quantised():
    data = np.concatenate([f(50), np.arange(-8, 8, dtype=F) / 8])
    for dtype, zero in ((np.int8, -3), (np.uint8, 120), (np.int16, 0)):
        scale = 0.0001 if dtype is np.int16 else 0.02
        yield one("QUANTIZE", [data], [like(dtype, scale, zero)], "QuantizeOptions", label=np.dtype(dtype).name)
        integers = given(bytes_of(50, dtype=dtype), scale, zero)
        yield one("DEQUANTIZE", [integers], [like(F)], "DequantizeOptions", label=np.dtype(dtype).name)
    yield one("QUANTIZE", [np.arange(-8, 8, dtype=F) / 8], [like(np.int8, 0.25, 1)], "QuantizeOptions", label="ties")
    again = [given(bytes_of(64), 0.02, -3)]
    yield one("QUANTIZE", again, [like(np.int8, 0.05, 4)], "QuantizeOptions", label="i8-i8", units=0)
    yield one("QUANTIZE", again, [like(np.uint8, 0.02, 125)], "QuantizeOptions", label="i8-u8")
    half = const(f(3, 4).astype(np.float16))
    yield one("DEQUANTIZE", [half], [like(F, shape=(3, 4))], "DequantizeOptions", label="f16")
    yield from _sparse()
    for bits in (8, 4):
        values = {"min": -1.3, "max": 2.1, "num_bits": bits}
        yield one("FAKE_QUANT", [f(3, 40)], [like(F)], "FakeQuantOptions", label=f"{bits}", **values)


def _sparse():
    """Rows of a matrix, and a matrix of blocks of two by two."""
    index = {"array_segments_type": 1, "array_indices_type": 1, "format": "SPARSE_CSR"}

    def csr(segments, indices):
        parts = {"array_segments": segments, "array_indices": indices}
        return index | {key: {"kind": "Int32Vector", "values": values} for key, values in parts.items()}

    dense = [{"format": "DENSE", "dense_size": size} for size in (4, 2)]
    rows = {"traversal_order": (0, 1), "dim_metadata": [dense[0], csr((0, 2, 2, 3, 5), (0, 3, 1, 2, 4))]}
    sparse = Spec(f(5), True, sparsity={"shape": (4, 5), "sparsity": rows})
    yield one("DENSIFY", [sparse], [like(F, shape=(4, 5))], "DensifyOptions", label="rows")
    blocks = {"traversal_order": (0, 1, 2, 3), "block_map": (0, 1)}
    blocks["dim_metadata"] = [dense[1], csr((0, 1, 3), (2, 0, 1)), dense[1], dense[1]]
    sparse = Spec(f(12), True, sparsity={"shape": (4, 6), "sparsity": blocks})
    yield one("DENSIFY", [sparse], [like(F, shape=(4, 6))], "DensifyOptions", label="blocks")


CASES = (*_unary(), *_binary(), *_quantised())
