"""Networks for pictures: ResNet, MobileNet v3, EfficientNet, ViT, U-Net, DETR, CRNN, a YOLO head with its NMS."""

from __future__ import annotations

import torch
import torchvision
import transformers
from torch import nn
from torch.nn import functional

from benchmarks.exported.export import Arrays, Export, normal
from benchmarks.exported.torch_exporters import DYNAMO, SCRIPT, torch_export

_FREE = {"x": {0: "n", 2: "h", 3: "w"}}


def vision() -> list[Export]:
    """The networks, each with pictures of two sizes."""
    models = torchvision.models
    return [
        torch_export("resnet18", lambda: models.resnet18(num_classes=10), _pictures(64, 96), _FREE),
        torch_export("mobilenet_v3", lambda: models.mobilenet_v3_small(num_classes=10), _pictures(64, 96), _FREE),
        torch_export("efficientnet_b0", lambda: models.efficientnet_b0(num_classes=10), _pictures(64, 96), _FREE),
        torch_export("vit", Vit, _batches(2, 3), {"x": {0: "n"}}),
        torch_export("unet", UNet, _pictures(48, 80), _FREE),
        torch_export("detr", Detr, _pictures(64, 96), _FREE),
        torch_export("crnn", Crnn, _lines(64, 100), {"x": {0: "n", 3: "w"}}, exporters=(SCRIPT,)),
        torch_export("crnn", Crnn, _lines(64, 64), {"x": {0: "n"}}, exporters=(DYNAMO,)),
        torch_export(
            "yolo", Yolo, ({"x": normal(1, 1, 3, 64, 64)}, {"x": normal(2, 1, 3, 96, 64)}), {"x": {2: "h", 3: "w"}}
        ),
    ]


def _pictures(first: int, second: int) -> tuple[Arrays, Arrays]:
    return {"x": normal(1, 2, 3, first, first)}, {"x": normal(2, 3, 3, second, first)}


def _batches(first: int, second: int) -> tuple[Arrays, Arrays]:
    return {"x": normal(1, first, 3, 64, 64)}, {"x": normal(2, second, 3, 64, 64)}


def _lines(first: int, second: int) -> tuple[Arrays, Arrays]:
    return {"x": normal(1, 2, 1, 32, first)}, {"x": normal(2, 3, 1, 32, second)}


def _block(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.SiLU())


class UNet(nn.Module):
    """Three levels; what comes up is made as large as what it joins."""

    def __init__(self) -> None:
        super().__init__()
        widths = (8, 16, 32)
        self.down = nn.ModuleList(_block(a, b) for a, b in zip((3, *widths), widths, strict=False))
        self.middle = _block(32, 32)
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, a, 2, 2) for a in (32, 32, 16))
        self.join = nn.ModuleList(_block(a + b, c) for a, b, c in ((32, 32, 32), (32, 16, 16), (16, 8, 8)))
        self.head = nn.Conv2d(8, 2, 1)

    def forward(self, x):
        kept = []
        for level in self.down:
            x = level(x)
            kept.append(x)
            x = functional.max_pool2d(x, 2)
        x = self.middle(x)
        for up, join in zip(self.up, self.join, strict=True):
            skip = kept.pop()
            x = functional.interpolate(up(x), size=skip.shape[2:], mode="bilinear", align_corners=False)
            x = join(torch.cat((x, skip), 1))
        return self.head(x)


class Vit(nn.Module):
    """Patches of a picture and a class token through a transformer."""

    def __init__(self) -> None:
        super().__init__()
        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
        config = transformers.ViTConfig(image_size=64, patch_size=16, num_labels=10, **sizes)
        self.model = transformers.ViTForImageClassification(config)

    def forward(self, x):
        return self.model(x).logits


class Layer(nn.Module):
    """Attention of some to others, and what is computed of each alone; the sums are normalised."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.inner = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, x, memory):
        apart = [
            f(y).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for f, y in ((self.query, x), (self.key, memory), (self.value, memory))
        ]
        seen = functional.scaled_dot_product_attention(*apart).transpose(1, 2).flatten(2)
        x = self.first(x + self.out(seen))
        return self.second(x + self.inner(x))


class Detr(nn.Module):
    """Convolutions, positions of rows and columns, a transformer with learned queries, classes and boxes."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.trunk = nn.Sequential(_block(3, 16, 2), _block(16, 32, 2), _block(32, width, 2))
        self.rows, self.columns = (nn.Parameter(torch.randn(20, width // 2)) for _ in range(2))
        self.queries = nn.Parameter(torch.randn(7, width))
        self.encoder, self.decoder = (nn.ModuleList(Layer(width) for _ in range(2)) for _ in range(2))
        self.classes, self.boxes = nn.Linear(width, 5), nn.Linear(width, 4)

    def forward(self, x):
        seen = self.trunk(x)
        n, _, h, w = seen.shape
        rows = self.rows[:h].unsqueeze(1).expand(-1, w, -1)
        columns = self.columns[:w].unsqueeze(0).expand(h, -1, -1)
        places = torch.cat((columns, rows), -1).flatten(0, 1).unsqueeze(0)
        memory, made = seen.flatten(2).transpose(1, 2), self.queries.unsqueeze(0).expand(n, -1, -1)
        for layer in self.encoder:
            memory = layer(memory + places, memory + places)
        for layer in self.decoder:
            made = layer(made, memory + places)
        return self.classes(made), self.boxes(made).sigmoid()


class Crnn(nn.Module):
    """Text of one line: convolutions, two directions of an LSTM over the columns, characters."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            _block(1, 8), nn.MaxPool2d(2), _block(8, 16), nn.MaxPool2d(2), _block(16, 16), nn.MaxPool2d((8, 1))
        )
        self.lstm = nn.LSTM(16, 24, 2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(48, 11)

    def forward(self, x):
        columns = self.trunk(x).squeeze(2).permute(0, 2, 1)
        return self.head(self.lstm(columns)[0]).log_softmax(-1)


class Yolo(nn.Module):
    """Two scales of a head with its grids; the boxes that a suppression of overlaps keeps, with scores and classes."""

    def __init__(self, classes: int = 4) -> None:
        super().__init__()
        self.first = nn.Sequential(_block(3, 8, 2), _block(8, 16, 2), _block(16, 16, 2))
        self.second = _block(16, 16, 2)
        self.heads = nn.ModuleList(nn.Conv2d(16, 5 + classes, 1) for _ in range(2))

    def forward(self, x):
        first = self.first(x)
        found = [self._boxes(h(f), s) for h, f, s in zip(self.heads, (first, self.second(first)), (8, 16), strict=True)]
        boxes, scores = (torch.cat(parts, 1)[0] for parts in zip(*found, strict=True))
        best, which = scores.max(1)
        kept = torchvision.ops.nms(boxes, best, 0.45)
        return boxes[kept], best[kept], which[kept]

    def _boxes(self, made, stride: int):
        h, w = made.shape[2], made.shape[3]
        rows, columns = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        grid = torch.stack((columns, rows), -1).to(made.dtype)
        flat = made.permute(0, 2, 3, 1)
        middle = (flat[..., :2].sigmoid() * 2 - 0.5 + grid) * stride
        size = (flat[..., 2:4].sigmoid() * 2) ** 2 * 2 * stride
        corners = torch.cat((middle - size / 2, middle + size / 2), -1)
        scores = flat[..., 4:5].sigmoid() * flat[..., 5:].sigmoid()
        return corners.flatten(1, 2), scores.flatten(1, 2)
