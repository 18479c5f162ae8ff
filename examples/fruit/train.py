"""Makes the two Caffe models of this folder: random convolutions, and last layers that least squares fit to them.

python examples/fruit/train.py         (a minute; the files are there already)
"""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

import numpy as np
from pictures import FRUIT, SIZE, picture

import dldt
from dldt import runtime

HERE = Path(__file__).parent
CLASSES = len(FRUIT) + 1
PRIOR = 30.0
VARIANCE = (0.1, 0.1, 0.2, 0.2)
PICTURES = 250
_ORDER = "permute_param { order: 0 order: 2 order: 3 order: 1 }"


def main() -> None:
    """Fit and write both."""
    rng = np.random.default_rng(0)
    made = [picture(rng) for _ in range(PICTURES)]
    _detector(rng, made)
    _segmentation(rng, made)


def _detector(rng, made) -> None:
    layers = (("conv1", "data", 24), ("conv2", "conv1", 48), ("conv3", "conv2", 64))
    trunk = [_conv(name, bottom, outputs, 3, 2, 1) for name, bottom, outputs in layers]
    blobs = _random(rng, (3, 24, 48, 64))
    cells = SIZE // 8
    features = _columns(_features(trunk, blobs, made), 3)
    logits, shifts, near = _targets(made, cells)
    scores = _fit(features, logits, 30.0)
    places = _fit(features[near], shifts[near], 30.0)
    variances = " ".join(f"variance: {v}" for v in VARIANCE)
    heads = [
        _conv("loc", "conv3", 4, 3, 1, 1, relu=False),
        _conv("conf", "conv3", CLASSES, 3, 1, 1, relu=False),
        *(_layer("Permute", f"{name}_p", [name], _ORDER) for name in ("loc", "conf")),
        _layer("Flatten", "loc_f", ["loc_p"]),
        _layer("Reshape", "conf_r", ["conf_p"], f"reshape_param {{ shape {{ dim: 0 dim: -1 dim: {CLASSES} }} }}"),
        _layer("Softmax", "conf_s", ["conf_r"], "softmax_param { axis: 2 }"),
        _layer("Flatten", "conf_f", ["conf_s"]),
        _layer("PriorBox", "priors", ["conv3", "data"], f"prior_box_param {{ min_size: {PRIOR} {variances} }}"),
        _layer("DetectionOutput", "detection_out", ["loc_f", "conf_f", "priors"], f"""detection_output_param {{
  num_classes: {CLASSES} background_label_id: 0 nms_param {{ nms_threshold: 0.3 top_k: 100 }} code_type: CENTER_SIZE
  keep_top_k: 20 confidence_threshold: 0.5 }}"""),
    ]  # fmt: skip
    blobs |= {"loc": _as_filters(places, 3), "conf": _as_filters(scores, 3)}
    _write("detector", trunk + heads, blobs)


def _segmentation(rng, made) -> None:
    trunk = [
        _conv("conv1", "data", 16, 3, 1, 1),
        _conv("conv2", "conv1", 24, 3, 1, 2, dilation=2),
        _conv("conv3", "conv2", 48, 3, 1, 4, dilation=4),
    ]
    blobs = _random(rng, (3, 16, 24, 48))
    some = made[:60]
    features = _columns(_features(trunk, blobs, some), 1)[::5]
    classes = np.concatenate([labels.ravel() for _, labels, _ in some])[::5]
    wanted = np.where(classes[:, None] == np.arange(CLASSES), 1.0, -1.0)
    weights = np.sqrt(1 / np.bincount(classes, minlength=CLASSES))[classes, None] * 100
    blobs["score"] = _as_filters(_fit(features * weights, wanted * weights, 0.01), 1)
    heads = [
        _conv("score", "conv3", CLASSES, 1, 1, 0, relu=False),
        _layer("ArgMax", "classes", ["score"], "argmax_param { axis: 1 }"),
    ]
    _write("segmentation", trunk + heads, blobs)


