"""What detection networks are made of, as the Object Detection API of TensorFlow writes it: operations of TensorFlow
under the API's names of scopes."""

import numpy as np
import tensorflow as tf

F32, I32 = tf.float32, tf.int32
v1 = tf.compat.v1


class Weights:
    """Filters by name: seeded, of a spread that keeps activations about as large as they are."""

    def __init__(self, seed):
        self._random = np.random.default_rng(seed)

    def __call__(self, *shape, gain=1.5):
        spread = gain / np.sqrt(np.prod(shape[:-1]))
        return tf.constant((self._random.standard_normal(shape) * spread).astype(np.float32))

    def conv(self, x, count, size=3, stride=1, act=tf.nn.relu6, name=None, gain=1.5):
        filters = self(size, size, x.shape[-1], count, gain=gain)
        with v1.name_scope(name or "Conv"):
            y = tf.nn.bias_add(
                tf.nn.conv2d(x, filters, stride, "SAME", name="Conv2D"), self(count, gain=0.5), name="BiasAdd"
            )
            return y if act is None else act(y)

    def dense(self, x, count, name, gain=1.5):
        with v1.name_scope(name):
            return tf.nn.bias_add(
                tf.matmul(x, self(x.shape[-1], count, gain=gain)), self(count, gain=0.5), name="BiasAdd"
            )


def fixed_resize(images, size):
    """Each picture in this size, from -1 to 1, and what of it is picture; in a loop over the pictures."""

    def one(image):
        resized = v1.image.resize_images(image, [size, size])
        return resized, tf.constant([size, size, 3], I32)

    with v1.name_scope("Preprocessor"):
        resized, shapes = v1.map_fn(one, images, dtype=(F32, I32), name="map")
        return tf.subtract(tf.multiply(2.0 / 255, resized, name="mul"), 1.0, name="sub"), shapes


def kept_aspect(images, least, most):
    """Each picture with a shorter side of ``least`` where the longer one is then no more than ``most``."""

    def one(image):
        height, width = (tf.cast(tf.shape(image)[i], F32) for i in (0, 1))
        by_short = least / tf.minimum(height, width)
        by_long = most / tf.maximum(height, width)
        sizes = [tf.stack([v1.to_int32(tf.round(n * scale)) for n in (height, width)]) for scale in (by_short, by_long)]
        size = v1.cond(v1.to_float(tf.reduce_max(sizes[0])) > float(most), lambda: sizes[1], lambda: sizes[0])
        resized = tf.squeeze(v1.image.resize_bilinear(tf.expand_dims(image, 0), size, align_corners=True), 0)
        return resized, tf.concat([size, [3]], 0)

    with v1.name_scope("Preprocessor"):
        resized, shapes = v1.map_fn(one, images, dtype=(F32, I32), name="map")
        return tf.subtract(resized, [123.0, 116.0, 103.0], name="sub"), shapes


def grid_anchors(features, scales, ratios, base=(1.0, 1.0), stride=None):
    """Corners of the boxes round each cell: of ``base`` times the scales. Without a stride, in parts of the picture
    round the middle of a cell; else in pixels round its first corner."""
    height, width = (tf.shape(features)[i] for i in (1, 2))
    with v1.name_scope("GridAnchorGenerator"):
        scales, ratios = tf.meshgrid(tf.constant(scales, F32), tf.sqrt(tf.constant(ratios, F32)))
        scales, ratios = tf.reshape(scales, [-1]), tf.reshape(ratios, [-1])
        heights, widths = scales / ratios * base[0], scales * ratios * base[1]
        strides = (stride, stride) if stride else (1.0 / v1.to_float(height), 1.0 / v1.to_float(width))
        offsets = (0.0, 0.0) if stride else (0.5 * strides[0], 0.5 * strides[1])
        ys = v1.to_float(tf.range(height)) * strides[0] + offsets[0]
        xs = v1.to_float(tf.range(width)) * strides[1] + offsets[1]
        xs, ys = tf.meshgrid(xs, ys)
        widths, xs = (tf.expand_dims(g, -1) for g in (tf.tile(widths[None], [tf.size(xs), 1]), tf.reshape(xs, [-1])))
        heights, ys = (tf.expand_dims(g, -1) for g in (tf.tile(heights[None], [tf.size(ys), 1]), tf.reshape(ys, [-1])))
        count = tf.shape(widths)[1]
        xs, ys = (tf.tile(c, [1, count])[..., None] for c in (xs, ys))
        centers = tf.reshape(tf.stack([ys, xs], 3), [-1, 2])
        sizes = tf.reshape(tf.stack([heights, widths], 3), [-1, 2])
        return tf.identity(tf.concat([centers - 0.5 * sizes, centers + 0.5 * sizes], 1), name="Identity")


