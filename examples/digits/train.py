"""Trains a small CNN on scikit-learn's digits in plain numpy and writes digits.onnx and test_images.npz.

    python examples/digits/train.py        (about ten seconds; seeded: the same files every time)

8×8 grey pictures → conv 3×3, 12 → ReLU → max-pool 2×2 → conv 3×3, 24 → ReLU → dense, 10 → softmax.
Needs scikit-learn for the data and onnx for the file: pip install 'dldt[test]'.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

HERE = Path(__file__).parent
SEED = 20240501
EPOCHS, BATCH, RATE = 30, 32, 2e-3

Array = np.ndarray


def main() -> None:
    """Train, report the accuracy on pictures that were not trained on, write both files."""
    rng = np.random.default_rng(SEED)
    images, labels = load_data(rng)
    split = len(images) * 4 // 5
    weights = train(images[:split], labels[:split], rng)
    scores, _ = forward(weights, images[split:])
    accuracy = float((scores.argmax(1) == labels[split:]).mean())
    print(f"accuracy on {len(images) - split} pictures: {accuracy:.4f}")
    save_model(weights, HERE / "digits.onnx")
    np.savez_compressed(HERE / "test_images.npz", images=images[split:], labels=labels[split:])


def load_data(rng: np.random.Generator) -> tuple[Array, Array]:
    """The 1797 pictures as N,1,8,8 f32 in [0, 1] and their labels, shuffled."""
    digits = load_digits()
    order = rng.permutation(len(digits.target))
    images = (digits.images[order] / 16.0).astype(np.float32)[:, None]
    return images, digits.target[order].astype(np.int64)


def windows(x: Array) -> Array:
    """The 3×3 neighbourhoods of ``x`` (N,C,H,W), zero-padded: N,H,W,C*9."""
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    view = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(2, 3))
    return np.ascontiguousarray(view.transpose(0, 2, 3, 1, 4, 5)).reshape(*x.shape[:1], *x.shape[2:], -1)


def convolve(x: Array, kernel: Array, bias: Array) -> tuple[Array, Array]:
    """The 3×3 convolution as a product of the windows, and the windows for the way back."""
    columns = windows(x)
    y = columns @ kernel.reshape(len(kernel), -1).T + bias
    return y.transpose(0, 3, 1, 2), columns


def convolve_back(gradient: Array, columns: Array, kernel: Array) -> tuple[Array, Array, Array]:
    """Gradients of ``convolve``: for x (the transposed convolution), the kernel and the bias."""
    g = gradient.transpose(0, 2, 3, 1)
    d_kernel = np.tensordot(g, columns, axes=((0, 1, 2), (0, 1, 2))).reshape(kernel.shape)
    turned = kernel[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    d_x, _ = convolve(gradient, np.ascontiguousarray(turned), np.zeros(len(turned), np.float32))
    return d_x, d_kernel, g.sum((0, 1, 2))


def forward(w: dict[str, Array], x: Array) -> tuple[Array, dict[str, Array]]:
    """Scores before the softmax (N,10) and what the way back needs."""
    a, columns1 = convolve(x, w["conv1"], w["bias1"])
    a = np.maximum(a, 0)
    blocks = a.reshape(len(a), a.shape[1], 4, 2, 4, 2).transpose(0, 1, 2, 4, 3, 5).reshape(len(a), -1, 4, 4, 4)
    pooled = blocks.max(-1)
    b, columns2 = convolve(pooled, w["conv2"], w["bias2"])
    b = np.maximum(b, 0)
    flat = b.reshape(len(b), -1)
    kept = {"a": a, "columns1": columns1, "blocks": blocks, "columns2": columns2, "b": b, "flat": flat}
    return flat @ w["dense"] + w["bias3"], kept


def backward(w: dict[str, Array], kept: dict[str, Array], g: Array) -> dict[str, Array]:
    """Gradients of every weight for the gradient ``g`` of the scores."""
    d_b = (g @ w["dense"].T).reshape(kept["b"].shape) * (kept["b"] > 0)
    d_pooled, d_conv2, d_bias2 = convolve_back(d_b, kept["columns2"], w["conv2"])
    winners = kept["blocks"].argmax(-1)[..., None] == np.arange(4)
    d_blocks = winners * d_pooled[..., None]
    shape = kept["a"].shape
    d_a = d_blocks.reshape(*shape[:2], 4, 4, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(shape) * (kept["a"] > 0)
    _, d_conv1, d_bias1 = convolve_back(d_a.astype(np.float32), kept["columns1"], w["conv1"])
    return {
        "conv1": d_conv1,
        "bias1": d_bias1,
        "conv2": d_conv2,
        "bias2": d_bias2,
        "dense": kept["flat"].T @ g,
        "bias3": g.sum(0),
    }


def train(images: Array, labels: Array, rng: np.random.Generator) -> dict[str, Array]:
    """Adam on the cross-entropy."""

    def he(*shape: int, fan: int) -> Array:
        return (rng.standard_normal(shape) * np.sqrt(2.0 / fan)).astype(np.float32)

    def zeros(n: int) -> Array:
        return np.zeros(n, np.float32)

    w = {
        "conv1": he(12, 1, 3, 3, fan=9),
        "bias1": zeros(12),
        "conv2": he(24, 12, 3, 3, fan=108),
        "bias2": zeros(24),
        "dense": he(384, 10, fan=384),
        "bias3": zeros(10),
    }
    first = {name: np.zeros_like(value) for name, value in w.items()}
    second = {name: np.zeros_like(value) for name, value in w.items()}
    step = 0
    for _ in range(EPOCHS):
        order = rng.permutation(len(images))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            scores, kept = forward(w, images[chosen])
            share = np.exp(scores - scores.max(1, keepdims=True))
            share /= share.sum(1, keepdims=True)
            share[np.arange(len(chosen)), labels[chosen]] -= 1
            step += 1
            for name, gradient in backward(w, kept, share / len(chosen)).items():
                first[name] = 0.9 * first[name] + 0.1 * gradient
                second[name] = 0.999 * second[name] + 0.001 * gradient**2
                mean, variance = first[name] / (1 - 0.9**step), second[name] / (1 - 0.999**step)
                w[name] = (w[name] - RATE * mean / (np.sqrt(variance) + 1e-8)).astype(np.float32)
    return w


def save_model(w: dict[str, Array], path: Path) -> None:
    """The network as ONNX opset 17, its batch left free."""
    nodes = [
        helper.make_node("Conv", ["image", "conv1", "bias1"], ["c1"], name="conv1", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c1"], ["r1"], name="relu1"),
        helper.make_node("MaxPool", ["r1"], ["p1"], name="pool1", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Conv", ["p1", "conv2", "bias2"], ["c2"], name="conv2", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c2"], ["r2"], name="relu2"),
        helper.make_node("Flatten", ["r2"], ["f"], name="flatten", axis=1),
        helper.make_node("Gemm", ["f", "dense", "bias3"], ["scores"], name="dense"),
        helper.make_node("Softmax", ["scores"], ["digit"], name="softmax", axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("digit", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value, name) for name, value in w.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="dldt examples/digits")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


if __name__ == "__main__":
    main()