def _targets(made, cells):
    """For each cell of each picture: scores of the classes, and where the fruit is; and which cells have one."""
    centers = (np.arange(cells) + 0.5) * 8
    logits, shifts = np.full((len(made), cells, cells, CLASSES), -3.0), np.zeros((len(made), cells, cells, 4))
    logits[..., 0] = 3.0
    near = np.zeros((len(made), cells, cells), bool)
    for number, (_, _, boxes) in enumerate(made):
        for kind, (left, top, right, bottom) in boxes:
            x, y, w, h = (left + right) / 2, (top + bottom) / 2, right - left, bottom - top
            inside = np.hypot(centers[None] - x, centers[:, None] - y) < 0.45 * w
            dx, dy = np.broadcast_arrays((x - centers[None]) / PRIOR, (y - centers[:, None]) / PRIOR)
            sizes = np.log(w / PRIOR), np.log(h / PRIOR)
            wanted = np.stack([dx, dy, np.full_like(dx, sizes[0]), np.full_like(dx, sizes[1])], -1) / np.array(VARIANCE)
            shifts[number][inside], near[number][inside] = wanted[inside], True
            logits[number][inside] = -3.0
            logits[number, ..., kind][inside] = 3.0
    return logits.reshape(-1, CLASSES), shifts.reshape(-1, 4), near.ravel()


def _features(trunk, blobs, made):
    """What the convolutions answer, for all pictures."""
    with tempfile.TemporaryDirectory() as folder:
        path = _write("trunk", trunk, blobs, Path(folder))
        graph = dldt.read_model(path, inputs={"data": ("N", 3, SIZE, SIZE)})
        artifact, _ = dldt.compile_model(graph, Path(folder) / "trunk.so")
        with runtime.load(artifact) as model:
            return np.concatenate([model(image[None]) for image, _, _ in made])


def _columns(features, kernel):
    """A row for each place: the features in a window, channel by channel, and 1."""
    pad = kernel // 2
    wide = np.pad(features, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    high = features.shape[2]
    windows = [wide[:, :, i : i + high, j : j + high] for i in range(kernel) for j in range(kernel)]
    rows = np.stack(windows, 2).reshape(len(features), -1, high * high).transpose(0, 2, 1)
    rows = rows.reshape(-1, rows.shape[-1])
    return np.concatenate([rows, np.ones((len(rows), 1), np.float32)], 1)


def _fit(features, wanted, ridge):
    """Least squares."""
    square = features.T @ features + ridge * np.eye(features.shape[1])
    return np.linalg.solve(square, features.T @ wanted)


def _as_filters(fitted, kernel):
    outputs = fitted.shape[1]
    return [fitted[:-1].T.reshape(outputs, -1, kernel, kernel).astype(np.float32), fitted[-1].astype(np.float32)]


def _random(rng, channels):
    pairs = enumerate(itertools.pairwise(channels), 1)
    made = {}
    for number, (inputs, outputs) in pairs:
        scale = np.sqrt(2 / (9 * inputs)) / (100 if number == 1 else 1)
        filters = rng.standard_normal((outputs, inputs, 3, 3)) * scale
        made[f"conv{number}"] = [filters.astype(np.float32), rng.uniform(-0.3, 0.3, outputs).astype(np.float32)]
    return made


def _conv(name, bottom, outputs, kernel, stride, pad, dilation=1, relu=True):
    settings = f"num_output: {outputs} kernel_size: {kernel} stride: {stride} pad: {pad} dilation: {dilation}"
    made = _layer("Convolution", name, [bottom], f"convolution_param {{ {settings} }}")
    return made + (_layer("ReLU", f"relu_{name}", [name], top=name) if relu else "")


def _layer(type, name, bottoms, settings="", top=None):
    ends = "".join(f'  bottom: "{bottom}"\n' for bottom in bottoms)
    inner = f"  {settings}\n" if settings else ""
    return f'layer {{\n  name: "{name}"\n  type: "{type}"\n{ends}  top: "{top or name}"\n{inner}}}\n'


def _write(name, layers, blobs, folder=HERE):
    """The net as text, and its weights in the wire format of protobuf."""
    data = f'name: "{name}"\nlayer {{\n  name: "data"\n  type: "Input"\n  top: "data"\n'
    data += f"  input_param {{ shape {{ dim: 1 dim: 3 dim: {SIZE} dim: {SIZE} }} }}\n}}\n"
    (folder / f"{name}.prototxt").write_text(data + "".join(layers), encoding="utf-8")
    made = b""
    for layer, arrays in blobs.items():
        inner = _field(1, layer.encode())
        for array in arrays:
            shape = b"".join(map(_varint, array.shape))
            inner += _field(7, _field(7, _field(1, shape)) + _field(5, array.tobytes()))
        made += _field(100, inner)
    path = folder / f"{name}.caffemodel"
    path.write_bytes(made)
    return path


def _field(number, content):
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value):
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    return bytes([*made, value])


if __name__ == "__main__":
    main()
