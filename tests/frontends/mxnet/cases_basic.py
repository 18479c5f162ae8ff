"""Operations element by element, of shapes, parts and places."""

from __future__ import annotations

import numpy as np

from tests.frontends.mxnet.cases import case, f32, uniform, whole

for op in ("abs", "cbrt", "ceil", "cos", "cosh", "degrees", "erf", "exp", "expm1", "fix", "floor", "negative"):
    case(op, (3, 4))
for op in ("radians", "relu", "round", "rint", "sigmoid", "sign", "sin", "sinh", "softsign", "square", "tan", "tanh"):
    case(op, (3, 4))
for op in ("trunc", "arcsinh", "arctan", "ones_like", "zeros_like", "BlockGrad", "_copy", "make_loss", "MakeLoss"):
    case(op, (3, 4))
for op in ("sqrt", "rsqrt", "log", "log10", "log2", "log1p", "reciprocal", "rcbrt"):
    case(op, uniform((3, 4), 0.1, 9))
for op in ("arccos", "arcsin", "arctanh"):
    case(op, uniform((3, 4), -0.9, 0.9))
case("arccosh", uniform((3, 4), 1.1, 9))
case("expm1", f32(-1e-6, 1e-6, 1e-3, -30, 20), name="small", rtol=2e-6)
case("log1p", f32(-1e-6, 1e-6, 1e-3, -0.75, 3e8), name="small", rtol=2e-6)
case("round", f32(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997), name="halves")
case("rint", f32(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1.2), name="halves")
case("logical_not", whole((3, 4), 0, 2))
case("hard_sigmoid", (3, 4))
case("hard_sigmoid", (3, 4), name="given", alpha=0.5, beta=0.25)
case("clip", (3, 4), a_min=-0.5, a_max=0.5)
case("smooth_l1", (3, 4), scalar=1.5)
case("_contrib_quadratic", (3, 4), a=1.5, b=2, c=-1)
case("_contrib_div_sqrt_dim", (3, 6))
case("_identity_with_attr_like_rhs", (2, 3), (2, 3))
case("_contrib_gradientmultiplier", (2, 3), scalar=0.5)
case("Cast", uniform((3, 4), -9, 9), dtype="int32")
case("Cast", whole((3, 4), 0, 9, dtype=np.int32), name="back", dtype="float32")
case("amp_cast", (3, 4), dtype="float32")
case("amp_multicast", (3,), (3,), outputs=2, num_outputs=2)

POSITIVE = uniform((3, 4), 0.5, 3, 3)
for op in ("add", "sub", "mul", "div", "maximum", "minimum", "hypot", "mod", "power"):
    case(f"broadcast_{op}", uniform((3, 4), 0.5, 5), uniform((1, 4), 0.5, 3))
for op in ("equal", "not_equal", "greater", "greater_equal", "lesser", "lesser_equal"):
    case(f"broadcast_{op}", whole((3, 4), 0, 3), whole((3, 1), 0, 3, 4))
    case(f"_{op}", whole((3, 4), 0, 3), whole((3, 4), 0, 3, 4))
    case(f"_{op}_scalar", whole((3, 4), 0, 3), scalar=1)
for op in ("and", "or", "xor"):
    case(f"broadcast_logical_{op}", whole((3, 4), 0, 2), whole((3, 1), 0, 2, 4))
    case(f"_logical_{op}", whole((3, 4), 0, 2), whole((3, 4), 0, 2, 4))
    case(f"_logical_{op}_scalar", whole((3, 4), 0, 2), scalar=1)
for op in ("elemwise_add", "elemwise_sub", "elemwise_mul", "elemwise_div", "_maximum", "_minimum", "_grad_add"):
    case(op, (3, 4), (3, 4))
for op in ("_power", "_mod", "_hypot"):
    case(op, uniform((3, 4), 0.5, 5), POSITIVE)
case("_mod", f32(-5, 5, -5, 5), f32(3, 3, -3, -3), name="signs")
for op in ("plus", "minus", "rminus", "mul", "div", "maximum", "minimum", "hypot"):
    case(f"_{op}_scalar", (3, 4), scalar=1.7)
for op in ("rdiv", "power", "rpower", "rmod", "mod"):
    case(f"_{op}_scalar", uniform((3, 4), 0.5, 5), scalar=1.7, is_int="False")
case("_div_scalar", whole((3, 4), -9, 9, dtype=np.int32), name="integers", scalar=2)
case("_plus_scalar", whole((3, 4), -9, 9, dtype=np.int32), name="integers", scalar=2)
case("_mod_scalar", f32(-5, 5, -4, 4), name="negative", scalar=-3)
case("add_n", (3, 4), (3, 4), (3, 4), num_args=3)
case("where", whole((3, 4), 0, 2), (3, 4), (3, 4))
case("where", whole((3,), 0, 2), (3, 4), (3, 4), name="rows")

