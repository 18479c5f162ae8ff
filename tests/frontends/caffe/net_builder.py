"""Nets layer by layer, with seeded weights that keep activations alive."""

from __future__ import annotations

import math

import numpy as np

from tests.frontends.caffe.net import Net


class NetBuilder:
    """Collects layers; each method adds one (or a usual group) and returns its top. ``width`` is a factor for channels
    inside of the net."""

    def __init__(self, width=1.0, seed=0, **inputs):
        self.width = width
        self.inputs = inputs
        self.channels = {name: shape[1] for name, shape in inputs.items() if len(shape) == 4}
        self.space = {name: shape[2:] for name, shape in inputs.items() if len(shape) == 4}
        self.text = []
        self.blobs = {}
        self.writers = {}
        """The layer that writes each blob last."""
        self._rng = np.random.default_rng(seed)

    def wide(self, channels):
        """The channels of an inner layer."""
        return max(2, round(channels * self.width / 2) * 2) if self.width != 1 else channels

    def add(self, type, name, bottom, top=None, settings="", blobs=()):
        """Any layer."""
        bottoms = [bottom] if isinstance(bottom, str) else bottom
        tops = [top or name] if isinstance(top, str | None) else top
        ends = [f'bottom: "{each}"' for each in bottoms] + [f'top: "{each}"' for each in tops]
        self.text.append(f'layer {{ name: "{name}" type: "{type}" {" ".join(ends)} {settings} }}')
        if blobs:
            self.blobs[name] = list(blobs)
        for each in tops:
            self.writers[each] = name
            self.channels.setdefault(each, self.channels.get(bottoms[0]) if bottoms else None)
            self.space.setdefault(each, self.space.get(bottoms[0]) if bottoms else None)
        return tops[0]

    def conv(self, name, bottom, outputs, kernel, stride=1, pad=0, group=1, dilation=1, relu=True, bias=True, gain=1):
        """A convolution, with a ReLU that writes over it; ``gain``: how much larger its results are than its data."""
        inputs = self.channels[bottom] // group
        scale = gain * math.sqrt((2 if relu else 1) / (inputs * kernel * kernel))
        blobs = [self._normal((outputs, inputs, kernel, kernel), scale)] + [self._normal((outputs,), 0.1)] * bias
        settings = f"num_output: {outputs} kernel_size: {kernel} stride: {stride} pad: {pad} group: {group}"
        settings += f" dilation: {dilation}" * (dilation > 1) + " bias_term: false" * (not bias)
        self.channels[name] = outputs
        reach = dilation * (kernel - 1) + 1
        self.space[name] = tuple((size + 2 * pad - reach) // stride + 1 for size in self.space[bottom])
        self.add("Convolution", name, bottom, settings=f"convolution_param {{ {settings} }}", blobs=blobs)
        return self.relu(name) if relu else name

    def relu(self, top, slope=0.0):
        """A ReLU that writes over its bottom."""
        settings = f"relu_param {{ negative_slope: {slope} }}" if slope else ""
        return self.add("ReLU", f"relu_{top}", top, top, settings)

    def norm(self, top):
        """BatchNorm and Scale that write over their bottom."""
        channels = self.channels[top]
        statistics = [self._normal((channels,), 0.1), self._uniform(channels), np.ones(1, np.float32)]
        self.add("BatchNorm", f"bn_{top}", top, top, "batch_norm_param { use_global_stats: true }", statistics)
        blobs = [self._uniform(channels), self._normal((channels,), 0.1)]
        return self.add("Scale", f"scale_{top}", top, top, "scale_param { bias_term: true }", blobs)

    def pool(self, name, bottom, kernel=2, stride=2, pad=0, kind="MAX"):
        """Pooling, in Caffe's sizes."""
        settings = f"pooling_param {{ pool: {kind} kernel_size: {kernel} stride: {stride} pad: {pad} }}"
        if not kernel:
            settings = f"pooling_param {{ pool: {kind} global_pooling: true }}"
            self.space[name] = (1, 1)
        else:
            self.space[name] = tuple(self._pooled(size, kernel, stride, pad) for size in self.space[bottom])
        return self.add("Pooling", name, bottom, settings=settings)

    def fc(self, name, bottom, outputs, relu=True, inputs=None):
        """An inner product over everything behind the first axis."""
        inputs = inputs or self.channels[bottom] * math.prod(self.space[bottom])
        blobs = [self._normal((outputs, inputs), math.sqrt((2 if relu else 1) / inputs)), self._normal((outputs,), 0.1)]
        self.channels[name], self.space[name] = outputs, (1, 1)
        self.add("InnerProduct", name, bottom, settings=f"inner_product_param {{ num_output: {outputs} }}", blobs=blobs)
        return self.relu(name) if relu else name

    def concat(self, name, bottoms, axis=1):
        """Channels one behind the other."""
        self.channels[name] = sum(self.channels[bottom] or 0 for bottom in bottoms)
        return self.add("Concat", name, bottoms, settings=f"concat_param {{ axis: {axis} }}")

    def lrn(self, name, bottom):
        """AlexNet's normalisation."""
        return self.add("LRN", name, bottom, settings="lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }")

    def net(self):
        """What was added."""
        return Net(self.inputs, "\n".join(self.text), self.blobs)

    def _normal(self, shape, scale):
        return (self._rng.standard_normal(shape, np.float32) * np.float32(scale)).astype(np.float32)

    def _uniform(self, channels):
        return self._rng.uniform(0.8, 1.2, channels).astype(np.float32)

    @staticmethod
    def _pooled(size, kernel, stride, pad):
        count = -(-(size + 2 * pad - kernel) // stride) + 1
        return count - 1 if pad and (count - 1) * stride >= size + pad else count
