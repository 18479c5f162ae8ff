"""The messages of Caffe's own layers, by the field numbers that BVLC publishes in caffe.proto."""

from __future__ import annotations

LAYER_MESSAGES: dict[str, str] = {
    "Ignored": "",
    "BlobShape": """
        1 dim int64* packed
    """,
    "NetState": """
        1 phase Phase = TEST
        2 level int32 = 0
        3 stage string*
    """,
    "NetStateRule": """
        1 phase Phase
        2 min_level int32
        3 max_level int32
        4 stage string*
        5 not_stage string*
    """,
    "ParamSpec": """
        1 name string
        2 share_mode DimCheckMode
        3 lr_mult float = 1.0
        4 decay_mult float = 1.0
    """,
    "FillerParameter": """
        1 type string = constant
        2 value float = 0
        3 min float = 0
        4 max float = 1
        5 mean float = 0
        6 std float = 1
        7 sparse int32 = -1
        8 variance_norm VarianceNorm = FAN_IN
    """,
    "LossParameter": """
        1 ignore_label int32
        3 normalization NormalizationMode = VALID
        2 normalize bool
    """,
    "TransformationParameter": """
        1 scale float = 1
        2 mirror bool = false
        3 crop_size uint32 = 0
        4 mean_file string
        5 mean_value float*
        6 force_color bool = false
        7 force_gray bool = false
    """,
    "ArgMaxParameter": """
        1 out_max_val bool = false
        2 top_k uint32 = 1
        3 axis int32
    """,
    "ClipParameter": """
        1 min float
        2 max float
    """,
    "ConcatParameter": """
        2 axis int32 = 1
        1 concat_dim uint32 = 1
    """,
    "BatchNormParameter": """
        1 use_global_stats bool
        2 moving_average_fraction float = 0.999
        3 eps float = 1e-5
        1018 relu bool = false
        1023 use_weight_bias bool = true
        1024 filler FillerParameter
        1019 scale_bias bool = false
        1020 scale_filler FillerParameter
        1021 bias_filler FillerParameter
    """,
    "BiasParameter": """
        1 axis int32 = 1
        2 num_axes int32 = 1
        3 filler FillerParameter
    """,
    "ConvolutionParameter": """
        1 num_output uint32
        2 bias_term bool = true
        3 pad uint32*
        4 kernel_size uint32*
        6 stride uint32*
        18 dilation uint32*
        9 pad_h uint32 = 0
        10 pad_w uint32 = 0
        11 kernel_h uint32
        12 kernel_w uint32
        13 stride_h uint32
        14 stride_w uint32
        5 group uint32 = 1
        7 weight_filler FillerParameter
        8 bias_filler FillerParameter
        15 engine Engine = DEFAULT
        16 axis int32 = 1
        17 force_nd_im2col bool = false
        1015 hole uint32 = 1
        1016 hole_h uint32
        1017 hole_w uint32
        1018 relu bool = false
        1022 negative_slope float = 0
    """,
    "CropParameter": """
        1 axis int32 = 2
        2 offset uint32*
        3 dimsize uint32*
    """,
    "DropoutParameter": """
        1 dropout_ratio float = 0.5
        1002 scale_train bool = true
        1003 sample_weights_test bool = false
    """,
    "DummyDataParameter": """
        1 data_filler FillerParameter*
        6 shape BlobShape*
        2 num uint32*
        3 channels uint32*
        4 height uint32*
        5 width uint32*
    """,
    "EltwiseParameter": """
        1 operation EltwiseOp = SUM
        2 coeff float*
        3 stable_prod_grad bool = true
    """,
    "ELUParameter": """
        1 alpha float = 1
    """,
    "EmbedParameter": """
        1 num_output uint32
        2 input_dim uint32
        3 bias_term bool = true
        4 weight_filler FillerParameter
        5 bias_filler FillerParameter
    """,
    "ExpParameter": """
        1 base float = -1.0
        2 scale float = 1.0
        3 shift float = 0.0
    """,
    "FlattenParameter": """
        1 axis int32 = 1
        2 end_axis int32 = -1
    """,
    "InnerProductParameter": """
        1 num_output uint32
        2 bias_term bool = true
        3 weight_filler FillerParameter
        4 bias_filler FillerParameter
        5 axis int32 = 1
        6 transpose bool = false
        1018 relu bool = false
        1022 negative_slope float = 0
    """,
    "InputParameter": """
        1 shape BlobShape*
    """,
    "LogParameter": """
        1 base float = -1.0
        2 scale float = 1.0
        3 shift float = 0.0
    """,
    "LRNParameter": """
        1 local_size uint32 = 5
        2 alpha float = 1.0
        3 beta float = 0.75
        4 norm_region NormRegion = ACROSS_CHANNELS
        5 k float = 1.0
        6 engine Engine = DEFAULT
    """,
    "MemoryDataParameter": """
        1 batch_size uint32
        2 channels uint32
        3 height uint32
        4 width uint32
    """,
    "MVNParameter": """
        1 normalize_variance bool = true
        2 across_channels bool = false
        3 eps float = 1e-9
    """,
    "ParameterParameter": """
        1 shape BlobShape
    """,
    "PoolingParameter": """
        1 pool PoolMethod = MAX
        4 pad uint32 = 0
        9 pad_h uint32 = 0
        10 pad_w uint32 = 0
        2 kernel_size uint32
        5 kernel_h uint32
        6 kernel_w uint32
        3 stride uint32 = 1
        7 stride_h uint32
        8 stride_w uint32
        11 engine Engine = DEFAULT
        12 global_pooling bool = false
        13 round_mode RoundMode = CEIL
        1013 ceil_mode bool = true
    """,
    "PowerParameter": """
        1 power float = 1.0
        2 scale float = 1.0
        3 shift float = 0.0
    """,
    "PythonParameter": """
        1 module string
        2 layer string
        3 param_str string
        4 share_in_parallel bool = false
    """,
    "RecurrentParameter": """
        1 num_output uint32 = 0
        2 weight_filler FillerParameter
        3 bias_filler FillerParameter
        4 debug_info bool = false
        5 expose_hidden bool = false
    """,
    "ReductionParameter": """
        1 operation ReductionOp = SUM
        2 axis int32 = 0
        3 coeff float = 1.0
    """,
    "ReLUParameter": """
        1 negative_slope float = 0
        2 engine Engine = DEFAULT
    """,
    "ReshapeParameter": """
        1 shape BlobShape
        2 axis int32 = 0
        3 num_axes int32 = -1
    """,
    "ScaleParameter": """
        1 axis int32 = 1
        2 num_axes int32 = 1
        3 filler FillerParameter
        4 bias_term bool = false
        5 bias_filler FillerParameter
    """,
    "SigmoidParameter": """
        1 engine Engine = DEFAULT
    """,
    "SliceParameter": """
        3 axis int32 = 1
        2 slice_point uint32*
        1 slice_dim uint32 = 1
    """,
    "SoftmaxParameter": """
        1 engine Engine = DEFAULT
        2 axis int32 = 1
    """,
    "SwishParameter": """
        1 beta float = 1
    """,
    "TanHParameter": """
        1 engine Engine = DEFAULT
    """,
    "TileParameter": """
        1 axis int32 = 1
        2 tiles int32
    """,
    "ThresholdParameter": """
        1 threshold float = 0
    """,
    "SPPParameter": """
        1 pyramid_height uint32
        2 pool PoolMethod = MAX
        6 engine Engine = DEFAULT
    """,
    "PReLUParameter": """
        1 filler FillerParameter
        2 channel_shared bool = false
    """,
}
"""Messages by name, each with its fields, in the form of ``ProtoSchema``; what is in an ``Ignored`` one has no
effect on results."""
