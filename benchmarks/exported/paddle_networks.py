"""Networks of Paddle, as its own exporter (paddle2onnx) writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import paddle
from paddle import nn
from paddle.static import InputSpec

from benchmarks.exported.export import Export, normal


def paddle_networks() -> list[Export]:
    """Pictures to classes, and lines of text to characters; each of two sizes."""
    pictures = ({"x": normal(1, 2, 3, 64, 64)}, {"x": normal(2, 3, 3, 64, 64)})
    lines = ({"x": normal(1, 2, 3, 32, 64)}, {"x": normal(2, 3, 3, 32, 96)})
    models = paddle.vision.models
    return [
        _export("paddle_resnet18", lambda: models.resnet18(num_classes=10), pictures, (-1, 3, 64, 64)),
        _export("paddle_mobilenet_v3", lambda: models.mobilenet_v3_small(num_classes=10), pictures, (-1, 3, 64, 64)),
        _export("paddle_crnn", Crnn, lines, (-1, 3, 32, -1)),
    ]


def _export(name: str, network: Any, sizes: Any, shape: tuple[int, ...]) -> Export:
    def make(_: Export, __: str, path: Path) -> None:
        paddle.seed(14)
        made = network()
        made.eval()
        spec = InputSpec(list(shape), "float32", "x")
        paddle.onnx.export(made, str(path.with_suffix("")), input_spec=[spec], opset_version=14)

    return Export(name, ("paddle2onnx",), sizes, {"x": {i: f"d{i}" for i, dim in enumerate(shape) if dim < 0}}, make)


class Crnn(nn.Layer):
    """Text of one line: convolutions, an LSTM over the columns, characters."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[Any] = []
        for a, b in ((3, 8), (8, 16), (16, 16)):
            layers += [nn.Conv2D(a, b, 3, padding=1), nn.BatchNorm2D(b), nn.Hardswish(), nn.MaxPool2D(2)]
        self.trunk = nn.Sequential(*layers)
        self.lstm = nn.LSTM(16, 24, direction="bidirect")
        self.head = nn.Linear(48, 11)

    def forward(self, x: Any) -> Any:
        """Characters' scores [n, columns, 11]."""
        columns = self.trunk(x).mean(2).transpose([0, 2, 1])
        return nn.functional.softmax(self.head(self.lstm(columns)[0]))
