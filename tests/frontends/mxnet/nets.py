"""Whole nets of the kinds that people export, with seeded weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.frontends.mxnet.symbol_writer import SymbolWriter


class Layers(SymbolWriter):
    """Layers with random parameters."""

    def __init__(self, seed):
        super().__init__()
        self.random = np.random.RandomState(seed)

    def weight(self, name, *shape, scale=None):
        spread = scale or (1 / np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 0.3)
        return self.param(name, (self.random.standard_normal(shape) * spread).astype(np.float32))

    def data(self, name, *shape):
        return self.input(name, self.random.standard_normal(shape).astype(np.float32))

    def conv(self, x, name, inputs, outputs, kernel=3, stride=1, act=None):
        pad = kernel // 2
        x = self.op(
            "Convolution",
            x,
            self.weight(f"{name}_weight", outputs, inputs, kernel, kernel, scale=np.sqrt(2 / (inputs * kernel**2))),
            name=f"{name}_fwd",
            kernel=(kernel, kernel),
            stride=(stride, stride),
            pad=(pad, pad),
            num_filter=outputs,
            no_bias=True,
        )
        x = self.norm(x, f"{name}_bn", outputs)
        if act == "prelu":
            return self.op("LeakyReLU", x, self.weight(f"{name}_gamma", outputs), act_type="prelu")
        if act == "leaky":
            return self.op("LeakyReLU", x, act_type="leaky", slope=0.1)
        return x if act is None else self.op("Activation", x, act_type=act)

    def norm(self, x, name, channels):
        gamma, beta = self.weight(f"{name}_gamma", channels), self.weight(f"{name}_beta", channels)
        mean = self.param(f"{name}_running_mean", np.zeros(channels, np.float32), "aux")
        variance = self.random.uniform(0.5, 1.5, channels).astype(np.float32)
        spread = self.param(f"{name}_running_var", variance, "aux")
        return self.op("BatchNorm", x, gamma, beta, mean, spread, name=f"{name}_fwd", fix_gamma=False, eps=1e-5)

    def dense(self, x, name, inputs, outputs, **attributes):
        weight, bias = self.weight(f"{name}_weight", outputs, inputs), self.weight(f"{name}_bias", outputs)
        return self.op("FullyConnected", x, weight, bias, name=f"{name}_fwd", num_hidden=outputs, **attributes)


def insightface():
    """A face net: residual units with PReLU, BatchNorm first, a dense layer, BatchNorm with fixed gamma."""
    net = Layers(1)
    x = net.op("_mul_scalar", net.op("_minus_scalar", net.data("data", 1, 3, 16, 16), scalar=0.1), scalar=0.9)
    x = net.conv(x, "stem", 3, 8, act="prelu")
    for i, (inputs, outputs, stride) in enumerate([(8, 8, 2), (8, 16, 2), (16, 16, 1)]):
        y = net.conv(net.norm(x, f"u{i}_bn1", inputs), f"u{i}_a", inputs, outputs, act="prelu")
        y = net.conv(y, f"u{i}_b", outputs, outputs, stride=stride)
        same = stride == 1 and inputs == outputs
        short = x if same else net.conv(x, f"u{i}_sc", inputs, outputs, kernel=1, stride=stride)
        x = net.op("elemwise_add", y, short)
    x = net.op("Dropout", net.norm(x, "bn1", 16), p=0.4)
    x = net.norm(net.dense(x, "pre_fc1", 16 * 16, 12), "fc1", 12)
    return net, [net.op("L2Normalization", x, mode="instance")]


def ssd():
    """Single-shot detector of GluonCV: heads for classes and boxes on two maps, box_decode, box_nms."""
    net, classes, anchors = Layers(2), 3, 4
    x = net.conv(net.data("data", 1, 3, 32, 32), "c0", 3, 8, stride=2, act="relu")
    maps = [net.conv(x, "c1", 8, 12, stride=2, act="relu")]
    maps.append(net.conv(maps[0], "c2", 12, 12, stride=2, act="relu"))
    scores, boxes, priors = [], [], []
    for i, (feature, step) in enumerate(zip(maps, (8, 16), strict=True)):
        for kind, width, parts in (("class", anchors * (classes + 1), scores), ("box", anchors * 4, boxes)):
            head = net.op(
                "Convolution",
                feature,
                net.weight(f"{kind}{i}_weight", width, 12, 3, 3),
                net.weight(f"{kind}{i}_bias", width),
                kernel=(3, 3),
                pad=(1, 1),
                num_filter=width,
            )
            parts.append(net.op("Flatten", net.op("transpose", head, axes=(0, 2, 3, 1))))
        size = 32 // step * 2
        places = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij"), -1) + 0.5
        centers = np.repeat(places[..., ::-1].reshape(-1, 1, 2), anchors, 1) * (step / 2)
        extents = np.broadcast_to(np.array([[4, 4], [8, 8], [6, 10], [10, 6]]), centers.shape)
        table = np.concatenate([centers, extents], -1).reshape(1, size, size, -1).astype(np.float32)
        stored = net.param(f"anchors{i}", table)
        like = net.op("slice_like", stored, net.op("zeros_like", feature), axes="(0,)")
        priors.append(net.op("Reshape", like, shape=(1, -1, 4)))
    parts = {"num_args": 2, "dim": 1}
    logits = net.op("Reshape", net.op("Concat", *scores, **parts), shape=(0, -1, classes + 1))
    offsets = net.op("Reshape", net.op("Concat", *boxes, **parts), shape=(0, -1, 4))
    anchor = net.op("Concat", *priors, **parts)
    box = net.op("_contrib_box_decode", offsets, anchor, std0=0.1, std1=0.1, std2=0.2, std3=0.2, format="center")
    prob = net.op("softmax", logits, axis=-1)
    results = []
    for label in range(classes):
        score = net.op("slice_axis", prob, axis=-1, begin=label + 1, end=label + 2)
        enough = net.op("_greater_scalar", score, scalar=0.01)
        own = net.op(
            "where",
            enough,
            net.op("_mul_scalar", net.op("ones_like", score), scalar=label),
            net.op("_mul_scalar", net.op("ones_like", score), scalar=-1),
        )
        kept = net.op("where", enough, score, net.op("zeros_like", score))
        results.append(net.op("Concat", own, kept, box, num_args=3, dim=-1))
    table = net.op("Concat", *results, num_args=classes, dim=1)
    table = net.op(
        "_contrib_box_nms",
        table,
        overlap_thresh=0.45,
        topk=40,
        valid_thresh=0.01,
        id_index=0,
        score_index=1,
        coord_start=2,
        force_suppress=False,
    )
    table = net.op("slice_axis", table, axis=1, begin=0, end=20)
    cut = [net.op("slice_axis", table, axis=2, begin=a, end=b) for a, b in ((0, 1), (1, 2), (2, 6))]
    return net, cut


def yolo():
    """YOLOv3 of GluonCV: one output map, its offsets and anchors sliced by the map, boxes and scores, box_nms."""
    net, classes, anchors = Layers(3), 2, 3
    x = net.conv(net.data("data", 1, 3, 32, 32), "c0", 3, 8, stride=2, act="leaky")
    x = net.conv(net.conv(x, "c1", 8, 8, stride=2, act="leaky"), "c2", 8, 12, stride=2, act="leaky")
    up = net.op("repeat", net.op("repeat", x, axis=-1, repeats=2), axis=-2, repeats=2)
    x = net.conv(net.op("slice_like", up, x, axes="(2, 3)"), "c3", 12, 12, act="leaky")
    width = anchors * (5 + classes)
    x = net.op(
        "Convolution",
        x,
        net.weight("out_weight", width, 12, 1, 1),
        net.weight("out_bias", width),
        kernel=(1, 1),
        num_filter=width,
    )
    pred = net.op("Reshape", x, shape=(0, anchors * (5 + classes), -1))
    pred = net.op("transpose", pred, axes=(0, 2, 1))
    pred = net.op("Reshape", pred, shape=(0, -1, anchors, 5 + classes))
    centers, scales, objectness, labels = (
        net.op("slice_axis", pred, axis=-1, begin=a, end=b) for a, b in ((0, 2), (2, 4), (4, 5), (5, "None"))
    )
    grid = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1)[None, None].astype(np.float32)
    offsets = net.op("slice_like", net.param("offsets", grid), net.op("_mul_scalar", x, scalar=0), axes="(2, 3)")
    offsets = net.op("Reshape", offsets, shape=(1, -1, 1, 2))
    sizes = net.param("anchors", np.array([[5, 6], [8, 9], [12, 10]], np.float32).reshape(1, 1, 3, 2))
    middles = net.op("_mul_scalar", net.op("broadcast_add", net.op("sigmoid", centers), offsets), scalar=8)
    extents = net.op("broadcast_mul", net.op("exp", scales), sizes)
    sure = net.op("sigmoid", objectness)
    chance = net.op("broadcast_mul", net.op("sigmoid", labels), sure)
    half = net.op("_div_scalar", extents, scalar=2)
    box = net.op(
        "Concat", net.op("elemwise_sub", middles, half), net.op("elemwise_add", middles, half), num_args=2, dim=-1
    )
    boxes = net.op("tile", box, reps=(classes, 1, 1, 1, 1))
    score = net.op("expand_dims", net.op("transpose", chance, axes=(3, 0, 1, 2)), axis=-1)
    number = net.param("ids", np.arange(classes, dtype=np.float32).reshape(-1, 1, 1, 1, 1))
    ids = net.op("broadcast_add", net.op("_mul_scalar", score, scalar=0), number)
    rows = net.op("Concat", ids, score, boxes, num_args=3, dim=-1)
    rows = net.op("Reshape", net.op("transpose", rows, axes=(1, 0, 2, 3, 4)), shape=(0, -1, 6))
    made = net.op(
        "_contrib_box_nms",
        rows,
        overlap_thresh=0.45,
        valid_thresh=0.01,
        topk=50,
        id_index=0,
        score_index=1,
        coord_start=2,
        force_suppress=False,
    )
    return net, [net.op("slice_axis", made, axis=1, begin=0, end=30)]


def tagger():
    """Words to tags: embedding, a bidirectional LSTM of two layers whose states begin with zeros, a dense layer."""
    net, hidden = Layers(4), 6
    ids = net.input("data", net.random.randint(0, 20, (2, 7)).astype(np.float32))
    x = net.op("Embedding", ids, net.weight("embed_weight", 20, 5), input_dim=20, output_dim=5)
    x = net.op("SwapAxis", x, dim1=0, dim2=1)
    parts = []
    for kind in ("weight", "bias"):
        for layer in range(2):
            width = 5 if layer == 0 else 2 * hidden
            for side in "lr":
                for gate, inputs in (("i2h", width), ("h2h", hidden)):
                    shape = (4 * hidden, inputs) if kind == "weight" else (4 * hidden,)
                    value = net.weight(f"lstm_{side}{layer}_{gate}_{kind}", *shape)
                    parts.append(net.op("Reshape", value, shape=(-1,)))
    vector = net.op("_rnn_param_concat", *parts, num_args=len(parts), dim=0)
    states = [net.op("_zeros", shape=(4, 2, hidden), ctx="cpu(0)", dtype="float32") for _ in range(2)]
    x = net.op(
        "RNN",
        x,
        vector,
        *states,
        state_size=hidden,
        num_layers=2,
        bidirectional=True,
        mode="lstm",
        p=0,
        state_outputs=True,
    )
    x = net.op("SwapAxis", x, dim1=0, dim2=1)
    return net, [net.op("argmax", net.dense(x, "tag", 2 * hidden, 4, flatten=False), axis=-1), x]


def transformer():
    """A block of GluonNLP's BERT: interleaved attention with lengths, LayerNorm, gelu."""
    net, heads, width, time, batch = Layers(5), 2, 8, 6, 2
    ids = net.input("tokens", net.random.randint(0, 20, (batch, time)).astype(np.float32))
    length = net.input("valid_length", np.array([4, 6], np.float32))
    x = net.op("Embedding", ids, net.weight("embed_weight", 20, width), input_dim=20, output_dim=width)
    places = net.op("_contrib_arange_like", ids, axis=1)
    place = net.op("Embedding", places, net.weight("place_weight", 10, width), input_dim=10, output_dim=width)
    x = net.op("broadcast_add", x, net.op("expand_dims", place, axis=0))
    x = net.op("LayerNorm", x, net.weight("ln_gamma", width), net.weight("ln_beta", width), axis=-1, eps=1e-12)
    x = net.op("transpose", x, axes=(1, 0, 2))
    qkv = net.dense(x, "qkv", width, 3 * width, flatten=False)
    scores = net.op("_contrib_interleaved_matmul_selfatt_qk", qkv, heads=heads)
    steps = net.op("Reshape", places, shape=(1, -1))
    inside = net.op("broadcast_lesser", steps, net.op("Reshape", length, shape=(-1, 1)))
    mask = net.op("broadcast_axis", net.op("expand_dims", inside, axis=1), axis=1, size=time)
    mask = net.op(
        "Reshape",
        net.op("broadcast_axis", net.op("expand_dims", mask, axis=1), axis=1, size=heads),
        shape=(-1, 0, 0),
        reverse=True,
    )
    low = net.op("_mul_scalar", net.op("_rminus_scalar", mask, scalar=1), scalar=-1e9)
    weights = net.op("softmax", net.op("elemwise_add", scores, low), axis=-1)
    seen = net.op("_contrib_interleaved_matmul_selfatt_valatt", qkv, net.op("Dropout", weights, p=0.1), heads=heads)
    x = net.op("elemwise_add", net.dense(seen, "proj", width, width, flatten=False), x)
    x = net.op("LayerNorm", x, net.weight("ln1_gamma", width), net.weight("ln1_beta", width), axis=-1)
    y = net.op("LeakyReLU", net.dense(x, "ffn1", width, 16, flatten=False), act_type="gelu")
    x = net.op("elemwise_add", net.dense(y, "ffn2", 16, width, flatten=False), x)
    x = net.op(
        "transpose",
        net.op("LayerNorm", x, net.weight("ln2_gamma", width), net.weight("ln2_beta", width)),
        axes=(1, 0, 2),
    )
    first = net.op("Reshape", net.op("slice_axis", x, axis=1, begin=0, end=1), shape=(0, -1))
    return net, [x, net.op("Activation", net.dense(first, "pool", width, width), act_type="tanh")]


NETS: dict[str, Callable] = {
    "insightface": insightface,
    "ssd": ssd,
    "yolo": yolo,
    "tagger": tagger,
    "transformer": transformer,
}
