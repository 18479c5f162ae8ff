"""Small networks with the structure of those of the Object Detection API, and Darknet's: each a function from pictures
to named outputs. ``nms`` is the version of the API's own."""

import numpy as np
import tensorflow as tf
from parts import (
    F32,
    I32,
    Weights,
    batch_decode,
    batch_nms,
    clipped,
    decode,
    fixed_resize,
    grid_anchors,
    kept_aspect,
    v1,
)

CLASSES = 3


def detections(boxes, scores, kinds, counts, **more):
    named = {
        "detection_boxes": boxes,
        "detection_scores": scores,
        "detection_classes": tf.add(kinds, 1.0),
        "num_detections": v1.to_float(counts),
    }
    return {name: tf.identity(value, name=name) for name, value in {**named, **more}.items()}


def ssd(images, nms):
    weights = Weights(1)
    resized, _ = fixed_resize(v1.to_float(images), 48)
    with v1.name_scope("FeatureExtractor"):
        x = weights.conv(weights.conv(resized, 8, stride=2), 12, stride=2)
        first = weights.conv(x, 16, stride=2)
        maps = [first, weights.conv(first, 16, stride=2)]
    codes, kinds, anchors = [], [], []
    for i, each in enumerate(maps):
        batch = tf.shape(each)[0]
        with v1.name_scope(f"BoxPredictor_{i}"):
            code = weights.conv(each, 3 * 4, act=None, name="BoxEncodingPredictor")
            kind = weights.conv(each, 3 * (CLASSES + 1), act=None, name="ClassPredictor", gain=4.0)
            codes.append(tf.reshape(code, tf.stack([batch, -1, 1, 4])))
            kinds.append(tf.reshape(kind, tf.stack([batch, -1, CLASSES + 1])))
        with v1.name_scope("MultipleGridAnchorGenerator"):
            anchors.append(grid_anchors(each, [0.3 + 0.3 * i], [1.0, 2.0, 0.5]))
    with v1.name_scope("Concatenate"):
        anchors = tf.concat(anchors, 0, name="concat")
    codes = tf.squeeze(tf.concat(codes, 1, name="concat"), 2, name="Squeeze")
    kinds = tf.concat(kinds, 1, name="concat_1")
    with v1.name_scope("Postprocessor"):
        boxes = batch_decode(codes, anchors)
        scores = tf.sigmoid(tf.divide(kinds, 1.0, name="scale_logits"), name="convert_scores")
        scores = tf.slice(scores, [0, 0, 1], [-1, -1, -1])
        found = batch_nms(tf.expand_dims(boxes, 2), scores, nms)
    return detections(*found)


def first_stage(images, nms):
    """Features and proposals: boxes of the picture's parts, and how many there are."""
    weights = Weights(2)
    resized, shapes = kept_aspect(v1.to_float(images), 40, 64)
    with v1.name_scope("FirstStageFeatureExtractor"):
        features = weights.conv(weights.conv(weights.conv(resized / 128.0, 8, stride=2), 12, stride=2), 16, stride=2)
    hidden = weights.conv(features, 16, name="Conv")
    codes = weights.conv(hidden, 6 * 4, 1, act=None, name="FirstStageBoxPredictor/BoxEncodingPredictor")
    kinds = weights.conv(hidden, 6 * 2, 1, act=None, name="FirstStageBoxPredictor/ClassPredictor", gain=4.0)
    batch = tf.shape(codes)[0]
    codes = tf.concat([tf.reshape(codes, tf.stack([batch, -1, 4]))], 1, name="concat")
    kinds = tf.concat([tf.reshape(kinds, tf.stack([batch, -1, 2]))], 1, name="concat_1")
    extent = v1.to_float(tf.shape(resized)[1:3])
    window = tf.concat([tf.zeros([2]), extent], 0)
    anchors = clipped(grid_anchors(features, [0.5, 1.0], [1.0, 2.0, 0.5], (24.0, 24.0), 8.0), window)
    with v1.name_scope("FirstStagePostprocessor"):
        boxes = batch_decode(tf.identity(codes, name="codes"), anchors)
        scores = tf.nn.softmax(tf.identity(kinds, name="kinds"))[..., 1:]
        windows = tf.tile(window[None], tf.stack([batch, 1]))
        found = batch_nms(
            tf.expand_dims(boxes, 2), scores, nms, limit=0.0, overlap=0.7, each=6, total=6, windows=windows
        )
        parts = tf.identity(found[0] / tf.concat([extent, extent], 0), name="normalized")
    return features, tf.stop_gradient(parts), found[3], shapes


def crops(features, boxes, size):
    """What features say in boxes (pictures, count, 4), one picture a box."""
    shape = tf.shape(boxes)
    places = tf.expand_dims(tf.range(shape[0]), 1) * tf.ones(shape[:2], I32)
    return tf.image.crop_and_resize(features, tf.reshape(boxes, [-1, 4]), tf.reshape(places, [-1]), [size, size])