case("Flatten", (2, 3, 4))
RESHAPES = {
    "rest": "(2, -1)",
    "copy": "(0, -1)",
    "others": "(0, -2)",
    "joined": "(-3, 0)",
    "parted": "(-4, 1, 2, -2)",
    "parted_rest": "(0, -4, -1, 3, -2)",
    "all": "(-2, 1, 1)",
}
for name, shape in RESHAPES.items():
    case("Reshape", (2, 3, 4), name=name, shape=shape)
case("Reshape", (10, 5, 4), name="reverse", shape="(-1, 0)", reverse=True)
case("Reshape", (2, 3, 4, 5), name="reverse_joined", shape="(0, -3, 0)", reverse=True)
case("Reshape", (2, 3, 4), name="old", target_shape="(0, 4)")
case("Reshape", (2, 3, 4), name="old_batch", target_shape="(0, 0)", keep_highest=True)
case("reshape_like", (6,), (2, 3))
case("reshape_like", (30, 7), (15, 2, 4), name="part", lhs_begin=0, lhs_end=1, rhs_begin=0, rhs_end=2)
case("expand_dims", (2, 3), axis=1)
case("expand_dims", (2, 3), name="last", axis=-1)
case("squeeze", (2, 1, 3, 1))
case("squeeze", (2, 1, 3, 1), name="axis", axis=1)
case("squeeze", (2, 1, 3, 1), name="axes", axis="(1, -1)")
case("transpose", (2, 3, 4))
case("transpose", (2, 3, 4), name="axes", axes="(1, 0, 2)")
case("SwapAxis", (2, 3, 4), dim1=0, dim2=2)
case("slice", (4, 5, 6), begin="(1, None)", end="(3, 4)")
case("slice", (4, 5, 6), name="steps", begin="(None, 4, 1)", end="(None, None, 5)", step="(2, -2, 3)")
case("slice", (4, 5), name="negative", begin="(-3, -4)", end="(-1, None)")
case("slice_axis", (4, 5), axis=1, begin=1, end="None")
case("slice_axis", (4, 5), name="end", axis=-1, begin=-4, end=-1)
case("slice_like", (4, 5), (2, 3))
case("slice_like", (4, 5, 6), (2, 3, 3), name="axes", axes="(0, -1)")
case("SliceChannel", (2, 6, 3), outputs=3, num_outputs=3)
case("SliceChannel", (2, 3, 4), outputs=3, name="squeezed", num_outputs=3, squeeze_axis=True)
case("SliceChannel", (4, 3), outputs=2, name="axis", num_outputs=2, axis=0)
case("_split_v2", (8, 3), outputs=4, indices="()", axis=0, sections=4)
case("_split_v2", (8, 3), outputs=3, name="places", indices="(0, 2, 5)", axis=0)
case("_split_v2", (3, 2, 2), outputs=3, name="squeezed", indices="(0, 1, 2)", axis=0, squeeze_axis=True)
case("Concat", (2, 3), (2, 4), num_args=2, dim=1)
case("Concat", (2, 3), (4, 3), name="first", num_args=2, dim=0)
case("stack", (2, 3), (2, 3), num_args=2, axis=1)
case("stack", (2, 3), (2, 3), name="last", num_args=2, axis=-1)
case("tile", (2, 3), reps="(2, 2)")
case("tile", (2, 3), name="longer", reps="(2, 1, 3)")
case("repeat", (2, 3), repeats=2, axis=1)
case("repeat", (2, 3), name="flat", repeats=2)
case("reverse", (3, 4), axis="(1,)")
case("reverse", (3, 4), name="both", axis="(0, 1)")
case("Pad", (1, 2, 3, 4), mode="constant", pad_width="(0, 0, 0, 0, 1, 2, 3, 1)", constant_value=1.5)
case("Pad", (1, 2, 3, 4), name="edge", mode="edge", pad_width="(0, 0, 0, 0, 1, 2, 3, 1)")
case("Pad", (1, 2, 3, 4), name="reflect", mode="reflect", pad_width="(0, 0, 0, 0, 1, 2, 3, 1)")
case("depth_to_space", (1, 8, 2, 3), block_size=2)
case("space_to_depth", (1, 2, 4, 6), block_size=2)
case("Crop", (1, 2, 6, 7), (1, 3, 4, 5), num_args=2, offset="(1, 2)")
case("Crop", (1, 2, 6, 7), name="size", num_args=1, h_w="(4, 5)", offset="(1, 2)")
case("Crop", (1, 2, 6, 7), name="center", num_args=1, h_w="(4, 5)", center_crop=True)
case("_np_roll", (3, 4), shift="(1,)", axis="(1,)", numpy=True)
case("_np_roll", (3, 4), name="flat", shift="(2,)", numpy=True)
case("_np_roll", (3, 4), name="both", shift="(1, -1)", axis="(0, 1)", numpy=True)

