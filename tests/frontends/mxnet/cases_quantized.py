"""Operations of quantised models. MXNet convolves u8 by i8 alone. Its BatchNorm rounds the scales too: one in 25
integers differs by 1."""

from __future__ import annotations

import numpy as np

from tests.frontends.mxnet.cases import case, f32, uniform, whole

BYTES = whole((2, 3, 6, 5), 0, 256, 31, np.uint8)
SIGNED = whole((2, 3, 6, 5), -127, 128, 32, np.int8)
ENDS = (f32(-2.5), f32(2.0))
ABOVE = (f32(0), f32(3.0))
WEIGHT = (f32(-0.4), f32(0.3))
case("_contrib_quantize_v2", uniform((2, 3, 4), -2, 3), outputs=3, out_type="int8")
case("_contrib_quantize_v2", uniform((2, 3, 4), 0.2, 3), name="bytes", outputs=3, out_type="uint8")
RANGE = {"min_calib_range": -1.5, "max_calib_range": 2.5}
case("_contrib_quantize_v2", uniform((2, 3, 4), -2, 3), name="given", outputs=3, out_type="auto", **RANGE)
FROM_ZERO = {"min_calib_range": 0.0, "max_calib_range": 2.5}
case("_contrib_quantize_v2", uniform((2, 3, 4), 0, 3), name="auto", outputs=3, out_type="auto", **FROM_ZERO)
case("_contrib_quantize", uniform((2, 3, 4), 0.5, 3), f32(0.5), f32(3), outputs=3)
case("_contrib_quantize", uniform((2, 3, 4), -1, 3), f32(-1), f32(3), name="signed", outputs=3, out_type="int8")
SUMS = whole((2, 5), -40000, 40000, 33, np.int32)
FAR = (f32(-70000.0), f32(70000.0))
case("_contrib_requantize", SUMS * 9000, *FAR, outputs=3, out_type="int8")
case("_contrib_requantize", SUMS * 9000, *FAR, name="given", outputs=3, out_type="auto", **RANGE)
case("_contrib_dequantize", SIGNED, *ENDS)
case("_contrib_dequantize", BYTES, *ABOVE, name="bytes")
KERNEL = whole((4, 3, 3, 3), -127, 128, 34, np.int8)
BIAS = whole((4,), -127, 128, 35, np.int8)
TAPS = {"kernel": "(3, 3)", "num_filter": 4, "pad": "(1, 1)", "stride": "(2, 1)"}
case(
    "_contrib_quantized_conv",
    *(BYTES, KERNEL, BIAS, *ABOVE, *WEIGHT, f32(-1), f32(0.5)),
    params=(1, 2),
    outputs=3,
    **TAPS,
)
case(
    "_contrib_quantized_conv", BYTES, KERNEL, *ABOVE, *WEIGHT, name="bare", params=(1,), outputs=3, no_bias=True, **TAPS
)
DENSE = whole((6, 90), -127, 128, 36, np.int8)
ROW = whole((6,), -127, 128, 37, np.int8)
for title, data, ends in (("signed", SIGNED, ENDS), ("bytes", BYTES, ABOVE)):
    given = (data, DENSE, ROW, *ends, *WEIGHT, f32(-1), f32(0.5))
    case("_contrib_quantized_fully_connected", *given, name=title, params=(1, 2), outputs=3, num_hidden=6)
case(
    "_contrib_quantized_fully_connected",
    *(BYTES, DENSE, *ABOVE, *WEIGHT),
    name="bare",
    params=(1,),
    outputs=3,
    num_hidden=6,
    no_bias=True,
)
# sums of some 10^9 steps; MXNet rounds their factors in f32
case("_contrib_quantized_elemwise_add", SIGNED, SIGNED[::-1].copy(), *ENDS, *ENDS, outputs=3, rtol=1000)
case("_contrib_quantized_elemwise_add", SIGNED, SIGNED[::-1].copy(), *ENDS, *WEIGHT, name="given", outputs=3, **RANGE)
case("_contrib_quantized_elemwise_add", BYTES, BYTES[::-1].copy(), *ABOVE, *ABOVE, name="bytes", outputs=3, **RANGE)
case("_contrib_quantized_elemwise_mul", SIGNED, SIGNED[::-1].copy(), *ENDS, *ENDS, outputs=3)
case("_contrib_quantized_act", SIGNED, *ENDS, outputs=3, act_type="relu")
for kind in ("max", "avg"):
    for title, data, ends in (("signed", SIGNED, ENDS), ("bytes", BYTES, ABOVE)):
        window = {"kernel": "(2, 2)", "stride": "(2, 2)", "pool_type": kind}
        case("_contrib_quantized_pooling", data, *ends, name=f"{kind}_{title}", outputs=3, **window)
case("_contrib_quantized_flatten", SIGNED, *ENDS, outputs=3)
case("_contrib_quantized_concat", SIGNED, SIGNED[:, :2].copy(), *ENDS, f32(-1), f32(4), outputs=3, num_args=2)
case("_contrib_quantized_concat", SIGNED, BYTES, *ENDS, *ABOVE, name="mixed", outputs=3, num_args=2)
case("_contrib_quantized_embedding", whole((2, 5), 0, 6), DENSE[:, :4].copy(), *WEIGHT, params=(1,), outputs=3,
     input_dim=6, output_dim=4, dtype="int8")  # fmt: skip
CHANNEL = [uniform((3,), 0.5, 1.5, seed) for seed in range(41, 45)]
case("_contrib_quantized_batch_norm", SIGNED, *CHANNEL, *ENDS, params=(1, 2, 3, 4), outputs=3, rtol=1, **RANGE)
