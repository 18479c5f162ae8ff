"""The nets that everybody deployed with Caffe, with seeded random weights: at full size, and narrow for tests."""

from __future__ import annotations

import numpy as np

from tests.frontends.caffe.net_builder import NetBuilder


def alexnet(width=1.0, size=227, classes=1000):
    """AlexNet: groups, LRN, three inner products."""
    b = NetBuilder(width, data=(1, 3, size, size))
    top = b.pool("pool1", b.lrn("norm1", b.conv("conv1", "data", b.wide(96), 11, 4)), 3)
    top = b.pool("pool2", b.lrn("norm2", b.conv("conv2", top, b.wide(256), 5, 1, 2, 2)), 3)
    top = b.conv("conv3", top, b.wide(384), 3, 1, 1)
    top = b.conv("conv4", top, b.wide(384), 3, 1, 1, 2)
    top = b.pool("pool5", b.conv("conv5", top, b.wide(256), 3, 1, 1, 2), 3)
    for name in ("fc6", "fc7"):
        top = b.fc(name, top, b.wide(4096))
        b.add("Dropout", f"drop_{name}", top, top, "dropout_param { dropout_ratio: 0.5 }")
    b.add("Softmax", "prob", b.fc("fc8", top, classes, relu=False))
    return b


_INCEPTION = {
    "3a": (64, 96, 128, 16, 32, 32), "3b": (128, 128, 192, 32, 96, 64), "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64), "4c": (128, 128, 256, 24, 64, 64), "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128), "5a": (256, 160, 320, 32, 128, 128), "5b": (384, 192, 384, 48, 128, 128),
}  # fmt: skip


def googlenet(width=1.0, size=224, classes=1000):
    """GoogLeNet: nine inception modules."""
    b = NetBuilder(width, data=(1, 3, size, size))
    top = b.lrn("norm1", b.pool("pool1", b.conv("conv1", "data", b.wide(64), 7, 2, 3), 3))
    top = b.conv("conv2", b.conv("conv2_reduce", top, b.wide(64), 1), b.wide(192), 3, 1, 1)
    top = b.pool("pool2", b.lrn("norm2", top), 3)
    for name, (one, three_in, three, five_in, five, pool) in _INCEPTION.items():
        parts = [
            b.conv(f"{name}_1x1", top, b.wide(one), 1),
            b.conv(f"{name}_3x3", b.conv(f"{name}_3x3_in", top, b.wide(three_in), 1), b.wide(three), 3, 1, 1),
            b.conv(f"{name}_5x5", b.conv(f"{name}_5x5_in", top, b.wide(five_in), 1), b.wide(five), 5, 1, 2),
            b.conv(f"{name}_proj", b.pool(f"{name}_pool", top, 3, 1, 1), b.wide(pool), 1),
        ]
        top = b.concat(f"{name}_out", parts)
        if name in ("3b", "4e"):
            top = b.pool(f"{name}_down", top, 3)
    top = b.pool("pool5", top, b.space[top][0], 1, 0, "AVE")
    b.add("Softmax", "prob", b.fc("classifier", top, classes, relu=False))
    return b


def vgg(depth=16, width=1.0, size=224, classes=1000, hidden=4096):
    """VGG-16 or VGG-19."""
    b = NetBuilder(width, data=(1, 3, size, size))
    top = _vgg_trunk(b, depth)
    for name in ("fc6", "fc7"):
        top = b.fc(name, top, b.wide(hidden))
    b.add("Softmax", "prob", b.fc("fc8", top, classes, relu=False))
    return b


def resnet50(width=1.0, size=224, classes=1000):
    """ResNet-50: BatchNorm and Scale behind each convolution, sums."""
    b = NetBuilder(width, data=(1, 3, size, size))
    b.conv("conv1", "data", b.wide(64), 7, 2, 3, relu=False, bias=False)
    top = b.pool("pool1", b.relu(b.norm("conv1")), 3)
    for stage, (blocks, channels) in enumerate(((3, 64), (4, 128), (6, 256), (3, 512)), 2):
        for block in range(blocks):
            name, stride = f"res{stage}{'abcdef'[block]}", 2 if block == 0 and stage > 2 else 1
            top = _bottleneck(b, name, top, b.wide(channels), stride, block == 0)
    b.add("Softmax", "prob", b.fc("fc1000", b.pool("pool5", top, 0, kind="AVE"), classes, relu=False))
    return b


