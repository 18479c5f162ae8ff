"""The layer types: which message their settings stand in, and how many bottoms and blobs they have."""

from __future__ import annotations

import attrs


@attrs.frozen
class LayerType:
    """One type of layer that is imported."""

    name: str
    message: str = ""
    """The field of LayerParameter that holds its settings."""
    bottoms: int | None = 1
    """At most so many; None: any number, and then there are no blobs."""
    blobs: int = 0
    """It has weights, at least so many blobs."""
    apart: bool = False
    """Whether it does the same to each of several bottoms, which makes a top of each."""
    optional_blobs: bool = False
    """Whether it has blobs that may be missing."""
    bottom_for_blob: bool = False
    """Whether a second bottom may stand for its first blob."""


_TYPES = (
    LayerType("AbsVal"),
    LayerType("Accum", "accum_param", None),
    LayerType("ArgMax", "argmax_param"),
    LayerType("Axpy", bottoms=3),
    LayerType("BatchNorm", "batch_norm_param", blobs=3),
    LayerType("BatchReindex", bottoms=2),
    LayerType("Bias", "bias_param", 2, blobs=1, bottom_for_blob=True),
    LayerType("Binarization"),
    LayerType("BN", "bn_param", blobs=2),
    LayerType("BNLL"),
    LayerType("ChannelNorm"),
    LayerType("Clip", "clip_param"),
    LayerType("Concat", "concat_param", None),
    LayerType("Convolution", "convolution_param", blobs=1, apart=True),
    LayerType("ConvolutionDepthwise", "convolution_param", blobs=1, apart=True),
    LayerType("Correlation", "correlation_param", 2),
    LayerType("Correlation1D", "correlation_param", 2),
    LayerType("Crop", "crop_param", 2),
    LayerType("CTCGreedyDecoder", "ctc_decoder_param", 2),
    LayerType("DataAugmentation", "augmentation_param", optional_blobs=True),
    LayerType("Deconvolution", "convolution_param", blobs=1, apart=True),
    LayerType("DepthwiseConvolution", "convolution_param", blobs=1, apart=True),
    LayerType("DetectionOutput", "detection_output_param", 5),
    LayerType("Dropout", "dropout_param"),
    LayerType("DummyData", "dummy_data_param", 0),
    LayerType("Eltwise", "eltwise_param", None),
    LayerType("ELU", "elu_param"),
    LayerType("Embed", "embed_param", blobs=1),
    LayerType("Exp", "exp_param"),
    LayerType("Filter", bottoms=None),
    LayerType("Flatten", "flatten_param"),
    LayerType("FlowWarp", "flow_warp_param", 2),
    LayerType("GRN", "grn_param"),
    LayerType("HardSwish"),
    LayerType("Im2col", "convolution_param", apart=True),
    LayerType("InnerProduct", "inner_product_param", blobs=1),
    LayerType("Interp", "interp_param", 2),
    LayerType("Log", "log_param"),
    LayerType("LRN", "lrn_param"),
    LayerType("LSTM", "recurrent_param", 5, blobs=3),
    LayerType("MVN", "mvn_param"),
    LayerType("Normalize", "norm_param", blobs=1),
    LayerType("Parameter", "parameter_param", 0, blobs=1),
    LayerType("Permute", "permute_param"),
    LayerType("Pooling", "pooling_param"),
    LayerType("Power", "power_param"),
    LayerType("PowerFile", "power_file_param", optional_blobs=True),
    LayerType("PReLU", "prelu_param", blobs=1),
    LayerType("PriorBox", "prior_box_param", 2),
    LayerType("PriorBoxClustered", "prior_box_param", 2),
    LayerType("Proposal", "proposal_param", 3),
    LayerType("PSROIPooling", "psroi_pooling_param", 2),
    LayerType("Python", "python_param", None),
    LayerType("Reduction", "reduction_param"),
    LayerType("RegionYolo", "region_yolo_param"),
    LayerType("ReLU", "relu_param"),
    LayerType("ReLU6", "relu6_param"),
    LayerType("Reorg", "reorg_param"),
    LayerType("ReorgYolo", "reorg_yolo_param"),
    LayerType("Resample", "resample_param", 2),
    LayerType("Reshape", "reshape_param"),
    LayerType("Reverse", "reverse_param"),
    LayerType("RNN", "recurrent_param", 4, blobs=5),
    LayerType("ROIPooling", "roi_pooling_param", 2),
    LayerType("Scale", "scale_param", 2, blobs=1, bottom_for_blob=True),
    LayerType("ShuffleChannel", "shuffle_channel_param"),
    LayerType("Sigmoid"),
    LayerType("SimplerNMS", "simpler_nms_param", 3),
    LayerType("Slice", "slice_param"),
    LayerType("Softmax", "softmax_param"),
    LayerType("SpatialTransformer", "st_param", 2),
    LayerType("Split"),
    LayerType("SPP", "spp_param"),
    LayerType("Swish", "swish_param"),
    LayerType("TanH"),
    LayerType("Threshold", "threshold_param"),
    LayerType("Tile", "tile_param"),
    LayerType("Transpose", "transpose_param"),
    LayerType("Upsample", "upsample_param", 2),
)
_ALIASES = {"spatialdropout": "Dropout", "syncbn": "BN"}
LAYERS: dict[str, LayerType] = {each.name.lower(): each for each in _TYPES}
"""By their names in small letters: forks write ``RELU`` and ``Batchnorm``."""
LAYERS.update((alias, LAYERS[name.lower()]) for alias, name in _ALIASES.items())
