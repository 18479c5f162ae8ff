"""The messages that a net is made of: layers of today's form and of the two older ones."""

from __future__ import annotations

NET_MESSAGES: dict[str, str] = {
    "NetParameter": """
        1 name string
        3 input string*
        8 input_shape BlobShape*
        4 input_dim int64*
        5 force_backward bool
        6 state NetState
        7 debug_info bool
        100 layer LayerParameter*
        2 layers V1LayerParameter*
    """,
    "LayerParameter": """
        1 name string
        2 type string
        3 bottom string*
        4 top string*
        10 phase Phase
        5 loss_weight float*
        6 param ParamSpec*
        7 blobs Ignored*
        11 propagate_down bool*
        8 include NetStateRule*
        9 exclude NetStateRule*
        100 transform_param TransformationParameter
        101 loss_param LossParameter
        102 accuracy_param Ignored
        103 argmax_param ArgMaxParameter
        139 batch_norm_param BatchNormParameter
        141 bias_param BiasParameter
        148 clip_param ClipParameter
        104 concat_param ConcatParameter
        105 contrastive_loss_param Ignored
        106 convolution_param ConvolutionParameter
        144 crop_param CropParameter
        107 data_param Ignored
        108 dropout_param DropoutParameter
        109 dummy_data_param DummyDataParameter
        110 eltwise_param EltwiseParameter
        140 elu_param ELUParameter
        137 embed_param EmbedParameter
        111 exp_param ExpParameter
        135 flatten_param FlattenParameter
        112 hdf5_data_param Ignored
        113 hdf5_output_param Ignored
        114 hinge_loss_param Ignored
        115 image_data_param Ignored
        116 infogain_loss_param Ignored
        117 inner_product_param InnerProductParameter
        143 input_param InputParameter
        134 log_param LogParameter
        118 lrn_param LRNParameter
        119 memory_data_param MemoryDataParameter
        120 mvn_param MVNParameter
        145 parameter_param ParameterParameter
        121 pooling_param PoolingParameter
        122 power_param PowerParameter
        131 prelu_param PReLUParameter
        130 python_param PythonParameter
        146 recurrent_param RecurrentParameter
        136 reduction_param ReductionParameter
        123 relu_param ReLUParameter
        133 reshape_param ReshapeParameter
        142 scale_param ScaleParameter
        124 sigmoid_param SigmoidParameter
        125 softmax_param SoftmaxParameter
        132 spp_param SPPParameter
        126 slice_param SliceParameter
        147 swish_param SwishParameter
        127 tanh_param TanHParameter
        128 threshold_param ThresholdParameter
        138 tile_param TileParameter
        129 window_data_param Ignored
        200 annotated_data_param Ignored
        201 multibox_loss_param Ignored
        202 permute_param PermuteParameter
        203 prior_box_param PriorBoxParameter
        204 detection_output_param DetectionOutputParameter
        205 detection_evaluate_param Ignored
        206 norm_param NormalizeParameter
        207 video_data_param Ignored
        30001 bn_param BNParameter
        30002 upsample_param UpsampleParameter
        30003 interp_param InterpParameter
        30004 shuffle_channel_param ShuffleChannelParameter
        30005 reverse_param ReverseParameter
        30006 relu6_param ReLU6Parameter
        30007 region_yolo_param RegionYoloParameter
        30008 reorg_yolo_param ReorgYoloParameter
        30009 grn_param GRNParameter
        30010 ctc_decoder_param CTCDecoderParameter
        30011 correlation_param CorrelationParameter
        30012 st_param SpatialTransformerParameter
        30013 accum_param AccumParameter
        30014 power_file_param PowerFileParameter
        30015 augmentation_param AugmentationParameter
        30016 resample_param ResampleParameter
        30017 roi_pooling_param ROIPoolingParameter
        30018 psroi_pooling_param PSROIPoolingParameter
        30019 proposal_param ProposalParameter
        30024 simpler_nms_param SimplerNMSParameter
        30025 flow_warp_param FlowWarpParameter
        30031 reorg_param ReorgParameter
        30032 eval_detection_param Ignored
        30026 transpose_param TransposeParameter
        30027 spatial_dropout_param Ignored
        30028 dense_image_data_param Ignored
        30029 seg_accuracy_param Ignored
        30030 mat_write_param Ignored
        30020 axpy_param Ignored
        30021 smooth_l1_loss_param Ignored
        30022 ctc_loss_param Ignored
        30023 box_annotator_ohem_param Ignored
    """,
    "V1LayerParameter": """
        2 bottom string*
        3 top string*
        4 name string
        32 include NetStateRule*
        33 exclude NetStateRule*
        5 type V1LayerType
        6 blobs Ignored*
        1001 param string*
        1002 blob_share_mode DimCheckMode*
        7 blobs_lr float*
        8 weight_decay float*
        35 loss_weight float*
        27 accuracy_param Ignored
        23 argmax_param ArgMaxParameter
        9 concat_param ConcatParameter
        40 contrastive_loss_param Ignored
        10 convolution_param ConvolutionParameter
        11 data_param Ignored
        12 dropout_param DropoutParameter
        26 dummy_data_param DummyDataParameter
        24 eltwise_param EltwiseParameter
        41 exp_param ExpParameter
        13 hdf5_data_param Ignored
        14 hdf5_output_param Ignored
        29 hinge_loss_param Ignored
        15 image_data_param Ignored
        16 infogain_loss_param Ignored
        17 inner_product_param InnerProductParameter
        18 lrn_param LRNParameter
        22 memory_data_param MemoryDataParameter
        34 mvn_param MVNParameter
        19 pooling_param PoolingParameter
        21 power_param PowerParameter
        30 relu_param ReLUParameter
        38 sigmoid_param SigmoidParameter
        39 softmax_param SoftmaxParameter
        31 slice_param SliceParameter
        37 tanh_param TanHParameter
        25 threshold_param ThresholdParameter
        20 window_data_param Ignored
        36 transform_param TransformationParameter
        42 loss_param LossParameter
        1 layer V0LayerParameter
    """,
    "V0LayerParameter": """
        1 name string
        2 type string
        3 num_output uint32
        4 biasterm bool = true
        5 weight_filler FillerParameter
        6 bias_filler FillerParameter
        7 pad uint32 = 0
        8 kernelsize uint32
        9 group uint32 = 1
        10 stride uint32 = 1
        11 pool PoolMethod = MAX
        12 dropout_ratio float = 0.5
        13 local_size uint32 = 5
        14 alpha float = 1.0
        15 beta float = 0.75
        22 k float = 1.0
        16 source string
        17 scale float = 1
        18 meanfile string
        19 batchsize uint32
        20 cropsize uint32 = 0
        21 mirror bool = false
        50 blobs Ignored*
        51 blobs_lr float*
        52 weight_decay float*
        53 rand_skip uint32 = 0
        54 det_fg_threshold float = 0.5
        55 det_bg_threshold float = 0.5
        56 det_fg_fraction float = 0.25
        58 det_context_pad uint32 = 0
        59 det_crop_mode string = warp
        60 new_num int32 = 0
        61 new_channels int32 = 0
        62 new_height int32 = 0
        63 new_width int32 = 0
        64 shuffle_images bool = false
        65 concat_dim uint32 = 1
        1001 hdf5_output_param Ignored
    """,
}
"""As LAYER_MESSAGES. The numbers above 30000 are ours: forks of Caffe use one number for several messages."""