def fcn8s(width=1.0, size=160, classes=21):
    """FCN-8s: VGG-16 with a padding of 100, scores of three scales, deconvolutions and crops."""
    b = NetBuilder(width, data=(1, 3, size, size))
    _vgg_trunk(b, 16, first_pad=100)
    top = b.conv("fc7", b.conv("fc6", "pool5", b.wide(4096), 7), b.wide(4096), 1)
    top = _deconv(b, "upscore2", b.conv("score_fr", top, classes, 1, relu=False), classes, 4, 2)
    for scale, offset in ((4, 5), (3, 9)):
        score = b.conv(f"score_pool{scale}", f"pool{scale}", classes, 1, relu=False)
        crop = b.add("Crop", f"crop{scale}", [score, top], settings=f"crop_param {{ axis: 2 offset: {offset} }}")
        b.space[crop] = b.space[top]
        top = b.add("Eltwise", f"fuse{scale}", [top, crop])
        top = _deconv(b, f"up{scale}", top, classes, *((4, 2) if scale == 4 else (16, 8)))
    b.add("Crop", "score", [top, "data"], settings="crop_param { axis: 2 offset: 31 }")
    return b


def squeezenet(width=1.0, size=227, classes=1000):
    """SqueezeNet 1.0."""
    b = NetBuilder(width, data=(1, 3, size, size))
    top = b.pool("pool1", b.conv("conv1", "data", b.wide(96), 7, 2), 3)
    for number, squeeze in enumerate((16, 16, 32, 32, 48, 48, 64, 64), 2):
        inner = b.conv(f"fire{number}_squeeze", top, b.wide(squeeze), 1)
        sides = [b.conv(f"fire{number}_{k}x{k}", inner, b.wide(4 * squeeze), k, 1, k // 2) for k in (1, 3)]
        top = b.concat(f"fire{number}", sides)
        if number in (4, 8):
            top = b.pool(f"pool{number}", top, 3)
    b.add("Softmax", "prob", b.pool("pool10", b.conv("conv10", top, classes, 1), 0, kind="AVE"))
    return b


def yolo(width=1.0, size=416, classes=20):
    """A tiny YOLO v2 without its last layer: leaky ReLU, BatchNorm, a pooling of stride 1."""
    b = NetBuilder(width, data=(1, 3, size, size))
    top = "data"
    for number, channels in enumerate((16, 32, 64, 128, 256, 512, 1024)):
        b.conv(f"conv{number}", top, b.wide(channels), 3, 1, 1, relu=False, bias=False)
        top = b.relu(b.norm(f"conv{number}"), 0.1)
        if number < 5:
            top = b.pool(f"pool{number}", top)
    b.conv("region_in", top, 5 * (5 + classes), 1, relu=False)
    return b


def faster_rcnn(trunk="vgg16", width=1.0, size=(600, 800), classes=21, rois=300):
    """Faster R-CNN on VGG-16 or ZF: proposals, pooling of regions, two inner products for each."""
    b = NetBuilder(width, data=(1, 3, *size), im_info=(1, 3))
    b.inputs["im_info"] = _im_info(size)
    if trunk == "vgg16":
        feature, hidden = _vgg_trunk(b, 16, last_pool=False), 4096
    else:
        top = b.pool("pool1", b.lrn("norm1", b.conv("conv1", "data", b.wide(96), 7, 2, 3)), 3, 2, 1)
        top = b.pool("pool2", b.lrn("norm2", b.conv("conv2", top, b.wide(256), 5, 2, 2)), 3, 2, 1)
        top = b.conv("conv4", b.conv("conv3", top, b.wide(384), 3, 1, 1), b.wide(384), 3, 1, 1)
        feature, hidden = b.conv("conv5", top, b.wide(256), 3, 1, 1), 4096
    rpn = b.conv("rpn", feature, b.wide(512), 3, 1, 1)
    score = b.conv("rpn_cls_score", rpn, 18, 1, relu=False, gain=0.3)
    deltas = b.conv("rpn_bbox_pred", rpn, 36, 1, relu=False, gain=0.05)
    flat = b.add("Reshape", "rpn_cls_flat", score, settings="reshape_param { shape { dim: 0 dim: 2 dim: -1 dim: 0 } }")
    prob = b.add("Softmax", "rpn_prob", flat)
    prob = b.add("Reshape", "rpn_cls_prob", prob, settings="reshape_param { shape { dim: 0 dim: 18 dim: -1 dim: 0 } }")
    settings = (
        f"feat_stride: 16 base_size: 16 min_size: 1 ratio: 0.5 ratio: 1 ratio: 2 scale: 8 scale: 16 scale: 32 "
        f"pre_nms_topn: 6000 post_nms_topn: {rois} nms_thresh: 0.7"
    )
    regions = b.add("Proposal", "rois", [prob, deltas, "im_info"], settings=f"proposal_param {{ {settings} }}")
    side = 7 if trunk == "vgg16" else 6
    pooled = b.add("ROIPooling", "roi_pool", [feature, regions],
                   settings=f"roi_pooling_param {{ pooled_w: {side} pooled_h: {side} spatial_scale: 0.0625 }}",
    )  # fmt: skip
    top = b.fc("fc6", pooled, b.wide(hidden), inputs=b.channels[feature] * side * side)
    top = b.fc("fc7", top, b.wide(hidden))
    b.add("Softmax", "cls_prob", b.fc("cls_score", top, classes, relu=False))
    b.fc("bbox_pred", top, 4 * classes, relu=False)
    return b


def ssd300(width=1.0, size=300, classes=21):
    """SSD300 on VGG-16: Normalize, dilation, priors at six scales."""
    b = NetBuilder(width, data=(1, 3, size, size))
    _vgg_trunk(b, 16, last_pool=False)
    b.add("Normalize", "conv4_3_norm", "conv4_3",
          settings="norm_param { across_spatial: false channel_shared: false }",
          blobs=[b._uniform(b.channels["conv4_3"]) * 20])  # fmt: skip
    top = b.conv("fc6", b.pool("pool5", "conv5_3", 3, 1, 1), b.wide(1024), 3, 1, 6, dilation=6)
    maps = ["conv4_3_norm", b.conv("fc7", top, b.wide(1024), 1)]
    top = maps[-1]
    for number, (inner, outer, stride, pad) in enumerate(
        ((256, 512, 2, 1), (128, 256, 2, 1), (128, 256, 1, 0), (128, 256, 1, 0)), 6
    ):
        top = b.conv(f"conv{number}_2", b.conv(f"conv{number}_1", top, b.wide(inner), 1), b.wide(outer), 3, stride, pad)
        maps.append(top)
    _ssd_head(b, maps, classes, size)
    return b


def mobilenet_ssd(width=1.0, size=300, classes=21):
    """MobileNet-SSD: channelwise convolutions."""
    b = NetBuilder(width, data=(1, 3, size, size))
    top = b.conv("conv0", "data", b.wide(32), 3, 2, 1)
    steps = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1))
    for number, (channels, stride) in enumerate(steps, 1):
        top = b.conv(f"conv{number}_dw", top, b.channels[top], 3, stride, 1, b.channels[top])
        top = b.conv(f"conv{number}", top, b.wide(channels), 1)
    maps = ["conv11", top]
    for number, (inner, outer) in enumerate(((256, 512), (128, 256), (128, 256), (64, 128)), 14):
        top = b.conv(f"conv{number}_2", b.conv(f"conv{number}_1", top, b.wide(inner), 1), b.wide(outer), 3, 2, 1)
        maps.append(top)
    _ssd_head(b, maps, classes, size)
    return b