def second_stage(proposals, counts, codes, kinds, nms):
    """Detections from what the second stage says of each proposal."""
    batch, count = tf.shape(proposals)[0], proposals.shape[1]
    with v1.name_scope("SecondStagePostprocessor"):
        codes = tf.reshape(codes, tf.stack([-1, CLASSES, 4]), name="Reshape")
        kinds = tf.reshape(kinds, [-1, count, CLASSES + 1], name="Reshape_1")
        tiled = tf.tile(tf.expand_dims(tf.reshape(proposals, [-1, 4]), 1), [1, CLASSES, 1])
        boxes = decode(tf.reshape(codes, [-1, 4]), tf.reshape(tiled, [-1, 4]))
        boxes = tf.reshape(boxes, tf.stack([batch, count, CLASSES, 4]))
        scores = tf.nn.softmax(kinds)[..., 1:]
        there = tf.sequence_mask(counts, count, dtype=F32)
        return batch_nms(boxes, scores * there[..., None], nms, limit=0.1)


def box_head(weights, rois):
    with v1.name_scope("SecondStageFeatureExtractor"):
        pooled = tf.nn.max_pool2d(rois, 2, 2, "VALID")
        hidden = tf.reduce_mean(weights.conv(pooled, 24), [1, 2])
    with v1.name_scope("SecondStageBoxPredictor"):
        codes = weights.dense(hidden, CLASSES * 4, "BoxEncodingPredictor")
        return codes, weights.dense(hidden, CLASSES + 1, "ClassPredictor", gain=4.0)


def faster_rcnn(images, nms):
    features, proposals, counts, _ = first_stage(images, nms)
    codes, kinds = box_head(Weights(3), crops(features, proposals, 8))
    return detections(*second_stage(proposals, counts, codes, kinds, nms))


def mask_rcnn(images, nms):
    weights = Weights(3)
    features, proposals, counts, _ = first_stage(images, nms)
    codes, kinds = box_head(weights, crops(features, proposals, 8))
    found = second_stage(proposals, counts, codes, kinds, nms)
    with v1.name_scope("SecondStageBoxPredictor/MaskPredictor"):
        x = weights.conv(crops(features, found[0], 6), 16)
        shape = tf.shape(x)
        wide = tf.stack([shape[0], 12, 12, 8])
        x = tf.nn.relu(tf.nn.conv2d_transpose(x, weights(2, 2, 8, 16), wide, 2, "VALID"))
        masks = tf.transpose(weights.conv(x, CLASSES, 1, act=None), [0, 3, 1, 2])
        own = tf.stack([tf.range(shape[0]), tf.cast(tf.reshape(found[2], [-1]), I32)], 1)
        masks = tf.sigmoid(tf.gather_nd(masks, own))
    masks = tf.reshape(masks, tf.stack([-1, found[0].shape[1], 12, 12]))
    return detections(*found, detection_masks=masks)


def sensitive_crops(features, boxes, bins, size):
    """The mean of what each group of channels says of its part of a box, in a loop over the pictures."""

    def one(given):
        features, boxes = given
        low_y, low_x, high_y, high_x = tf.unstack(boxes, axis=1)
        places = tf.zeros([tf.shape(boxes)[0]], I32)
        step_y, step_x = (high_y - low_y) / bins, (high_x - low_x) / bins
        made = []
        for i, part in enumerate(tf.split(features[None], bins * bins, 3)):
            y, x = divmod(i, bins)
            own = [low_y + y * step_y, low_x + x * step_x, low_y + (y + 1) * step_y, low_x + (x + 1) * step_x]
            made.append(tf.image.crop_and_resize(part, tf.stack(own, 1), places, [size, size]))
        return tf.reduce_mean(tf.add_n(made) / len(made), [1, 2], keepdims=True)

    return v1.map_fn(one, (features, boxes), dtype=F32, name="map")


def rfcn(images, nms):
    weights = Weights(3)
    features, proposals, counts, _ = first_stage(images, nms)
    with v1.name_scope("SecondStageBoxPredictor"):
        codes = sensitive_crops(weights.conv(features, 9 * CLASSES * 4, 1, act=None), proposals, 3, 2)
        kinds = sensitive_crops(weights.conv(features, 9 * (CLASSES + 1), 1, act=None, gain=6.0), proposals, 3, 2)
    return detections(*second_stage(proposals, counts, codes, kinds, nms))


