"""Nets of GluonNLP and GluonCV, small, as these libraries make them (gluonnlp 0.10, gluoncv 0.11)."""

from __future__ import annotations

import gluoncv
import gluonnlp
import mxnet as mx
import numpy as np
from gluoncv.model_zoo.ssd.ssd import SSD
from mxnet.gluon import nn


def _made(net, inputs, *outputs):
    """Symbol, shapes of parameters, inputs."""
    net.initialize()
    net(*(mx.nd.array(array) for array in inputs.values()))
    found = net(*(mx.sym.var(name) for name in inputs))
    symbol = mx.sym.Group(list(found)) if isinstance(found, tuple | list) else found
    known = {name: p for name, p in net.collect_params().items()}
    names = [*symbol.list_arguments(), *symbol.list_auxiliary_states()]
    fixed = {n: known[n].data().asnumpy() for n in names if n in known and ("anchor" in n or "offset" in n)}
    shapes = {n: (list(known[n].shape), "float32") for n in names if n in known and n not in fixed}
    return symbol, {**shapes, **fixed}, inputs


def bert():
    """A layer of BERT with its pooler; lengths differ."""
    encoder = gluonnlp.model.BERTEncoder(
        units=8, hidden_size=16, num_layers=1, num_heads=2, max_length=12, dropout=0.1, prefix="enc_"
    )
    net = gluonnlp.model.BERTModel(
        encoder, vocab_size=20, token_type_vocab_size=2, units=8, embed_size=8, use_decoder=False,
        use_classifier=False, prefix="bert_",
    )  # fmt: skip
    rng = np.random.RandomState(1)
    inputs = {
        "data0": rng.randint(0, 20, (2, 7)).astype(np.float32),
        "data1": rng.randint(0, 2, (2, 7)).astype(np.float32),
        "data2": np.array([4, 7], np.float32),
    }
    return _made(net, inputs)


def _stage(channels):
    net = nn.HybridSequential()
    net.add(nn.Conv2D(channels, 3, 2, 1, use_bias=False), nn.BatchNorm(), nn.LeakyReLU(0.1))
    return net


def yolo():
    """YOLOv3 over three small stages."""
    net = gluoncv.model_zoo.yolo.yolo3.YOLOV3(
        [_stage(4), _stage(6), _stage(8)],
        [8, 6, 4],
        [[10, 13, 16, 30, 33, 23], [30, 61, 62, 45, 59, 119], [116, 90, 156, 198, 373, 326]],
        [2, 4, 8],
        [str(i) for i in range(3)],
        alloc_size=(16, 16),
        prefix="yolo_",
    )
    net.set_nms(0.45, 40, 20)
    rng = np.random.RandomState(2)
    return _made(net, {"data": rng.standard_normal((1, 3, 32, 32)).astype(np.float32)})


def ssd():
    """SSD over a small MobileNet."""
    net = SSD(
        "mobilenet0.25",
        64,
        ["relu22_fwd", "relu26_fwd"],
        [16],
        [10, 20, 30, 40],
        [[1, 2, 0.5]] * 3,
        [16, 32, 64],
        ["a", "b", "c"],
        anchor_alloc_size=16,
        pretrained=False,
        prefix="ssd_",
    )
    net.set_nms(0.45, 40, 20)
    rng = np.random.RandomState(3)
    return _made(net, {"data": rng.standard_normal((1, 3, 64, 64)).astype(np.float32)})


GLUON = {"gluonnlp_bert": bert, "gluoncv_ssd": ssd, "gluoncv_yolo": yolo}
