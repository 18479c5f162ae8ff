"""What layers compute, by the formulas of Caffe's documentation and the loops of its CPU code, in numpy."""

from __future__ import annotations

import math

import numpy as np


def pool(x, kind, kernel, stride, pad, ceil=True):
    """The result and, for MAX, where in its plane each was found."""
    spans = []
    for axis in (0, 1):
        size = x.shape[2 + axis]
        steps = (size + 2 * pad[axis] - kernel[axis]) / stride[axis]
        count = (math.ceil(steps) if ceil else math.floor(steps)) + 1
        if any(pad) and ceil and (count - 1) * stride[axis] >= size + pad[axis]:
            count -= 1
        spans.append(count)
    y, mask = np.zeros((*x.shape[:2], *spans), np.float64), np.zeros((*x.shape[:2], *spans), np.int64)
    for n, c, i, j in np.ndindex(y.shape):
        top, left = i * stride[0] - pad[0], j * stride[1] - pad[1]
        bottom, right = min(top + kernel[0], x.shape[2] + pad[0]), min(left + kernel[1], x.shape[3] + pad[1])
        area = (bottom - top) * (right - left)
        rows = slice(max(top, 0), min(bottom, x.shape[2]))
        columns = slice(max(left, 0), min(right, x.shape[3]))
        part = x[n, c, rows, columns].astype(np.float64)
        if kind == "AVE":
            y[n, c, i, j] = part.sum() / area
            continue
        y[n, c, i, j] = part.max()
        row, column = np.unravel_index(part.argmax(), part.shape)
        mask[n, c, i, j] = (row + rows.start) * x.shape[3] + column + columns.start
    return y, mask


def unpool(y, mask, high, wide):
    """Each element where the mask says."""
    made = np.zeros((*y.shape[:2], high * wide))
    for n, c, i, j in np.ndindex(y.shape):
        made[n, c, int(mask[n, c, i, j])] = y[n, c, i, j]
    return made.reshape(*y.shape[:2], high, wide)


def im2col(x, kernel, stride, pad):
    """Windows as channels."""
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    high = (padded.shape[2] - kernel) // stride + 1
    wide = (padded.shape[3] - kernel) // stride + 1
    rows = []
    for c in range(x.shape[1]):
        for i in range(kernel):
            for j in range(kernel):
                rows.append(
                    padded[:, c, i : i + stride * high : stride, j : j + stride * wide : stride][:, :high, :wide]
                )
    return np.stack(rows, 1)


