"""Nets in the spelling of each generation of MXNet's files, built by hand: names of operations, attributes, entries,
what variables and arrays look like. What they answer is MXNet 1.9.1's word, which upgrades them when it loads them
(``make_old.py``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np

from tests.frontends.mxnet.exported import array_of
from tests.frontends.mxnet.symbol_writer import params_bytes


@attrs.frozen
class Generation:
    """``key``: where attributes stand; ``version``: what the file says of itself; ``arrays``: the version of its
    arrays; ``states``: whether it lists the states of BatchNorm; ``full``: whether it has every default in words."""

    name: str
    key: str
    version: int | None
    arrays: int
    states: bool = True
    full: bool = False
    python2: bool = False


GENERATIONS = (
    Generation("0.7", "param", None, 0, states=False, full=True),
    Generation("0.8", "param", None, 0, states=False, full=True, python2=True),
    Generation("0.9.0", "attr", 900, 0, python2=True),
    Generation("0.9.3", "attr", 903, 0),
    Generation("0.9.5", "attr", 905, 0),
    Generation("0.10", "attr", 1000, 1),
    Generation("0.12", "attr", 1200, 1),
    Generation("1.0", "attr", 10000, 2),
    Generation("1.2", "attrs", 10200, 2),
    Generation("1.5", "attrs", 10500, 2),
    Generation("1.8", "attrs", 10800, 2),
)


class OldWriter:
    """A symbol of one generation."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.nodes: list[dict[str, object]] = []
        self.params: dict[str, np.ndarray] = {}
        self.inputs: dict[str, np.ndarray] = {}

    def data(self, name, array, **notes):
        self.inputs[name] = np.asarray(array, np.float32)
        return self._add("null", name, (), {}, notes)

    def weight(self, name, *shape, kind="arg"):
        self.params[f"{kind}:{name}"] = array_of(name, shape)
        return self._add("null", name, (), {}, {"lr_mult": "0.5", "__wd_mult__": "0.0"})

    def op(self, op, *inputs, name=None, notes=None, defaults=None, **attributes):
        """A node. ``defaults``: attributes that files with everything in words have too."""
        if self.generation.full:
            attributes = {**(defaults or {}), **attributes}
        return self._add(op, name or f"{op.lower().strip('_')}{len(self.nodes)}", inputs, attributes, notes or {})

    def norm(self, x, name, channels, op="BatchNorm", **attributes):
        """BatchNorm; the oldest files have its states among the arrays alone."""
        vectors = [self.weight(f"{name}_{end}", channels) for end in ("gamma", "beta")]
        states = [f"{name}_moving_{end}" for end in ("mean", "var")]
        if self.generation.states:
            vectors += [self.weight(each, channels, kind="aux") for each in states]
        else:
            self.params |= {f"aux:{each}": array_of(each, (channels,)) for each in states}
        defaults = {"eps": 0.001, "momentum": 0.9, "fix_gamma": True, "use_global_stats": False}
        return self.op(op, x, *vectors, name=name, defaults=defaults, **attributes)

    def _add(self, op, name, inputs, attributes, notes):
        old = self.generation.key == "param"
        node = {"op": op, "name": name, "inputs": [list(e[:2]) if old else [*e[:2], 0] for e in inputs]}
        spelt = {key: self._spelt(value) for key, value in attributes.items()}
        if old:
            node |= {"param": spelt, "backward_source_id": -1}
            node |= {"attr": notes} if notes else {}
        elif spelt or notes:
            node[self.generation.key] = {**spelt, **notes}
        self.nodes.append(node)
        return (len(self.nodes) - 1, 0)

    def _spelt(self, value):
        """As Python 2 printed whole numbers of numpy, in some files."""
        if isinstance(value, tuple):
            end = "L" if self.generation.python2 else ""
            inner = ("," if self.generation.full else ", ").join(f"{item}{end}" for item in value)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        return str(value)

    def symbol(self, *heads):
        """The JSON, as plain values."""
        old, nodes = self.generation.key == "param", self.nodes
        made = {"nodes": nodes, "arg_nodes": [i for i, node in enumerate(nodes) if node["op"] == "null"]}
        made["heads"] = [list(e[:2]) if old else [*e[:2], 0] for e in heads]
        if not old:
            made["node_row_ptr"] = list(range(len(nodes) + 1))
            made["attrs"] = {"mxnet_version": ["int", self.generation.version]}
        return made

    def save(self, folder: Path, *heads) -> Path:
        """Writes both files; the path of the symbol."""
        path = Path(folder) / "net-symbol.json"
        path.write_text(json.dumps(self.symbol(*heads), indent=2))
        (Path(folder) / "net-0000.params").write_bytes(params_bytes(self.params, self.generation.arrays))
        return path


