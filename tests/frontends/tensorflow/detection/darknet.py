"""Small networks with the structure of Darknet's YOLO v1 to v4, as its conversions to TensorFlow write them."""

import tensorflow as tf
from parts import F32, Weights, v1

CLASSES = 3
ANCHORS = ((0.1, 0.15), (0.25, 0.2), (0.5, 0.6))


def leaky(x):
    return tf.nn.leaky_relu(x, 0.1)


def mish(x):
    return x * tf.tanh(tf.nn.softplus(x))


def pool(x, size=2, stride=2):
    return tf.nn.max_pool2d(x, size, stride, "SAME")


def region(x, anchors):
    """Boxes (pictures, boxes, 4) as corners of parts of the picture, and the scores of the classes."""
    shape = tf.shape(x)
    batch, height, width = shape[0], shape[1], shape[2]
    x = tf.reshape(x, tf.stack([batch, height, width, len(anchors), 5 + CLASSES]))
    centers, sizes, there, kinds = tf.split(x, [2, 2, 1, CLASSES], -1)
    columns, rows = tf.meshgrid(tf.range(width), tf.range(height))
    cells = tf.cast(tf.expand_dims(tf.stack([columns, rows], -1), 2), F32)
    extent = tf.cast(tf.stack([width, height]), F32)
    centers = (tf.sigmoid(centers) + cells) / extent
    sizes = tf.exp(sizes) * tf.constant(anchors, F32)
    boxes = tf.concat([(centers - sizes / 2.0)[..., ::-1], (centers + sizes / 2.0)[..., ::-1]], -1)
    scores = tf.sigmoid(there) * tf.nn.softmax(kinds)
    return tf.reshape(boxes, tf.stack([batch, -1, 4])), tf.reshape(scores, tf.stack([batch, -1, CLASSES]))


def best(*parts):
    boxes, scores = (tf.concat(values, 1) for values in zip(*parts, strict=True))
    found = tf.image.combined_non_max_suppression(tf.expand_dims(boxes, 2), scores, 5, 8, 0.5, 0.1)
    return {
        name: tf.identity(value, name=name)
        for name, value in zip(("boxes", "scores", "classes", "count"), found, strict=True)
    }


def yolo_v1(images):
    """Its last layer is dense, so that pictures have one size."""
    weights = Weights(11)
    x = tf.image.resize(images, [32, 32]) / 255.0
    for count in (8, 12, 16):
        x = pool(weights.conv(x, count, act=leaky))
    x = leaky(weights.dense(tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [-1, 16 * 16]), 32, "fc", gain=2.0))
    return {"output": tf.identity(weights.dense(x, 4 * 4 * (CLASSES + 2 * 5), "last"), name="output")}


def yolo_v2(images):
    weights = Weights(12)
    x = images / 255.0
    for count in (8, 12):
        x = pool(weights.conv(x, count, act=leaky))
    deep = weights.conv(pool(weights.conv(x, 16, act=leaky)), 16, act=leaky)
    x = tf.concat([tf.nn.space_to_depth(weights.conv(x, 4, 1, act=leaky), 2), deep], -1)
    x = weights.conv(weights.conv(x, 24, act=leaky), 3 * (5 + CLASSES), 1, act=None, gain=0.8)
    return best(region(x, ANCHORS))


def yolo_v2_tiny(images):
    weights = Weights(13)
    x = images / 255.0
    for count in (8, 12, 16):
        x = pool(weights.conv(x, count, act=leaky))
    x = pool(x, 2, 1)
    x = weights.conv(weights.conv(x, 24, act=leaky), 3 * (5 + CLASSES), 1, act=None, gain=0.8)
    return {"output": tf.identity(x, name="output"), **best(region(x, ANCHORS))}


def heads(weights, low, high, act):
    """Two levels: the deep one, and the shallow one with what the deep one says."""
    count = 3 * (5 + CLASSES)
    with v1.name_scope("detector/yolo-v3"):
        deep = weights.conv(weights.conv(high, 24, act=act), count, 1, act=None, name="Conv_6", gain=0.8)
        up = v1.image.resize_nearest_neighbor(weights.conv(high, 8, 1, act=act), tf.shape(low)[1:3])
        wide = weights.conv(tf.concat([up, low], -1), 24, act=act)
        wide = weights.conv(wide, count, 1, act=None, name="Conv_14", gain=0.8)
    return best(region(deep, ANCHORS), region(wide, ANCHORS[::-1]))


def yolo_v3(images):
    weights = Weights(14)
    x = weights.conv(weights.conv(images / 255.0, 8, act=leaky), 12, stride=2, act=leaky)
    x = x + weights.conv(weights.conv(x, 6, 1, act=leaky), 12, act=leaky)
    low = weights.conv(x, 16, stride=2, act=leaky)
    padded = tf.pad(low, [[0, 0], [1, 1], [1, 1], [0, 0]])
    high = leaky(tf.nn.conv2d(padded, weights(3, 3, 16, 16), 2, "VALID"))
    return heads(weights, low, high, leaky)


def yolo_v3_tiny(images):
    weights = Weights(15)
    x = pool(weights.conv(images / 255.0, 8, act=leaky))
    low = weights.conv(pool(weights.conv(x, 12, act=leaky)), 16, act=leaky)
    return heads(weights, low, weights.conv(pool(low), 16, act=leaky), leaky)


def yolo_v4(images):
    weights = Weights(16)
    x = weights.conv(weights.conv(images / 255.0, 8, act=mish), 12, stride=2, act=mish)
    side = weights.conv(x, 6, 1, act=mish)
    x = tf.concat([x + weights.conv(weights.conv(x, 6, 1, act=mish), 12, act=mish), side], -1)
    low = weights.conv(x, 16, stride=2, act=mish)
    high = weights.conv(low, 16, stride=2, act=mish)
    high = tf.concat([*(pool(high, size, 1) for size in (7, 5, 3)), high], -1)
    return heads(weights, low, high, leaky)


def yolo_v4_tiny(images):
    weights = Weights(17)
    x = weights.conv(images / 255.0, 8, stride=2, act=leaky)
    part = weights.conv(tf.split(x, 2, -1)[1], 4, act=leaky)
    x = tf.concat([x, tf.concat([weights.conv(part, 4, act=leaky), part], -1)], -1)
    low = weights.conv(pool(x), 16, act=leaky)
    return heads(weights, low, weights.conv(pool(low), 16, act=leaky), leaky)


DARKNET = {f.__name__: f for f in (yolo_v1, yolo_v2, yolo_v2_tiny, yolo_v3, yolo_v3_tiny, yolo_v4, yolo_v4_tiny)}