def spp(x, levels, kind):
    """Pooling to 1, 4, 16 … bins."""
    rows = []
    for level in range(levels):
        bins = 2**level
        kernel = [math.ceil(size / bins) for size in x.shape[2:]]
        pad = [(k * bins - size + 1) // 2 for k, size in zip(kernel, x.shape[2:], strict=True)]
        rows.append(pool(x, kind, kernel, kernel, pad)[0].reshape(len(x), -1))
    return np.concatenate(rows, 1)


def arg_max(x, top_k):
    """Without an axis: of each picture the places of the largest elements and these."""
    flat = x.reshape(len(x), -1)
    pairs = [sorted(((v, i) for i, v in enumerate(row)), reverse=True)[:top_k] for row in flat]
    found = np.array([[[i for _, i in row], [v for v, _ in row]] for row in pairs])
    return found.reshape(*found.shape, *(1,) * (x.ndim - 3))


def interp(x, high, wide):
    """Linear, corners on corners."""
    made = np.zeros((*x.shape[:2], high, wide))
    for i, j in np.ndindex(high, wide):
        row = i * (x.shape[2] - 1) / (high - 1) if high > 1 else 0.0
        column = j * (x.shape[3] - 1) / (wide - 1) if wide > 1 else 0.0
        a, b = int(row), int(column)
        c, d = min(a + 1, x.shape[2] - 1), min(b + 1, x.shape[3] - 1)
        u, v = row - a, column - b
        made[:, :, i, j] = (1 - u) * ((1 - v) * x[:, :, a, b] + v * x[:, :, a, d]) + u * (
            (1 - v) * x[:, :, c, b] + v * x[:, :, c, d]
        )
    return made


def sigmoid(x):
    """1 / (1 + exp(-x))"""
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def mvn(x, axes, eps, variance=True):
    """Caffe adds eps to the deviation."""
    x = x.astype(np.float64)
    centred = x - x.mean(axes, keepdims=True)
    return centred / (np.sqrt((centred**2).mean(axes, keepdims=True)) + eps) if variance else centred


def lstm(x, cont, w_x, b, w_h, h=None, c=None, static=None):
    """LSTMUnit, step by step: gates i, f, o, g; where ``cont`` is 0 a sequence begins anew."""
    steps, batch = cont.shape
    size = w_h.shape[1]
    h = np.zeros((batch, size)) if h is None else h[0]
    c = np.zeros((batch, size)) if c is None else c[0]
    made = []
    for t in range(steps):
        keep = cont[t][:, None]
        gates = x[t].reshape(batch, -1) @ w_x.T + b + (keep * h) @ w_h.T
        gates = gates if static is None else gates + static
        i, f, o = (sigmoid(gates[:, k * size : (k + 1) * size]) for k in range(3))
        c = np.where(keep == 0, 0, f * c) + i * np.tanh(gates[:, 3 * size :])
        h = o * np.tanh(c)
        made.append(h)
    return np.stack(made), h[None], c[None]


def rnn(x, cont, w_x, b_h, w_h, w_o, b_o):
    """h = tanh(W h + W x + b), o = tanh(W h + b)."""
    h = np.zeros((cont.shape[1], w_h.shape[0]))
    made = []
    for t in range(len(cont)):
        h = np.tanh((cont[t][:, None] * h) @ w_h.T + x[t].reshape(len(h), -1) @ w_x.T + b_h)
        made.append(np.tanh(h @ w_o.T + b_o))
    return np.stack(made)


def clustered(high, wide, image_high, image_wide, step, boxes):
    """Boxes of given sizes round the middle of each cell."""
    rows = []
    for i, j in np.ndindex(high, wide):
        x, y = (j + 0.5) * step, (i + 0.5) * step
        for w, h in boxes:
            rows += [
                (x - w / 2) / image_wide,
                (y - h / 2) / image_high,
                (x + w / 2) / image_wide,
                (y + h / 2) / image_high,
            ]
    return np.stack([rows, np.full(len(rows), 0.1)])[None]


def region(x, boxes, classes, soft):
    """Darknet's region (soft) and yolo layers: places and objectness by the logistic function."""
    y = x.reshape(x.shape[0], boxes, 5 + classes, *x.shape[2:]).astype(np.float64)
    for entry in (0, 1, 4):
        y[:, :, entry] = sigmoid(y[:, :, entry])
    if soft:
        e = np.exp(y[:, :, 5:] - y[:, :, 5:].max(2, keepdims=True))
        y[:, :, 5:] = e / e.sum(2, keepdims=True)
    else:
        y[:, :, 5:] = sigmoid(y[:, :, 5:])
    return y.reshape(x.shape)


def reorg(x, stride):
    """Darknet's reorg_cpu, forward: the loops as they stand there."""
    n, c, h, w = x.shape
    out_c, flat = c // stride**2, x.reshape(-1)
    made = np.zeros(x.size)
    for b, k, j, i in np.ndindex(n, c, h, w):
        into = i + w * (j + h * (k + c * b))
        c2, offset = k % out_c, k // out_c
        w2, h2 = i * stride + offset % stride, j * stride + offset // stride
        made[into] = flat[w2 + w * stride * (h2 + h * stride * (c2 + out_c * b))]
    return made.reshape(n, c * stride**2, h // stride, w // stride)


def psroi(x, regions, outputs, group, scale):
    """R-FCN's CPU loops: the mean of each cell of its own channel."""
    made = np.zeros((len(regions), outputs, group, group))
    for r, (image, *corners) in enumerate(regions):
        left, top = (math.floor(v + 0.5) * scale for v in corners[:2])
        right, bottom = ((math.floor(v + 0.5) + 1) * scale for v in corners[2:])
        wide, high = max(right - left, 0.1) / group, max(bottom - top, 0.1) / group
        for o, i, j in np.ndindex(outputs, group, group):
            rows = slice(
                *(int(np.clip(f, 0, x.shape[2])) for f in (math.floor(i * high + top), math.ceil((i + 1) * high + top)))
            )
            cols = slice(
                *(
                    int(np.clip(f, 0, x.shape[3]))
                    for f in (math.floor(j * wide + left), math.ceil((j + 1) * wide + left))
                )
            )
            part = x[int(image), (o * group + i) * group + j, rows, cols]
            made[r, o, i, j] = part.mean() if part.size else 0
    return made


def proposal(scores, deltas, info, stride, ratios, scales, before, after, limit, least=16, base=16):
    """Faster R-CNN's proposal_layer.py: anchors decoded and clipped, small ones out, of those that overlap the best."""
    (high, wide, zoom), anchors = info[0], []
    for ratio in ratios:
        w = np.round(np.sqrt(base * base / ratio))
        h = np.round(w * ratio)
        anchors += [[-(s * w - 1) / 2, -(s * h - 1) / 2, (s * w - 1) / 2, (s * h - 1) / 2] for s in scales]
    anchors = np.array(anchors) + (base - 1) / 2
    rows = []
    for i, j, a in np.ndindex(*scores.shape[2:], len(anchors)):
        left, top, right, bottom = anchors[a] + np.array([j, i, j, i]) * stride
        w, h = right - left + 1, bottom - top + 1
        dx, dy, dw, dh = deltas[0, 4 * a : 4 * a + 4, i, j].astype(np.float64)
        x, y, w, h = dx * w + left + w / 2, dy * h + top + h / 2, np.exp(dw) * w, np.exp(dh) * h
        ends = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
        ends = np.clip(ends, 0, [wide - 1, high - 1, wide - 1, high - 1])
        if min(ends[2] - ends[0], ends[3] - ends[1]) + 1 >= least * zoom:
            rows.append((scores[0, len(anchors) + a, i, j], ends))
    rows.sort(key=lambda row: -row[0])
    kept = []
    for _, box in rows[:before]:
        if all(overlap(box, other) <= limit for other in kept):
            kept.append(box)
    made = np.zeros((after, 5))
    made[: len(kept[:after]), 1:] = kept[:after]
    return made


def overlap(a, b):
    """The intersection of two boxes over their union; their ends are pixels of theirs."""
    w, h = (max(0, min(a[2 + k], b[2 + k]) - max(a[k], b[k]) + 1) for k in (0, 1))
    areas = [(box[2] - box[0] + 1) * (box[3] - box[1] + 1) for box in (a, b)]
    return w * h / (sum(areas) - w * h)


def ctc(x, mask):
    """Step by step: the best class, if it is neither the last one (blank) nor that of the step before."""
    steps, batch, classes = x.shape
    made = np.full((batch, steps, 1, 1), -1.0)
    for n in range(batch):
        found, before = [], -1
        for t in range(steps):
            if mask[t, n] == 0:
                break
            best = int(x[t, n].argmax())
            if best not in (classes - 1, before):
                found.append(best)
            before = best
        made[n, : len(found), 0, 0] = found
    return made
