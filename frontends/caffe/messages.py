"""Caffe's messages of protobuf."""

from __future__ import annotations

from dldt.frontends.caffe.fork_messages import FORK_MESSAGES
from dldt.frontends.caffe.layer_messages import LAYER_MESSAGES
from dldt.frontends.caffe.net_messages import NET_MESSAGES, V1_TYPES
from dldt.frontends.engine.proto_schema import ProtoSchema

_ENUMS: dict[str, dict[str, int]] = {
    "Phase": {"TRAIN": 0, "TEST": 1},
    "DimCheckMode": {"STRICT": 0, "PERMISSIVE": 1},
    "Engine": {"DEFAULT": 0, "CAFFE": 1, "CUDNN": 2},
    "PoolMethod": {"MAX": 0, "AVE": 1, "STOCHASTIC": 2},
    "RoundMode": {"CEIL": 0, "FLOOR": 1},
    "EltwiseOp": {"PROD": 0, "SUM": 1, "MAX": 2},
    "NormRegion": {"ACROSS_CHANNELS": 0, "WITHIN_CHANNEL": 1},
    "ReductionOp": {"SUM": 1, "ASUM": 2, "SUMSQ": 3, "MEAN": 4},
    "VarianceNorm": {"FAN_IN": 0, "FAN_OUT": 1, "AVERAGE": 2},
    "NormalizationMode": {"FULL": 0, "VALID": 1, "BATCH_SIZE": 2, "PRE_FIXED": 3, "NONE": 4},
    "CodeType": {"CORNER": 1, "CENTER_SIZE": 2, "CORNER_SIZE": 3},
    "BNMode": {"LEARN": 0, "INFERENCE": 1},
    "CorrelationType": {"MULTIPLY": 0, "SUBTRACT": 1},
    "FlowWarpFill": {"ZERO": 1, "NOT_A_NUMBER": 2},
    "ResampleType": {"NEAREST": 1, "LINEAR": 2, "CUBIC": 3, "AREA": 4},
    "V1LayerType": V1_TYPES,
}

MESSAGES = ProtoSchema("caffe", {**LAYER_MESSAGES, **FORK_MESSAGES, **NET_MESSAGES}, _ENUMS)
"""The classes by name: ``MESSAGES["NetParameter"]``."""
