"""A small net of a layer, and what gave the expected values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.frontends.caffe import formulas
from tests.frontends.caffe.net import Net, layer

OPENCV, FORMULA = "OpenCV 4.14's importer", "Caffe's formula in numpy"


@dataclass(frozen=True)
class Case:
    """``expected`` makes the outputs of the feeds and the weights; None: OpenCV's, which are stored."""

    operation: str
    title: str
    net: Net
    expected: Callable[..., Any] | None = None

    @property
    def oracle(self) -> str:
        """What gave the expected values."""
        return OPENCV if self.expected is None else FORMULA

    @property
    def key(self) -> str:
        """Its name in the stored values."""
        return f"{self.operation}-{self.title}"


def one(type, title, settings="", shape=(2, 4, 6, 5), blobs=(), expected=None, bottom="x", top="y", **more):
    """One layer, named ``l``; ``more`` are further inputs."""
    inputs = {"x": shape, **more}
    net = Net(inputs, layer(type, settings, bottom=bottom, top=top), {"l": list(blobs)} if blobs else {})
    return Case(type, title, net, expected)


def conv(type, title, settings, shape, *blobs, expected=None):
    """One layer of convolution."""
    return one(type, title, f"convolution_param {{ {settings} }}", shape, blobs, expected)


def pool(title, settings, shape, kind, kernel, stride, pad, ceil=True):
    """Expected of the loops of Caffe's code: no other implementation has its divisor."""
    return one(
        "Pooling",
        title,
        f"pooling_param {{ pool: {kind} {settings} }}",
        shape,
        expected=lambda x: formulas.pool(x, kind, kernel, stride, pad, ceil)[0],
    )