case("_zeros", shape="(2, 3)")
case("_ones", shape="(2, 3)")
case("_full", shape="(2, 3)", value=1.5)
case("_arange", start=5)
case("_arange", name="steps", start=1, stop=4, step=0.5, repeat=2)
case("_eye", N=3, M=4, k=1)
case("_contrib_arange_like", (2, 3), start=1, step=2)
case("_contrib_arange_like", (2, 5), name="axis", axis=1)
case("_contrib_arange_like", (6,), name="repeat", repeat=2)
case("broadcast_to", (1, 3), shape="(2, 0)")
case("broadcast_axis", (1, 3, 1), axis="(0, 2)", size="(2, 4)")
case("broadcast_like", (1, 3), (2, 3))
case("broadcast_like", (1, 3, 1), (2, 9, 4), name="axes", lhs_axes="(0, 2)", rhs_axes="(0, 2)")
case("shape_array", (2, 3))
case("size_array", (2, 3))

case("take", (5, 3), f32(0, 4, 2, 7, -1))
case("take", (2, 5), whole((2, 2), -6, 9), name="wrap", axis=1, mode="wrap")
case("Embedding", whole((2, 3), 0, 5), (5, 4), params=(1,), input_dim=5, output_dim=4)
case("batch_take", (4, 3), whole((4,), 0, 3, dtype=np.int32))
case("pick", (4, 3), whole((4,), 0, 3))
case("pick", (4, 3), f32(0, 3, 1), name="axis", axis=0, keepdims=True)
case("pick", (4, 3), f32(0, 5, -1, 2), name="wrap", axis=1, mode="wrap")
case("gather_nd", (3, 4), whole((2, 5), 0, 3))
case("gather_nd", (3, 4), whole((1, 2), 0, 3), name="rows")
case("scatter_nd", (3,), f32([0, 1, 1], [1, 0, 2]), shape="(2, 4)")
case("one_hot", f32(0, 2, 5, -1), depth=4)
case("one_hot", whole((2, 2), 0, 3), name="values", depth=3, on_value=2, off_value=-1, dtype="int32")
case("SequenceMask", (4, 3, 2), f32(1, 4, 2), use_sequence_length=True, value=-1)
case("SequenceMask", (3, 4), f32(1, 4, 2), name="axis", use_sequence_length=True, axis=1)
case("SequenceMask", (4, 3, 2), name="without")
case("SequenceLast", (4, 3, 2), f32(1, 4, 2), use_sequence_length=True)
case("SequenceLast", (3, 4, 2), f32(1, 4, 2), name="axis", use_sequence_length=True, axis=1)
case("SequenceLast", (4, 3), name="without")
case("SequenceReverse", (4, 3, 2), f32(1, 4, 2), use_sequence_length=True)
case("SequenceReverse", (4, 3), name="without")
case("_contrib_index_array", (2, 3))
case("_contrib_index_array", (2, 3), name="axes", axes="(1,)")

for op in ("sum", "mean", "prod", "max", "min"):
    case(op, (2, 3, 4))
    case(op, (2, 3, 4), name="axis", axis=1)
    case(op, (2, 3, 4), name="kept", axis="(0, -1)", keepdims=True)
    case(op, (2, 3, 4), name="others", axis="(1,)", exclude=True)
NOT = f32([1, np.nan, 2], [np.nan, 3, 4])
case("nansum", NOT, axis=1)
case("nanprod", NOT, axis=1)
case("norm", (2, 3, 4))
case("norm", (2, 3, 4), name="absolute", ord=1, axis=1)
case("norm", (2, 3, 4), name="kept", axis="(0, 2)", keepdims=True)
case("moments", (2, 3, 4), outputs=2, axes="(0, 2)")
for op in ("argmax", "argmin"):
    case(op, (3, 4), axis=1)
    case(op, (3, 4), name="flat")
    case(op, (3, 4), name="kept", axis=0, keepdims=True)
case("argmax_channel", (3, 4))
case("topk", (3, 5), k=2)
case("topk", (3, 5), name="values", k=2, ret_typ="value", is_ascend=True, axis=0)
case("topk", (3, 5), name="both", outputs=2, k=3, ret_typ="both", dtype="int32")
case("topk", (3, 5), name="flat", axis="None", k=4)
case("sort", (3, 5))
case("sort", (3, 5), name="down", is_ascend=False, axis=0)
case("argsort", (3, 5), is_ascend=False)
case("argsort", (3, 5), name="flat", axis="None", dtype="int32")
case("_np_cumsum", (3, 4), axis=1, numpy=True)
case("_np_cumsum", (3, 4), name="flat", numpy=True)
for op in ("ones_like", "zeros_like"):
    case(op, whole((2, 3), 0, 9, dtype=np.int64), name="typed", dtype="float32")