TOPOLOGIES = {
    "alexnet": alexnet,
    "googlenet": googlenet,
    "vgg16": vgg,
    "vgg19": lambda **more: vgg(19, **more),
    "resnet50": resnet50,
    "fcn8s": fcn8s,
    "faster_rcnn_vgg16": faster_rcnn,
    "faster_rcnn_zf": lambda **more: faster_rcnn("zf", **more),
    "ssd300": ssd300,
    "mobilenet_ssd": mobilenet_ssd,
    "yolo": yolo,
    "squeezenet": squeezenet,
}
"""By name: the functions that make them."""

NARROW = {
    "alexnet": dict(width=0.08, size=99, classes=10),
    "googlenet": dict(width=0.06, size=96, classes=10),
    "vgg16": dict(width=0.06, size=64, classes=10),
    "vgg19": dict(width=0.06, size=64, classes=10),
    "resnet50": dict(width=0.06, size=65, classes=10),
    "fcn8s": dict(width=0.04, size=48, classes=5),
    "faster_rcnn_vgg16": dict(width=0.04, size=(128, 160), classes=5, rois=20),
    "faster_rcnn_zf": dict(width=0.05, size=(128, 160), classes=5, rois=20),
    "ssd300": dict(width=0.05, size=300, classes=4),
    "mobilenet_ssd": dict(width=0.1, size=160, classes=4),
    "yolo": dict(width=0.1, size=96, classes=3),
    "squeezenet": dict(width=0.1, size=99, classes=10),
}
"""What tests make of them: all layers, few channels."""