def centers_and_sizes(boxes):
    low_y, low_x, high_y, high_x = tf.unstack(tf.transpose(boxes))
    height, width = high_y - low_y, high_x - low_x
    return low_y + height / 2.0, low_x + width / 2.0, height, width


def decode(codes, anchors, scales=(10.0, 10.0, 5.0, 5.0)):
    """The boxes that codes relative to anchors say."""
    with v1.name_scope("Decode"):
        y, x, height, width = centers_and_sizes(anchors)
        dy, dx, dh, dw = (code / scale for code, scale in zip(tf.unstack(tf.transpose(codes)), scales, strict=True))
        half_h, half_w = tf.exp(dh) * height / 2.0, tf.exp(dw) * width / 2.0
        y, x = dy * height + y, dx * width + x
        return tf.transpose(tf.stack([y - half_h, x - half_w, y + half_h, x + half_w]))


def batch_decode(codes, anchors):
    """The same for each picture: codes (pictures, boxes, 4)."""
    shape = tf.shape(codes)
    tiled = tf.tile(tf.expand_dims(anchors, 0, name="ExpandDims"), tf.stack([shape[0], 1, 1]), name="Tile")
    boxes = decode(tf.reshape(codes, [-1, 4], name="Reshape_1"), tf.reshape(tiled, [-1, 4], name="Reshape"))
    return tf.reshape(boxes, tf.stack([shape[0], shape[1], 4]), name="Reshape_2")


def clipped(boxes, window):
    low_y, low_x, high_y, high_x = tf.split(boxes, 4, 1)
    y0, x0, y1, x1 = tf.unstack(window)
    parts = [
        tf.maximum(tf.minimum(v, hi), lo)
        for v, lo, hi in ((low_y, y0, y1), (low_x, x0, x1), (high_y, y0, y1), (high_x, x0, x1))
    ]
    return tf.concat(parts, 1)


def areas(boxes):
    low_y, low_x, high_y, high_x = tf.split(boxes, 4, 1)
    return tf.squeeze((high_y - low_y) * (high_x - low_x), [1])


def filtered_nms(boxes, scores, limit, overlap, each, total, window):
    """Version 1 of the API: for each class the boxes above a score, of which those that overlap a better one are
    dropped; then the best of all classes. Boxes (count, 1 or classes, 4), scores (count, classes)."""
    shared = boxes.shape[1] == 1
    made = []
    for kind in range(scores.shape[1]):
        own, points = boxes[:, 0 if shared else kind], tf.reshape(scores[:, kind : kind + 1], [-1])
        with v1.name_scope("FilterGreaterThan"):
            places = v1.to_int32(tf.reshape(v1.where(tf.greater(points, limit)), [-1]))
            own, points = tf.gather(own, places), tf.gather(points, places)
        most = tf.minimum(each, tf.shape(own)[0])
        chosen = tf.image.non_max_suppression(own, points, most, overlap)
        own, points = tf.gather(own, chosen), tf.gather(points, chosen)
        made.append((own, points, tf.zeros_like(points) + kind))
    own, points, kinds = (tf.concat(values, 0) for values in zip(*made, strict=True))
    own = clipped(own, window)
    with v1.name_scope("ClipToWindow"):
        places = v1.to_int32(tf.reshape(v1.where(tf.greater(areas(own), 0.0)), [-1]))
        own, points, kinds = tf.gather(own, places), tf.gather(points, places), tf.gather(kinds, places)
    with v1.name_scope("SortByField"):
        _, order = tf.nn.top_k(points, tf.shape(own)[0], sorted=True)
        own, points, kinds = tf.gather(own, order), tf.gather(points, order), tf.gather(kinds, order)
    best = tf.range(tf.minimum(total, tf.shape(own)[0]))
    own, points, kinds = tf.gather(own, best), tf.gather(points, best), tf.gather(kinds, best)
    return own, points, kinds, tf.shape(own)[0]