def weighted(weights, *maps):
    """Features of several levels, each by its share."""
    shares = [tf.nn.relu(tf.constant(np.float32(0.5 + i))) for i in range(len(maps))]
    total = tf.add_n(shares)
    x = tf.add_n([each * share / (total + 0.0001) for each, share in zip(maps, shares, strict=True)])
    x = tf.nn.depthwise_conv2d(tf.nn.swish(x), weights(3, 3, x.shape[-1], 1), [1] * 4, "SAME")
    return weights.conv(x, 16, 1, act=None)


def upscaled(x, like):
    return v1.image.resize_nearest_neighbor(x, tf.shape(like)[1:3])


def efficient_det(images, nms):
    weights = Weights(4)
    resized, _ = fixed_resize(v1.to_float(images), 64)
    x = weights.conv(weights.conv(resized, 8, stride=2, act=tf.nn.swish), 12, stride=2, act=tf.nn.swish)
    pooled = tf.reduce_mean(x, [1, 2], keepdims=True)
    x *= tf.sigmoid(weights.conv(weights.conv(pooled, 4, 1, act=tf.nn.swish), 12, 1, act=None))
    levels = [weights.conv(x, 16, stride=2, act=tf.nn.swish)]
    levels += [tf.nn.max_pool2d(levels[0], 3, 2, "SAME"), weights.conv(levels[0], 16, stride=4, act=tf.nn.swish)]
    for _ in range(2):
        middle = weighted(weights, levels[1], upscaled(levels[2], levels[1]))
        low = weighted(weights, levels[0], upscaled(middle, levels[0]))
        middle = weighted(weights, levels[1], middle, tf.nn.max_pool2d(low, 3, 2, "SAME"))
        levels = [low, middle, weighted(weights, levels[2], tf.nn.max_pool2d(middle, 3, 2, "SAME"))]
    codes = [tf.reshape(weights.conv(each, 9 * 4, act=None), [tf.shape(each)[0], -1, 4]) for each in levels]
    kinds = [
        tf.reshape(weights.conv(each, 9 * CLASSES, act=None, gain=4.0), [tf.shape(each)[0], -1, CLASSES])
        for each in levels
    ]
    sizes = [[0.2 * 2**i * 2 ** (j / 3) for j in range(3)] for i in range(3)]
    anchors = tf.concat(
        [grid_anchors(each, size, [1.0, 2.0, 0.5]) for each, size in zip(levels, sizes, strict=True)], 0
    )
    codes, scores = tf.concat(codes, 1), tf.sigmoid(tf.concat(kinds, 1))
    boxes = batch_decode(codes, anchors)
    places = tf.nn.top_k(tf.reduce_max(scores, -1), 60).indices
    boxes, scores = tf.gather(boxes, places, batch_dims=1), tf.gather(scores, places, batch_dims=1)
    return detections(*batch_nms(tf.expand_dims(boxes, 2), scores, nms))


def center_net(images, nms):
    del nms  # a peak is better than its neighbours: nothing overlaps
    weights = Weights(5)
    x = v1.to_float(images) / 127.5 - 1.0
    x = weights.conv(weights.conv(x, 12, stride=2), 16, stride=2)
    heat = tf.sigmoid(weights.conv(weights.conv(x, 16), CLASSES, 1, act=None, gain=4.0))
    sizes, offsets = (tf.abs(weights.conv(weights.conv(x, 16), 2, 1, act=None)) for _ in range(2))
    peaks = tf.where(tf.abs(tf.nn.max_pool2d(heat, 3, 1, "SAME") - heat) < 1e-6, heat, 0.0)
    shape = tf.shape(peaks)
    batch, height, width = shape[0], shape[1], shape[2]
    scores, places = tf.nn.top_k(tf.reshape(peaks, tf.stack([batch, -1])), 10)
    kinds, cells = places % CLASSES, places // CLASSES
    rows, columns = cells // width, cells % width
    pictures = tf.tile(tf.expand_dims(tf.range(batch), 1), [1, 10])
    at = tf.stack([pictures, rows, columns], -1)
    (h, w), (dy, dx) = (tf.unstack(tf.gather_nd(each, at), axis=-1) for each in (sizes, offsets))
    y, x = tf.cast(rows, F32) + dy, tf.cast(columns, F32) + dx
    boxes = tf.stack([y - h / 2.0, x - w / 2.0, y + h / 2.0, x + w / 2.0], -1)
    scale = 1.0 / tf.cast(tf.stack([height, width, height, width]), F32)
    boxes = tf.clip_by_value(boxes * scale, 0.0, 1.0)
    counts = tf.reduce_sum(tf.cast(scores > 0.1, I32), 1)
    return detections(boxes, scores, tf.cast(kinds, F32), counts)


NETWORKS = {
    "ssd": ssd,
    "faster_rcnn": faster_rcnn,
    "mask_rcnn": mask_rcnn,
    "rfcn": rfcn,
    "efficient_det": efficient_det,
    "center_net": center_net,
}