def numbers(seed, *shape):
    return np.random.RandomState(seed).standard_normal(shape).astype(np.float32)


def picture(net: OldWriter):
    """An inception-like net with a skip, a crop and an upsampling, as the first files of segmentation had them."""
    x = net.data("data", numbers(1, 2, 3, 9, 9))
    plain = {"stride": (1, 1), "dilate": (1, 1), "pad": (0, 0), "num_group": 1, "workspace": 1024}
    c = net.op(
        *("Convolution", x, net.weight("conv1_weight", 6, 3, 3, 3), net.weight("conv1_bias", 6)),
        name="conv1",
        notes={"ctx_group": "stage1", "weight_lr_mult": "2.0"},
        defaults={**plain, "no_bias": False, "cudnn_off": False, "cudnn_tune": "off"},
        kernel=(3, 3),
        pad=(1, 1),
        num_filter=6,
    )
    b = net.norm(c, "bn1", 6, eps=2e-5, fix_gamma=False)
    a = net.op("Activation", b, act_type="relu", name="relu1")
    pooled = net.op(
        *("Pooling", a),
        name="pool1",
        defaults={"global_pool": False, "pad": (0, 0)},
        kernel=(3, 3),
        stride=(2, 2),
        pool_type="max",
    )
    left = net.op("Convolution", pooled, net.weight("left_weight", 4, 6, 1, 1), kernel=(1, 1), num_filter=4, no_bias=1)
    right = net.op("LeakyReLU", pooled, net.weight("right_gamma", 6), act_type="prelu", name="right", slope=0.25)
    both = net.op("Concat", left, right, num_args=2, name="both", defaults={"dim": 1})
    both = net.norm(both, "bn2", 10, op="BatchNorm_v1")
    up = net.op(
        *("UpSampling", both, net.weight("up_weight", 10, 1, 4, 4)),
        name="up",
        defaults={"workspace": 512, "multi_input_mode": "concat"},
        scale=2,
        num_filter=10,
        sample_type="bilinear",
        num_args=2,
    )
    cropped = net.op("Crop", a, up, name="crop1", num_args=2, offset=(1, 0), defaults={"center_crop": False})
    kernel = net.weight("d_weight", 10, 6, 2, 2)
    small = net.op("Deconvolution", both, kernel, kernel=(2, 2), stride=(2, 2), num_filter=6)
    summed = net.op("_Plus", cropped, small)
    average = net.op("Pooling", summed, kernel=(3, 3), stride=(2, 2), pool_type="avg", pad=(1, 1))
    n = net.op("LRN", average, nsize=3, alpha=0.01, defaults={"beta": 0.75, "knorm": 2})
    flat = net.op("Flatten", n)
    dense = net.op(
        *("FullyConnected", flat, net.weight("fc_weight", 5, 6 * 4 * 4), net.weight("fc_bias", 5)),
        name="fc",
        defaults={"no_bias": False},
        num_hidden=5,
    )
    label = net.data("softmax_label", np.zeros(2))
    return [net.op("Softmax", net.op("Dropout", dense, p=0.5), label, name="softmax", grad_scale=1), up]


def arithmetic(net: OldWriter):
    """The first names of operations between arrays, and of arrays and numbers."""
    x, y = net.data("data", np.abs(numbers(2, 3, 4)) + 0.5), net.weight("offset_gamma", 3, 4)
    outs = [net.op(name, x, y) for name in ("_Plus", "_Minus", "_Mul", "_Div", "_Power", "_Maximum", "_Minimum")]
    for name in ("Plus", "Minus", "RMinus", "Mul", "Div", "RDiv", "Power", "RPower", "Maximum", "Minimum"):
        outs.append(net.op(f"_{name}Scalar", x, scalar="1.500000"))
    outs.append(net.op("ElementWiseSum", x, y, x, num_args=3))
    outs += [net.op(name, x) for name in ("square", "sqrt", "rsqrt", "exp", "log", "abs", "sign", "round", "norm")]
    outs.append(net.op("BlockGrad", x))
    outs.append(net.op("Cast", x, dtype="int32"))
    return outs