def _vgg_trunk(b, depth, first_pad=1, last_pool=True):
    top = "data"
    for stage, (count, channels) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)), 1):
        for number in range(1, count + (depth == 19 and stage > 2) + 1):
            pad = first_pad if top == "data" else 1
            top = b.conv(f"conv{stage}_{number}", top, b.wide(channels), 3, 1, pad)
        if stage < 5 or last_pool:
            top = b.pool(f"pool{stage}", top)
    return top


def _bottleneck(b, name, top, channels, stride, first):
    across = top
    if first:
        across = b.norm(b.conv(f"{name}_branch1", top, 4 * channels, 1, stride, relu=False, bias=False))
    inner = b.relu(b.norm(b.conv(f"{name}_branch2a", top, channels, 1, stride, relu=False, bias=False)))
    inner = b.relu(b.norm(b.conv(f"{name}_branch2b", inner, channels, 3, 1, 1, relu=False, bias=False)))
    inner = b.norm(b.conv(f"{name}_branch2c", inner, 4 * channels, 1, relu=False, bias=False))
    return b.relu(
        b.add("Eltwise", name, [across, inner], settings="eltwise_param { operation: SUM coeff: 0.7 coeff: 0.7 }")
    )


def _deconv(b, name, bottom, classes, kernel, stride):
    b.space[name] = tuple((size - 1) * stride + kernel for size in b.space[bottom])
    settings = f"convolution_param {{ num_output: {classes} kernel_size: {kernel} stride: {stride} bias_term: false }}"
    blobs = [b._normal((classes, classes, kernel, kernel), 1 / kernel)]
    return b.add("Deconvolution", name, bottom, settings=settings, blobs=blobs)


def _im_info(size):
    return np.array([[*size, 1]], np.float32)


def _ssd_head(b, maps, classes, size):
    heads = {"loc": [], "conf": [], "prior": []}
    for number, name in enumerate(maps):
        ratios = "aspect_ratio: 2" + " aspect_ratio: 3" * (1 <= number <= 3)
        count = 4 + 2 * (1 <= number <= 3)
        least, most = (size * s for s in (0.1 + 0.15 * number, 0.25 + 0.15 * number))
        for kind, channels in (("loc", 4 * count), ("conf", classes * count)):
            top = b.conv(f"{name}_{kind}", name, channels, 3, 1, 1, relu=False)
            top = b.add("Permute", f"{top}_perm", top, settings="permute_param { order: 0 order: 2 order: 3 order: 1 }")
            heads[kind].append(b.add("Flatten", f"{top}_flat", top))
        settings = f"""prior_box_param {{ min_size: {least} max_size: {most} {ratios} flip: true clip: false
            variance: 0.1 variance: 0.1 variance: 0.2 variance: 0.2 offset: 0.5 }}"""
        heads["prior"].append(b.add("PriorBox", f"{name}_prior", [name, "data"], settings=settings))
    loc, conf = b.concat("mbox_loc", heads["loc"]), b.concat("mbox_conf", heads["conf"])
    priors = b.concat("mbox_prior", heads["prior"], 2)
    conf = b.add(
        "Reshape", "conf_rows", conf, settings=f"reshape_param {{ shape {{ dim: 0 dim: -1 dim: {classes} }} }}"
    )
    conf = b.add("Flatten", "conf_flat", b.add("Softmax", "conf_soft", conf, settings="softmax_param { axis: 2 }"))
    b.add("DetectionOutput", "detection_out", [loc, conf, priors], settings=f"""detection_output_param {{
        num_classes: {classes} share_location: true background_label_id: 0
        nms_param {{ nms_threshold: 0.45 top_k: 400 }}
        code_type: CENTER_SIZE keep_top_k: 200 confidence_threshold: 0.01 }}""")  # fmt: skip
