"""Nets of stock layers with settings that are seldom used; what they answer is Caffe's own word (``answers.npz``).

    python -m tests.frontends.caffe.answer_nets PROGRAM

asks PROGRAM anew, which is caffe_answers.cpp, compiled with BVLC Caffe's sources for the CPU.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.frontends.caffe.net import Net, layer

NETS: dict[str, Net] = {}
X = {"x": (2, 6, 7, 5)}


def _net(name, inputs, text, blobs=None):
    NETS[name] = Net(inputs, text, blobs or {})


def _lines(*layers):
    return "\n".join(layers)


_net("pool_pad_ave", X, layer("Pooling", "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }"))
_net(
    "pool_hw",
    X,
    layer("Pooling", "pooling_param { pool: AVE kernel_h: 4 kernel_w: 2 stride_h: 3 stride_w: 2 pad_h: 2 pad_w: 1 }"),
)
_net(
    "pool_max_hw",
    X,
    layer("Pooling", "pooling_param { pool: MAX kernel_h: 2 kernel_w: 3 stride_h: 3 stride_w: 1 pad_h: 1 pad_w: 2 }"),
)
_net("pool_two_tops", X, layer("Pooling", "pooling_param { pool: MAX kernel_size: 2 stride: 2 }", top="y,m"))
_net("pool_global", X, layer("Pooling", "pooling_param { pool: AVE global_pooling: true }"))
_net(
    "conv_axis",
    {"x": (2, 3, 6)},
    layer("InnerProduct", "inner_product_param { num_output: 4 axis: 2 }"),
    {"l": [(4, 6), (4,)]},
)
_net(
    "ip_transpose",
    X,
    layer("InnerProduct", "inner_product_param { num_output: 4 transpose: true }"),
    {"l": [(210, 4), (4,)]},
)
_net(
    "ip_negaxis",
    X,
    layer("InnerProduct", "inner_product_param { num_output: 3 axis: -1 bias_term: false }"),
    {"l": [(3, 5)]},
)
_net("reshape_axis", X, layer("Reshape", "reshape_param { shape { dim: 3 dim: -1 } axis: 1 num_axes: 2 }"))
_net("reshape_insert", X, layer("Reshape", "reshape_param { shape { dim: 1 dim: 1 } axis: -2 num_axes: 0 }"))
_net("flatten", X, layer("Flatten", "flatten_param { axis: 2 end_axis: -1 }"))
_net("slice_pts", X, layer("Slice", "slice_param { axis: -3 slice_point: 1 slice_point: 4 }", top="a,b,c"))
_net("slice_dim", X, layer("Slice", "slice_param { slice_dim: 1 }", top="a,b"))
_net("concat_dim", {"x": (2, 3, 4), "z": (2, 3, 1)}, layer("Concat", "concat_param { axis: -1 }", bottom="x,z"))
_net(
    "eltwise_coeff",
    {"x": (2, 3), "z": (2, 3), "w": (2, 3)},
    layer("Eltwise", "eltwise_param { operation: SUM coeff: 1 coeff: -2.5 coeff: 0.5 }", bottom="x,z,w"),
)
_net("eltwise_max", {"x": (2, 3), "z": (2, 3)}, layer("Eltwise", "eltwise_param { operation: MAX }", bottom="x,z"))
_net("scale_axis", X, layer("Scale", "scale_param { axis: 2 num_axes: 2 bias_term: true }"), {"l": [(7, 5), (7, 5)]})
_net("scale_two", {"x": (2, 6, 7, 5), "s": (2, 6)}, layer("Scale", "scale_param { axis: 0 }", bottom="x,s"))
_net("scale_scalar", X, layer("Scale", "scale_param { num_axes: 0 bias_term: true }"), {"l": [(), ()]})
_net("scale_all", X, layer("Scale", "scale_param { axis: -2 num_axes: -1 }"), {"l": [(7, 5)]})
_net("bias_axis", X, layer("Bias", "bias_param { axis: -1 }"), {"l": [(5,)]})
_net(
    "bn_global",
    X,
    layer("BatchNorm", "batch_norm_param { use_global_stats: true eps: 0.01 }"),
    {"l": [(6,), ("+", (6,)), ("+", (1,))]},
)
_net("mvn_default", X, layer("MVN"))
_net("lrn_within", X, layer("LRN", "lrn_param { local_size: 3 alpha: 0.5 beta: 0.6 norm_region: WITHIN_CHANNEL }"))
_net("lrn_k", X, layer("LRN", "lrn_param { local_size: 5 alpha: 0.5 beta: 0.6 k: 2 }"))
_net("power", X, layer("Power", "power_param { power: 2 scale: 0.5 shift: 3 }"))
_net("exp", X, layer("Exp", "exp_param { base: 2 scale: 0.5 shift: 0.3 }"))
_net("log", {"x": np.float32([[0.5, 2, 0.1], [1, 3, 7]])}, layer("Log", "log_param { base: 10 scale: 2 shift: 0.3 }"))
_net("reduction_asum", X, layer("Reduction", "reduction_param { operation: ASUM axis: -2 coeff: 2 }"))
_net("reduction_all", X, layer("Reduction", "reduction_param { operation: SUMSQ }"))
_net("reduction_mean", X, layer("Reduction", "reduction_param { operation: MEAN axis: 1 coeff: -1 }"))
_net("argmax_ax", X, layer("ArgMax", "argmax_param { axis: 1 top_k: 2 out_max_val: true }"))
_net("argmax_2d", {"x": (3, 9)}, layer("ArgMax", "argmax_param { top_k: 2 out_max_val: true }"))
_net("argmax_5", {"x": (2, 2, 2, 2, 2)}, layer("ArgMax"))
_net("tile", X, layer("Tile", "tile_param { axis: -2 tiles: 3 }"))
_net(
    "crop",
    {"x": (2, 6, 7, 5), "r": (2, 3, 4, 3)},
    layer("Crop", "crop_param { axis: 1 offset: 2 offset: 1 offset: 2 }", bottom="x,r"),
)
_net(
    "crop_one", {"x": (2, 6, 7, 5), "r": (9, 9, 4, 3)}, layer("Crop", "crop_param { axis: -2 offset: 1 }", bottom="x,r")
)
_net(
    "embed",
    {"x": np.float32([[0, 2], [4, 1]])},
    layer("Embed", "embed_param { num_output: 3 input_dim: 5 }"),
    {"l": [(5, 3), (3,)]},
)
_net(
    "deconv",
    X,
    layer("Deconvolution", "convolution_param { num_output: 4 kernel_size: 3 stride: 2 pad: 1 group: 2 dilation: 2 }"),
    {"l": [(6, 2, 3, 3), (4,)]},
)
_net(
    "conv_multi",
    {"x": (2, 4, 7, 5), "z": (2, 4, 7, 5)},
    layer(
        "Convolution",
        "convolution_param { num_output: 3 kernel_h: 3 kernel_w: 1 stride_h: 2 stride_w: 1 pad_h: 1 pad_w: 0 }",
        bottom="x,z",
        top="a,b",
    ),
    {"l": [(3, 4, 3, 1), (3,)]},
)
_net(
    "conv_1d",
    {"x": (2, 4, 7)},
    layer("Convolution", "convolution_param { num_output: 3 kernel_size: 3 stride: 2 }"),
    {"l": [(3, 4, 3), (3,)]},
)
_net(
    "conv_3d",
    {"x": (1, 2, 5, 6, 4)},
    layer(
        "Convolution",
        "convolution_param { num_output: 3 kernel_size: 3 kernel_size: 2 kernel_size: 1 pad: 1 "
        "dilation: 1 dilation: 2 dilation: 1 }",
    ),
    {"l": [(3, 2, 3, 2, 1), (3,)]},
)
_net("spp", X, layer("SPP", "spp_param { pyramid_height: 2 pool: AVE }"))
_net("softmax_ax", X, layer("Softmax", "softmax_param { axis: -1 }"))
_net(
    "inplace",
    X,
    _lines(
        layer("ReLU", "relu_param { negative_slope: 0.1 }", top="x", name="r"),
        layer("Power", "power_param { shift: 1 }", bottom="x", top="x", name="p"),
        layer("TanH", "", bottom="x", top="y", name="t"),
    ),
)
_net("elu", X, layer("ELU", "elu_param { alpha: 0.3 }"))
_net("thr", X, layer("Threshold", "threshold_param { threshold: 0.3 }"))
_net("clip", X, layer("Clip", "clip_param { min: -0.5 max: 0.25 }"))
_net("swish", X, layer("Swish", "swish_param { beta: 0.7 }"))
_net("bnll", X, layer("BNLL"))
_net(
    "filter",
    {"x": (4, 3, 2), "z": (4, 2), "s": np.float32([1, 0, 1, 1]).reshape(4)},
    layer("Filter", "", bottom="x,z,s", top="a,b"),
)
_net("batchreindex", {"x": (4, 3, 2), "i": np.float32([3, 0, 0, 2, 1])}, layer("BatchReindex", "", bottom="x,i"))
_net(
    "silence",
    X,
    _lines(
        layer("Split", "", top="a,b", name="s"),
        layer("Silence", "", bottom="a", top="", name="z"),
        layer("ReLU", "", bottom="b", name="r"),
    ),
)
_net("im2col", X, layer("Im2col", "convolution_param { kernel_h: 3 kernel_w: 2 stride: 2 pad: 1 dilation: 1 }"))
_net(
    "lstm_static",
    {"x": (4, 2, 3), "c": np.float32([[0, 0], [1, 1], [1, 0], [1, 1]]), "s": (2, 5)},
    layer("LSTM", "recurrent_param { num_output: 4 }", bottom="x,c,s"),
    {"l": [(16, 3), (16,), (16, 5), (16, 4)]},
)
_net(
    "rnn_static",
    {"x": (4, 2, 3), "c": np.float32([[0, 0], [1, 1], [1, 0], [1, 1]]), "s": (2, 5)},
    layer("RNN", "recurrent_param { num_output: 4 }", bottom="x,c,s"),
    {"l": [(4, 3), (4,), (4, 5), (4, 4), (4, 4), (4,)]},
)
_net(
    "lstm_hidden",
    {"x": (3, 2, 3), "c": np.float32([[1, 1], [1, 0], [1, 1]]), "h": (1, 2, 4), "k": (1, 2, 4)},
    layer("LSTM", "recurrent_param { num_output: 4 expose_hidden: true }", bottom="x,c,h,k", top="y,a,b"),
    {"l": [(16, 3), (16,), (16, 4)]},
)
_net(
    "param_shared",
    {"x": (2, 30)},
    _lines(
        'layer { name: "a" type: "InnerProduct" bottom: "x" top: "y" '
        'param { name: "w" } param { name: "b" } inner_product_param { num_output: 30 } }',
        'layer { name: "b" type: "InnerProduct" bottom: "y" top: "z" '
        'param { name: "w" } param { name: "b" } inner_product_param { num_output: 30 } }',
    ),
    {"a": [(30, 30), (30,)]},
)
_net(
    "dummy",
    X,
    _lines(
        'layer { name: "d" type: "DummyData" top: "d" '
        'dummy_data_param { shape { dim: 2 dim: 6 dim: 7 dim: 5 } data_filler { type: "constant" value: 0.75 } } }',
        layer("Eltwise", "", bottom="x,d"),
    ),
)


def _put(array, path):
    path.write_bytes(struct.pack(f"<{array.ndim + 1}i", array.ndim, *array.shape) + array.astype(np.float32).tobytes())


def _get(path):
    data = path.read_bytes()
    (rank,) = struct.unpack("<i", data[:4])
    shape = struct.unpack(f"<{rank}i", data[4 : 4 + 4 * rank])
    return np.frombuffer(data[4 + 4 * rank :], np.float32).reshape(shape)


def main(program):
    """Asks Caffe about every net."""
    found = {}
    for name, net in NETS.items():
        with tempfile.TemporaryDirectory() as folder:
            path, place = net.save(folder), Path(folder)
            for key, array in net.feeds().items():
                _put(array, place / f"in.{key}")
            weights = path if path.suffix == ".caffemodel" else "-"
            subprocess.run([program, place / "net.prototxt", weights, place], check=True, capture_output=True)
            found |= {f"{name}/{file.name[4:]}": _get(file) for file in place.glob("out.*")}
    np.savez_compressed(Path(__file__).with_name("answers.npz"), **found)
    print(f"{len(NETS)} nets, {len(found)} arrays")


if __name__ == "__main__":
    main(sys.argv[1])