def shapes(net: OldWriter):
    """Reductions, reshapes and parts by their first names."""
    x = net.data("data", numbers(3, 2, 6, 4))
    outs = [net.op(name, x, axis=1, keepdims=True) for name in ("sum_axis", "max_axis", "min_axis")]
    outs += [net.op(name, x) for name in ("sum", "max", "min")]
    outs.append(net.op("argmax", x, axis=-1))
    outs.append(net.op("argmin", x, axis=-1, keepdims=False))
    outs.append(net.op("argmax_channel", net.op("Flatten", x)))
    outs.append(net.op("broadcast_axis", outs[0], axis=1, size=3))
    outs.append(net.op("broadcast_plus", x, outs[0]))
    outs.append(net.op("Reshape", x, target_shape=(0, 24), keep_highest=True, defaults={"shape": (), "reverse": False}))
    outs.append(net.op("Reshape", x, target_shape=(3, 16), keep_highest=False))
    outs.append(net.op("Reshape", x, shape=(0, -1), defaults={"target_shape": (0, 0), "keep_highest": False}))
    outs.append(net.op("SwapAxis", x, dim1=0, dim2=2))
    parts = net.op("SliceChannel", x, num_outputs=3, axis=1, defaults={"squeeze_axis": False}, name="parts")
    outs.append(net.op("Concat", (parts[0], 2), (parts[0], 0), num_args=2, dim=2))
    outs.append(net.op("crop", x, begin=(0, 1, 1), end=(2, 4, 3)))
    outs.append(net.op("slice_axis", x, axis=2, begin=1, end=3))
    outs.append(net.op("flip", x, axis=1))
    outs.append(net.op("expand_dims", x, axis=1))
    outs.append(net.op("transpose", x, axes=(2, 0, 1)))
    outs.append(net.op("batch_dot", x, net.op("transpose", x, axes=(0, 2, 1))))
    outs.append(net.op("L2Normalization", x, eps=1e-10, defaults={"mode": "instance"}))
    return outs


def words(net: OldWriter):
    """Two steps of an LSTM over words as cells unrolled it, and a softmax at each step."""
    ids = net.data("data", [[0, 3], [2, 1], [4, 4]])
    e = net.op("Embedding", ids, net.weight("embed_weight", 5, 6), input_dim=5, output_dim=6, name="embed")
    steps = net.op("SliceChannel", e, num_outputs=2, axis=1, squeeze_axis=True, name="wordvec")
    c, h = net.data("l0_init_c", numbers(4, 3, 4)), net.data("l0_init_h", numbers(5, 3, 4))
    own = [net.weight(f"l0_{end}", *shape) for end, shape in LSTM.items()]
    hidden = []
    for t in range(2):
        i2h = net.op("FullyConnected", (steps[0], t), *own[:2], num_hidden=16, name=f"t{t}_l0_i2h")
        h2h = net.op("FullyConnected", h, *own[2:], num_hidden=16, name=f"t{t}_l0_h2h")
        gates = net.op("_Plus", i2h, h2h) if net.generation.full else net.op("elemwise_add", i2h, h2h)
        gate = net.op("SliceChannel", gates, num_outputs=4, name=f"t{t}_l0_slice")[0]
        i, f, o = (net.op("Activation", (gate, k), act_type="sigmoid") for k in (0, 2, 3))
        g = net.op("Activation", (gate, 1), act_type="tanh")
        c = net.op("_Plus", net.op("_Mul", f, c), net.op("_Mul", i, g))
        h = net.op("_Mul", o, net.op("Activation", c, act_type="tanh"))
        hidden.append(h)
    joined = net.op("Concat", *hidden, num_args=2, dim=0)
    scores = net.op("FullyConnected", joined, net.weight("cls_weight", 5, 4), net.weight("cls_bias", 5), num_hidden=5)
    turned = net.op("Reshape", scores, target_shape=(2, 3, 5))
    label = net.data("softmax_label", np.zeros((2, 3)))
    turned = net.op("SwapAxis", turned, dim1=1, dim2=2)
    last = net.op("SoftmaxOutput", turned, label, multi_output=True, use_ignore=True)
    return [last, net.op("SoftmaxActivation", scores, mode="instance"), c]


LSTM = {"i2h_weight": (16, 6), "i2h_bias": (16,), "h2h_weight": (16, 4), "h2h_bias": (16,)}
NETS: dict[str, Callable[[OldWriter], list[tuple[int, int]]]] = {
    each.__name__: each for each in (picture, arithmetic, shapes, words)
}
LABELS = {"softmax_label"}


def written(name: str, generation: Generation) -> tuple[OldWriter, list[tuple[int, int]]]:
    """A net of that name in that spelling, and its outputs."""
    net = OldWriter(generation)
    return net, NETS[name](net)
