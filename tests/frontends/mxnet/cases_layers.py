"""The layers of networks."""

from __future__ import annotations

import numpy as np

from tests.frontends.mxnet.cases import case, uniform, whole

case("FullyConnected", (2, 3, 4), (5, 12), (5,), params=(1, 2), num_hidden=5)
case("FullyConnected", (2, 3, 4), (5, 4), name="rows", params=(1,), num_hidden=5, no_bias=True, flatten=False)
case("Convolution", (2, 3, 6, 7), (4, 3, 3, 3), (4,), params=(1, 2), kernel="(3, 3)", num_filter=4)
STRIDED = {"stride": "(2, 1)", "pad": "(1, 2)", "dilate": "(1, 2)"}
case(
    "Convolution",
    (2, 3, 6, 9),
    (4, 3, 3, 3),
    name="strides",
    params=(1,),
    kernel="(3, 3)",
    num_filter=4,
    no_bias=True,
    **STRIDED,
)
case(
    "Convolution",
    (2, 4, 6, 7),
    (6, 2, 3, 3),
    (6,),
    name="groups",
    params=(1, 2),
    kernel="(3, 3)",
    num_filter=6,
    num_group=2,
)
case(
    "Convolution",
    (2, 4, 6, 7),
    (4, 1, 3, 3),
    name="depthwise",
    params=(1,),
    kernel="(3, 3)",
    num_filter=4,
    num_group=4,
    no_bias=True,
)
case(
    "Convolution",
    (2, 3, 9),
    (4, 3, 3),
    (4,),
    name="1d",
    params=(1, 2),
    kernel="(3,)",
    num_filter=4,
    stride="(2,)",
    layout="NCW",
)
case("Convolution", (1, 2, 4, 5, 4), (3, 2, 2, 3, 2), (3,), name="3d", params=(1, 2), kernel="(2, 3, 2)", num_filter=3)
case("Convolution_v1", (2, 3, 6, 7), (4, 3, 3, 3), (4,), params=(1, 2), kernel="(3, 3)", num_filter=4)
case("Deconvolution", (2, 3, 4, 5), (3, 4, 3, 3), params=(1,), kernel="(3, 3)", num_filter=4)
case(
    "Deconvolution",
    (2, 3, 4, 5),
    (3, 4, 3, 3),
    (4,),
    name="adj",
    params=(1, 2),
    kernel="(3, 3)",
    num_filter=4,
    stride="(2, 2)",
    pad="(1, 1)",
    adj="(1, 1)",
    no_bias=False,
)
case(
    "Deconvolution",
    (2, 4, 4, 5),
    (4, 3, 2, 2),
    name="groups",
    params=(1,),
    kernel="(2, 2)",
    num_filter=6,
    num_group=2,
    stride="(2, 2)",
)
case("Deconvolution", (2, 3, 6), (3, 4, 3), name="1d", params=(1,), kernel="(3,)", num_filter=4, stride="(2,)")
case(
    "Deconvolution",
    (2, 3, 6, 5),
    (3, 4, 3, 3),
    name="dilate",
    params=(1,),
    kernel="(3, 3)",
    num_filter=4,
    dilate="(2, 2)",
)

for kind in ("max", "avg", "sum"):
    for convention in ("valid", "full"):
        case(
            "Pooling",
            (2, 3, 8, 9),
            name=f"{kind}_{convention}",
            kernel="(3, 3)",
            stride="(2, 2)",
            pad="(1, 1)",
            pool_type=kind,
            pooling_convention=convention,
        )
    case("Pooling", (2, 3, 8, 9), name=f"{kind}_global", pool_type=kind, global_pool=True)
    case(
        "Pooling",
        (2, 3, 8, 9),
        name=f"{kind}_full_bare",
        kernel="(2, 3)",
        stride="(3, 2)",
        pool_type=kind,
        pooling_convention="full",
    )
for p in (1, 2, 3):
    case(
        "Pooling",
        uniform((2, 3, 8, 9), 0.1, 2),
        name=f"lp{p}",
        kernel="(3, 3)",
        stride="(2, 2)",
        pool_type="lp",
        p_value=p,
    )
case("Pooling", uniform((2, 3, 4, 4), 0.1, 2), name="lp_global", pool_type="lp", p_value=2, global_pool=True)
for convention in ("valid", "full"):
    case(
        "Pooling",
        (2, 3, 8, 9),
        name=f"without_pad_{convention}",
        kernel="(3, 3)",
        stride="(2, 2)",
        pad="(1, 1)",
        pool_type="avg",
        count_include_pad=False,
        pooling_convention=convention,
    )
case("Pooling", (2, 3, 9), name="1d", kernel="(3,)", stride="(2,)", pad="(1,)")
case(
    "Pooling",
    (1, 2, 5, 6, 4),
    name="3d",
    kernel="(2, 2, 2)",
    stride="(2, 2, 2)",
    pool_type="avg",
    pooling_convention="full",
)
case("Pooling_v1", (2, 3, 8, 9), kernel="(3, 3)", stride="(2, 2)", pad="(1, 1)", pool_type="avg")