def padded_nms(boxes, scores, limit, overlap, each, total, window):
    """Version 2: each class gives as many rows, those that are none have a score of -1."""
    shared = boxes.shape[1] == 1
    made = []
    for kind in range(scores.shape[1]):
        own, points = boxes[:, 0 if shared else kind], tf.reshape(scores[:, kind : kind + 1], [-1])
        most = tf.minimum(each, tf.shape(own)[0])
        chosen, best = tf.image.non_max_suppression_with_scores(own, points, most, overlap, limit, 0.0)
        count = tf.shape(chosen)[0]
        chosen = tf.concat([chosen, tf.zeros(most - count, I32)], 0)
        best = tf.concat([best, tf.zeros(most - count, F32)], 0)
        valid = tf.less(tf.range(most), count)
        own = tf.gather(own, chosen)
        best = tf.where(valid, best, -1.0 * tf.ones([most]))
        made.append((own, best, tf.zeros_like(best) + kind))
    own, points, kinds = (tf.concat(values, 0) for values in zip(*made, strict=True))
    own = clipped(own, window)
    points = tf.where(tf.greater(areas(own), 0.0), points, -1.0 * tf.ones_like(points))
    points, order = tf.nn.top_k(points, tf.shape(own)[0], sorted=True)
    own, kinds = tf.gather(own, order), tf.gather(kinds, order)
    best = tf.range(tf.minimum(total, tf.shape(own)[0]))
    own, points, kinds = tf.gather(own, best), tf.gather(points, best), tf.gather(kinds, best)
    valid = tf.reduce_sum(tf.cast(tf.greater(points, -1.0), I32))
    keep = tf.less(tf.range(tf.shape(points)[0]), valid)
    return (
        tf.where(keep[:, None], own, tf.zeros_like(own)),
        tf.where(keep, points, 0.0),
        tf.where(keep, kinds, 0.0),
        valid,
    )


def padded(x, count):
    """The first ``count`` rows, zeros behind them."""
    shape = tf.shape(x)
    sizes = [tf.where(shape[0] - count > 0, count, -1), *[-1] * (len(x.shape) - 1)]
    part = tf.slice(x, tf.zeros(len(sizes), I32), tf.stack(sizes))
    behind = tf.stack([count - tf.shape(part)[0], *[0] * (len(x.shape) - 1)])
    full = tf.pad(part, tf.stack([tf.zeros(len(sizes), I32), behind], 1))
    full.set_shape([count, *x.shape[1:]])
    return full


def batch_nms(boxes, scores, nms, limit=0.3, overlap=0.5, each=100, total=8, windows=None):
    """NMS of each picture in a loop over the pictures; boxes (pictures, count, 1 or classes, 4)."""
    with v1.name_scope("BatchMultiClassNonMaxSuppression"):
        windows = tf.tile([[0.0, 0.0, 1.0, 1.0]], tf.stack([tf.shape(boxes)[0], 1])) if windows is None else windows
        counts = tf.ones([tf.shape(boxes)[0]], I32) * tf.shape(boxes)[1]

        def one(given):
            boxes, scores, window, count = given
            boxes = tf.reshape(tf.slice(boxes, tf.stack([0, 0, 0]), tf.stack([count, -1, -1])), [-1, *boxes.shape[1:]])
            scores = tf.reshape(tf.slice(scores, [0, 0], tf.stack([count, -1])), [-1, scores.shape[-1]])
            own, points, kinds, valid = nms(boxes, scores, limit, overlap, each, total, window)
            return padded(own, total), padded(points, total), padded(kinds, total), valid

        return v1.map_fn(one, (boxes, scores, windows, counts), dtype=(F32, F32, F32, I32), name="map")
