"""What the layers of FlowNet, DispNet and spatial transformers compute: the loops of their code, in numpy."""

from __future__ import annotations

import math

import numpy as np


def correlation(a, b, pad, kernel, reach, stride_1, stride_2, rows=True, direction=0, subtract=False):
    """The windows of ``a`` beside those of ``b`` up to ``reach`` away, in rows and columns or columns alone."""
    wide = [(0, 0), (0, 0), (pad * rows,) * 2, (pad,) * 2]
    a, b = (np.pad(each, wide).astype(np.float64) for each in (a, b))
    radius = kernel // 2
    high = math.ceil((a.shape[2] - 2 * (radius + reach * rows)) / stride_1)
    long = math.ceil((a.shape[3] - 2 * (radius + reach)) / stride_1)
    count = reach // stride_2
    first = {0: -count, -1: -(count + 1), 1: 0}[direction]
    columns = [(first + k) * stride_2 for k in range(count + 1 if direction else 2 * count + 1)]
    made = np.zeros((len(a), len(columns) ** (1 + rows), high, long))
    for k, i, j in np.ndindex(made.shape[1:]):
        dy = (k // len(columns) - count) * stride_2 if rows else 0
        dx = columns[k % len(columns)]
        total = np.zeros(len(a))
        for v, u in np.ndindex(kernel, kernel):
            y, x = i * stride_1 + reach * rows + v, j * stride_1 + reach + u
            there = b[:, :, y + dy, x + dx] if x + dx >= 0 else np.zeros(b.shape[:2])
            pair = np.abs(a[:, :, y, x] - there) if subtract else a[:, :, y, x] * there
            total += pair.sum(1)
        made[:, k, i, j] = total / (kernel * kernel * a.shape[1])
    return made


def resample(x, high, wide, antialias=True, cubic=False):
    """A triangle or a cubic round each place, over the weights that are inside; the half steps are those of the other
    axis."""
    fy, fx = x.shape[2] / high, x.shape[3] / wide
    ay, ax = (1 / f if antialias and max(fy, fx) > 1 else 1.0 for f in (fy, fx))
    made = np.zeros((*x.shape[:2], high, wide))
    for i, j in np.ndindex(high, wide):
        row, column = i * fy + fx / 2 - 0.5, j * fx + fy / 2 - 0.5
        total = weight = 0.0
        for y, u in np.ndindex(*x.shape[2:]):
            w = kernel(ay * (row - y), cubic) * kernel(ax * (column - u), cubic)
            total, weight = total + w * x[:, :, y, u], weight + w
        made[:, :, i, j] = total / weight if weight else 0
    return made


def kernel(t, cubic):
    """A weight by the distance."""
    t = abs(t)
    if not cubic:
        return max(0.0, 1 - t)
    if t <= 1:
        return t * t * (1.5 * t - 2.5) + 1
    return t * (t * (-0.5 * t + 2.5) - 4) + 2 if t < 2 else 0.0


def nearest(x, high, wide):
    """The element nearest to each place; places outside are those at the border."""
    fy, fx = x.shape[2] / high, x.shape[3] / wide
    made = np.zeros((*x.shape[:2], high, wide))
    for i, j in np.ndindex(high, wide):
        row, column = (math.floor(at + 0.5) for at in (i * fy + fx / 2 - 0.5, j * fx + fy / 2 - 0.5))
        made[:, :, i, j] = x[:, :, np.clip(row, 0, x.shape[2] - 1), np.clip(column, 0, x.shape[3] - 1)]
    return made


def transformed(x, theta, high, wide):
    """The picture at rows and columns that a matrix makes of those of the result."""
    made = np.zeros((*x.shape[:2], high, wide))
    for n, s, t in np.ndindex(len(x), high, wide):
        px, py = theta[n].reshape(2, 3).astype(np.float64) @ [s / high * 2 - 1, t / wide * 2 - 1, 1]
        row, column = (px + 1) / 2 * x.shape[2], (py + 1) / 2 * x.shape[3]
        for m in range(math.floor(row), math.ceil(row) + 1):
            for k in range(math.floor(column), math.ceil(column) + 1):
                if 0 <= m < x.shape[2] and 0 <= k < x.shape[3]:
                    made[n, :, s, t] += (1 - abs(row - m)) * (1 - abs(column - k)) * x[n, :, m, k]
    return made


def warped(x, flow, fill=0.0):
    """The picture at each place plus the flow, as in FlowNet2."""
    made = np.full(x.shape, fill)
    high, wide = x.shape[2:]
    for n, i, j in np.ndindex(len(x), high, wide):
        u, v = j + float(flow[n, 0, i, j]), i + float(flow[n, 1, i, j])
        if 0 <= u < wide and 0 <= v < high:
            left, top = int(u), int(v)
            right, bottom = min(left + 1, wide - 1), min(top + 1, high - 1)
            a, b = u - left, v - top
            made[n, :, i, j] = (1 - b) * ((1 - a) * x[n, :, top, left] + a * x[n, :, top, right]) + b * (
                (1 - a) * x[n, :, bottom, left] + a * x[n, :, bottom, right]
            )
    return made
