"""Networks of TensorFlow, as tf2onnx writes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import tensorflow as tf
import tf2onnx

from benchmarks.exported.export import Export, normal


def keras() -> list[Export]:
    """Picture networks of Keras and a recurrent one; each with two batches or lengths."""
    pictures = ({"x": normal(1, 2, 64, 64, 3)}, {"x": normal(2, 3, 64, 64, 3)})
    sequences = ({"x": normal(1, 2, 5, 6)}, {"x": normal(2, 3, 9, 6)})
    return [
        _export("keras_mobilenet_v2", _mobilenet, pictures, (None, 64, 64, 3)),
        _export("keras_resnet50", _resnet, pictures, (None, 64, 64, 3)),
        _export("keras_lstm_gru", _recurrent, sequences, (None, None, 6)),
    ]


def _export(name: str, network: Callable[[], Any], sizes: Any, shape: tuple[int | None, ...]) -> Export:
    def make(_: Export, __: str, path: Path) -> None:
        tf.keras.utils.set_random_seed(14)
        made = network()
        function = tf.function(made, input_signature=[tf.TensorSpec(shape, tf.float32, "x")])
        tf2onnx.convert.from_function(function, function.input_signature, opset=17, output_path=str(path))

    free = {"x": {i: f"d{i}" for i, dim in enumerate(shape) if dim is None}}
    return Export(name, ("tf2onnx",), sizes, free, make)


def _mobilenet() -> Any:
    return tf.keras.applications.MobileNetV2((64, 64, 3), alpha=0.35, weights=None, classes=10)


def _resnet() -> Any:
    return tf.keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3), classes=10)


def _recurrent() -> Any:
    layers = tf.keras.layers
    two = layers.Bidirectional(layers.LSTM(8, return_sequences=True))
    return tf.keras.Sequential([layers.Input((None, 6)), two, layers.GRU(8), layers.Dense(3, "softmax")])