V1_TYPES: dict[str, int] = {
    "NONE": 0,
    "ABSVAL": 35,
    "ACCURACY": 1,
    "ARGMAX": 30,
    "BNLL": 2,
    "CONCAT": 3,
    "CONTRASTIVE_LOSS": 37,
    "CONVOLUTION": 4,
    "DATA": 5,
    "DECONVOLUTION": 39,
    "DROPOUT": 6,
    "DUMMY_DATA": 32,
    "EUCLIDEAN_LOSS": 7,
    "ELTWISE": 25,
    "EXP": 38,
    "FLATTEN": 8,
    "HDF5_DATA": 9,
    "HDF5_OUTPUT": 10,
    "HINGE_LOSS": 28,
    "IM2COL": 11,
    "IMAGE_DATA": 12,
    "INFOGAIN_LOSS": 13,
    "INNER_PRODUCT": 14,
    "LRN": 15,
    "MEMORY_DATA": 29,
    "MULTINOMIAL_LOGISTIC_LOSS": 16,
    "MVN": 34,
    "POOLING": 17,
    "POWER": 26,
    "RELU": 18,
    "SIGMOID": 19,
    "SIGMOID_CROSS_ENTROPY_LOSS": 27,
    "SILENCE": 36,
    "SOFTMAX": 20,
    "SOFTMAX_LOSS": 21,
    "SPLIT": 22,
    "SLICE": 33,
    "TANH": 23,
    "WINDOW_DATA": 24,
    "THRESHOLD": 31,
}
"""The enumeration of the layer types before they were texts."""
