"""NumPy-style operations."""

from __future__ import annotations

import numpy as np

from tests.frontends.mxnet.cases import case, f32, uniform, whole


def np_case(op, *inputs, **options):
    case(op, *inputs, numpy=True, **options)


for op in ("absolute", "cbrt", "ceil", "cos", "cosh", "degrees", "exp", "expm1", "fix", "floor", "negative", "radians"):
    np_case(f"_npi_{op}", (3, 4))
for op in ("rint", "sign", "sin", "sinh", "square", "tan", "tanh", "trunc", "arcsinh", "arctan"):
    np_case(f"_npi_{op}", (3, 4))
for op in ("sqrt", "log", "log10", "log2", "log1p", "reciprocal"):
    np_case(f"_npi_{op}", uniform((3, 4), 0.1, 9))
for op in ("arccos", "arcsin", "arctanh"):
    np_case(f"_npi_{op}", uniform((3, 4), -0.9, 0.9))
np_case("_npi_arccosh", uniform((3, 4), 1.1, 9))
INTEGERS = whole((3, 4), -4, 5, dtype=np.int32)
np_case("_npi_exp", INTEGERS, name="integers")
np_case("_npi_negative", INTEGERS, name="integers")
ODD = f32(1, np.nan, np.inf, -np.inf, -2)
for op in ("isnan", "isinf", "isposinf", "isneginf", "isfinite"):
    np_case(f"_npi_{op}", ODD)
np_case("_npi_nan_to_num", ODD)
np_case("_npi_nan_to_num", ODD, name="given", nan=1.5, posinf=7, neginf=-7)
np_case("_npi_logical_not", whole((3, 4), 0, 2))
np_case("_npi_bitwise_not", INTEGERS)
for op in ("add", "subtract", "multiply", "true_divide", "mod", "power"):
    np_case(f"_npi_{op}", uniform((3, 4), 0.5, 5), uniform((1, 4), 0.5, 3))
    np_case(f"_npi_{op}_scalar", uniform((3, 4), 0.5, 5), scalar=1.7, is_int=False)
np_case("_npi_add", INTEGERS, (3, 4), name="promoted")
np_case("_npi_true_divide", INTEGERS, np.full((3, 4), 2, np.int32), name="integers")
np_case("_npi_add_scalar", INTEGERS, name="integers", scalar=2, is_int=True)
np_case("_npi_multiply_scalar", INTEGERS, name="fraction", scalar=1.5, is_int=False)
for op in ("rsubtract", "rtrue_divide", "rmod", "rpower"):
    np_case(f"_npi_{op}_scalar", uniform((3, 4), 0.5, 5), scalar=1.7, is_int=False)
for op in ("equal", "not_equal", "greater", "greater_equal", "less", "less_equal"):
    np_case(f"_npi_{op}", whole((3, 4), 0, 3), whole((3, 1), 0, 3, 4))
    np_case(f"_npi_{op}_scalar", whole((3, 4), 0, 3), scalar=1)
for op in ("and", "or", "xor"):
    np_case(f"_npi_bitwise_{op}", whole((3, 4), 0, 9, dtype=np.int32), whole((3, 4), 0, 9, 4, dtype=np.int32))
np_case("_npi_hypot", (3, 4), (3, 4))
np_case("_npi_ldexp", (3, 4), whole((3, 4), -3, 4))
np_case("_npi_around", f32(0.5, 1.5, 2.5, -0.5, 1.26))
np_case("_npi_around", f32(0.55, 1.54, -2.56), name="decimals", decimals=1)
np_case("_npi_where", whole((3, 4), 0, 2), (3, 4), (1, 4))
np_case("_npi_where_lscalar", whole((3, 4), 0, 2), (3, 4), scalar=1.5)
np_case("_npi_where_rscalar", whole((3, 4), 0, 2), (3, 4), scalar=1.5)
np_case("_npx_relu", (3, 4))
np_case("_npx_sigmoid", (3, 4))
np_case("_np_copy", (3, 4))

for op in ("_np_sum", "_np_prod", "_npi_mean", "_np_max", "_np_min", "_npi_var", "_npi_std"):
    np_case(op, (2, 3, 4))
    np_case(op, (2, 3, 4), name="axis", axis="(1,)")
    np_case(op, (2, 3, 4), name="kept", axis="(0, -1)", keepdims=True)
np_case("_npi_var", (2, 3, 4), name="ddof", axis="(1,)", ddof=1)
np_case("_npi_average", (3, 4), (3, 4), axis="(1,)")
np_case("_npi_average", (3, 4), (4,), name="vector", axis="(1,)")
for op in ("_np_any", "_np_all"):
    np_case(op, whole((3, 4), 0, 2))
    np_case(op, whole((3, 4), 0, 2), name="axis", axis="(1,)")
for op in ("_npi_argmax", "_npi_argmin"):
    np_case(op, (3, 4), axis=1)
    np_case(op, (3, 4), name="flat")
np_case("_np_dot", (3, 4), (4, 5))
np_case("_np_dot", (4,), (4,), name="vectors")
np_case("_np_dot", (2, 3, 4), (5, 4, 2), name="ranks")
np_case("_npi_matmul", (2, 3, 4), (4, 5))
np_case("_npi_matmul", (2, 3, 4), (4,), name="vector")
np_case("_npi_tensordot", (3, 4, 2), (4, 3, 5), a_axes_summed="(0, 1)", b_axes_summed="(1, 0)")
np_case("_npi_tensordot_int_axes", (2, 3, 4), (3, 4, 5), axes=2)
np_case("_npi_einsum", (2, 3), (3, 4), num_args=2, subscripts="ij,jk->ik")
np_case("_npi_einsum", (2, 3, 4), name="one", num_args=1, subscripts="abc->cb")
np_case("_npi_concatenate", (2, 3), (2, 4), num_args=2, axis=-1)
np_case("_npi_stack", (2, 3), (2, 3), num_args=2, axis=-1)
np_case("_npi_vstack", (3,), (3,), num_args=2)
np_case("_npi_hstack", (3,), (4,), num_args=2)
np_case("_npi_broadcast_to", (1, 3), shape="(4, 2, 3)")
np_case("_npi_flip", (3, 4), axis="(1,)")
for mode in ("constant", "edge", "reflect", "symmetric"):
    np_case("_npi_pad", (3, 4), name=mode, pad_width="((1, 2), (0, 1))", mode=mode)
np_case("_npi_diff", (3, 5), n=2, axis=1)
np_case("_npi_hsplit", (3, 4), outputs=2, indices="()", sections=2)
np_case("_npi_full_like", (2, 3), fill_value=1.5)
np_case("_npi_zeros", shape="(2, 3)")
np_case("_npi_ones", shape="(2, 3)", dtype="int32")
np_case("_npi_identity", shape="(3, 3)")
np_case("_npi_arange", start=1, stop=4, step=0.5)
np_case("_np_reshape", (2, 6), newshape="(3, -1)")
np_case("_npx_reshape", (2, 3, 4), newshape="(-2, -5)")
np_case("_npx_reshape", (2, 1, 6), name="parts", newshape="(-2, -3, -6, 2, -1)")
np_case("_npx_reshape", (2, 3, 4), name="rest", newshape="(-2, -4)")
np_case("_np_squeeze", (2, 1, 3))
np_case("_np_transpose", (2, 3, 4))
np_case("_np_transpose", (2, 3, 4), name="axes", axes="(1, 0, 2)")
np_case("_np_moveaxis", (2, 3, 4), source="(0,)", destination="(-1,)")
