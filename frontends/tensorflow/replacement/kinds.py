"""The kinds of entries that there are, by their ``id``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dldt.frontends.tensorflow.replacement.edit import Edit
from dldt.frontends.tensorflow.replacement.masks import mask_crops, mask_sigmoid
from dldt.frontends.tensorflow.replacement.outputs import constants, named_outputs
from dldt.frontends.tensorflow.replacement.preprocessor import preprocessor, preprocessor_2
from dldt.frontends.tensorflow.replacement.settings import Settings
from dldt.frontends.tensorflow.replacement.single_shot import retina_net, ssd_postprocessor, toolbox
from dldt.frontends.tensorflow.replacement.two_stage import proposals, second_stage, sensitive_crops
from dldt.frontends.tensorflow.replacement.yolo import yolo, yolo_v3


def _nothing(edit: Edit, settings: Settings) -> None:
    """What it did is done for every model."""


KINDS: Mapping[str, Callable[[Edit, Settings], None]] = MappingProxyType(
    {
        "TFYOLO": yolo,
        "TFYOLOV3": yolo_v3,
        "ObjectDetectionAPIPreprocessorReplacement": preprocessor,
        "ObjectDetectionAPIPreprocessor2Replacement": preprocessor_2,
        "ObjectDetectionAPISSDPostprocessorReplacement": ssd_postprocessor,
        "ObjectDetectionAPIProposalReplacement": proposals,
        "ObjectDetectionAPIPSROIPoolingReplacement": sensitive_crops,
        "ObjectDetectionAPIDetectionOutputReplacement": second_stage,
        "ObjectDetectionAPIMaskRCNNROIPoolingSecondReplacement": mask_crops,
        "ObjectDetectionAPIOutputReplacement": named_outputs,
        "ObjectDetectionAPIMaskRCNNSigmoidReplacement": mask_sigmoid,
        "ObjectDetectionAPIConstValueOverride": constants,
        "RetinaNetFilteredDetectionsReplacement": retina_net,
        "SSDToolboxDetectionOutput": toolbox,
        "ConvFlatten": _nothing,
    }
)
ORDER = tuple(KINDS)
_WHOLE = "the whole graph compiles as it is without the file"
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "AutomlEfficientDet": f"EfficientDet of AutoML as DetectionOutput: {_WHOLE}",
        "CustomSubgraphCall": "sub-graphs that TensorFlow itself runs: cut the model round them (--input, --output)",
    }
)
"""Kinds of the old Model Optimizer that are not made: what they were, and what to do."""