STATES = (uniform((3,), 0.5, 2, 5), uniform((3,), -1, 1, 6), uniform((3,), -1, 1, 7), uniform((3,), 0.5, 2, 8))
case("BatchNorm", (2, 3, 4, 5), *STATES, params=(1, 2, 3, 4))
case("BatchNorm", (2, 3, 4, 5), *STATES, name="gamma", params=(1, 2, 3, 4), fix_gamma=False, eps=1e-5)
case("BatchNorm", (2, 4, 5, 3), *STATES, name="last", params=(1, 2, 3, 4), fix_gamma=False, axis=-1)
case("BatchNorm", (4, 3), *STATES, name="matrix", params=(1, 2, 3, 4), fix_gamma=False)
case("_contrib_BatchNormWithReLU", (2, 3, 4, 5), *STATES, params=(1, 2, 3, 4), fix_gamma=False)
case("_contrib_SyncBatchNorm", (2, 3, 4, 5), *STATES, params=(1, 2, 3, 4), fix_gamma=False, key="k")
case("LayerNorm", (2, 3, 4), (4,), (4,), params=(1, 2))
case("LayerNorm", (2, 3, 4), (3,), (3,), name="axis", params=(1, 2), axis=1, eps=1e-3)
case("InstanceNorm", (2, 3, 4, 5), (3,), (3,), params=(1, 2))
case("GroupNorm", (2, 6, 4, 5), (2,), (2,), params=(1, 2), num_groups=2)
for mode in ("instance", "channel", "spatial"):
    case("L2Normalization", (2, 3, 4, 5), name=mode, mode=mode)
case("LRN", (2, 7, 3, 4), nsize=5, alpha=0.1, beta=0.6, knorm=1.5)

for kind in ("relu", "sigmoid", "tanh", "softrelu", "softsign"):
    case("Activation", (3, 4), name=kind, act_type=kind)
for kind in ("leaky", "elu", "selu", "gelu"):
    case("LeakyReLU", (3, 4), name=kind, act_type=kind)
case("LeakyReLU", (3, 4), name="rrelu", act_type="rrelu", lower_bound=0.1, upper_bound=0.3)
case("LeakyReLU", (3, 4), name="slope", act_type="leaky", slope=0.1)
case("LeakyReLU", (2, 3, 4, 5), (3,), name="prelu", params=(1,), act_type="prelu")
case("LeakyReLU", (2, 3, 4, 5), (1,), name="prelu_one", params=(1,), act_type="prelu")
case("softmax", (3, 4, 2))
case("softmax", (3, 4, 2), name="axis", axis=1, temperature=2.5)
case("softmax", (3, 4), whole((3,), 1, 5, dtype=np.int32), name="length", axis=1, use_length=True)
case("softmax", (3, 4, 2), whole((3, 2), 1, 5, dtype=np.int32), name="length_inner", axis=1, use_length=True)
case("softmin", (3, 4))
case("log_softmax", (3, 4), axis=-1)
case("SoftmaxActivation", (2, 3, 4))
case("SoftmaxActivation", (2, 3, 4, 5), name="channel", mode="channel")
case("SoftmaxOutput", (2, 5), whole((2,), 0, 5))
case("SoftmaxOutput", (2, 3, 4), whole((2, 3), 0, 4), name="flat")
case("SoftmaxOutput", (2, 3, 4), whole((2, 4), 0, 3), name="multi", multi_output=True)
case("SoftmaxOutput", (2, 3, 4), whole((2, 3), 0, 4), name="preserve", preserve_shape=True)
for op in ("LinearRegressionOutput", "LogisticRegressionOutput", "MAERegressionOutput"):
    case(op, (2, 5), (2, 5))
case("SVMOutput", (2, 5), whole((2,), 0, 5))
case("Dropout", (2, 5), p=0.3)

case("dot", (3, 4), (4, 5))
case("dot", (4, 3), (5, 4), name="both", transpose_a=True, transpose_b=True)
case("dot", (4,), (4,), name="vectors")
case("dot", (2, 3, 4), (4, 5), name="ranks")
case("dot", (2, 3, 4), (4, 5, 2), name="more")
case("dot", (2, 3, 4), (2, 5), name="first", transpose_a=True)
case("batch_dot", (2, 3, 4), (2, 4, 5))
case("batch_dot", (2, 4, 3), (2, 5, 4), name="both", transpose_a=True, transpose_b=True)
case("_contrib_interleaved_matmul_selfatt_qk", (4, 2, 18), heads=3)
case("_contrib_interleaved_matmul_selfatt_valatt", (4, 2, 18), (6, 4, 4), heads=3)
case("_contrib_interleaved_matmul_encdec_qk", (4, 2, 6), (5, 2, 12), heads=3)
case("_contrib_interleaved_matmul_encdec_valatt", (5, 2, 12), (6, 4, 5), heads=3)


def recurrent(mode, layers=1, both=False, **attributes):
    gates = {"lstm": 4, "gru": 3}.get(mode, 1)
    directions, hidden, width = 1 + both, 4, 3
    count = 0
    for layer in range(layers):
        inputs = width if layer == 0 else hidden * directions
        count += directions * gates * hidden * (inputs + hidden + 2)
    states = [(layers * directions, 2, hidden)] * (2 if mode == "lstm" else 1)
    outputs = 1 + len(states) if attributes.get("state_outputs") else 1
    vector = uniform((count,), -0.5, 0.5, 11)
    case(
        "RNN",
        (5, 2, width),
        vector,
        *states,
        name=f"{mode}_{layers}_{directions}_{len(attributes)}",
        params=(1,),
        outputs=outputs,
        state_size=hidden,
        num_layers=layers,
        mode=mode,
        bidirectional=both,
        **attributes,
    )


for kind in ("rnn_tanh", "rnn_relu", "gru", "lstm"):
    recurrent(kind)
    recurrent(kind, 2, both=True, state_outputs=True)
    recurrent(kind, 3)
