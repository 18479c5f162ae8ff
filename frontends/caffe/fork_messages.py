"""The messages of layers that forks of Caffe add: SSD, Faster R-CNN, SegNet, PSPNet, FlowNet, YOLO and others."""

from __future__ import annotations

FORK_MESSAGES: dict[str, str] = {
    "PermuteParameter": "1 order uint32*",
    "TransposeParameter": "1 dim int32*",
    "PriorBoxParameter": """
        1 min_size float*
        2 max_size float*
        3 aspect_ratio float*
        4 flip bool = true
        5 clip bool = false
        6 variance float*
        7 img_size uint32
        8 img_h uint32
        9 img_w uint32
        10 step float
        11 step_h float
        12 step_w float
        13 offset float = 0.5
        14 width float*
        15 height float*
    """,
    "DetectionOutputParameter": """
        1 num_classes uint32
        2 share_location bool = true
        3 background_label_id int32 = 0
        4 nms_param NonMaximumSuppressionParameter
        5 save_output_param Ignored
        6 code_type CodeType = CORNER
        8 variance_encoded_in_target bool = false
        7 keep_top_k int32 = -1
        9 confidence_threshold float
        10 visualize bool = false
        11 visualize_threshold float
        12 save_file string
        13 input_width int32 = -1
        14 input_height int32 = -1
        15 normalized bool = true
        16 objectness_score float = 0.01
    """,
    "NonMaximumSuppressionParameter": """
        1 nms_threshold float = 0.3
        2 top_k int32
        3 eta float = 1.0
    """,
    "NormalizeParameter": """
        1 across_spatial bool = true
        2 scale_filler FillerParameter
        3 channel_shared bool = true
        4 eps float = 1e-10
    """,
    "BNParameter": """
        1 slope_filler FillerParameter
        2 bias_filler FillerParameter
        3 momentum float = 0.9
        4 eps float = 1e-5
        5 frozen bool = false
        6 engine Engine = DEFAULT
        7 scale_filler FillerParameter
        8 shift_filler FillerParameter
        9 bn_mode BNMode = LEARN
        10 use_global_stats bool
        11 moving_average bool
        12 decay float
        13 icnet bool
    """,
    "UpsampleParameter": """
        1 scale uint32 = 2
        2 scale_h uint32
        3 scale_w uint32
        4 pad_out_h bool = false
        5 pad_out_w bool = false
        6 upsample_h uint32
        7 upsample_w uint32
    """,
    "InterpParameter": """
        1 height int32 = 0
        2 width int32 = 0
        3 zoom_factor int32 = 1
        4 shrink_factor int32 = 1
        5 pad_beg int32 = 0
        6 pad_end int32 = 0
    """,
    "ShuffleChannelParameter": "1 group uint32 = 1",
    "ReverseParameter": "1 axis int32 = 0",
    "ReLU6Parameter": "1 n float = 6",
    "RegionYoloParameter": """
        1 coords int32 = 4
        2 classes int32 = 20
        3 num int32 = 1
        4 do_softmax bool = true
        5 anchors float*
        6 mask int32*
    """,
    "ReorgYoloParameter": "1 stride int32 = 1",
    "ReorgParameter": """
        1 stride uint32
        2 reverse bool = false
    """,
    "GRNParameter": "1 bias float = 1.0",
    "CTCDecoderParameter": """
        1 blank_index int32 = -1
        2 ctc_merge_repeated bool = true
    """,
    "CorrelationParameter": """
        1 pad uint32 = 0
        2 kernel_size uint32
        3 max_displacement uint32
        4 stride_1 uint32 = 1
        5 stride_2 uint32 = 1
        6 single_direction int32 = 0
        7 do_abs bool = false
        15 correlation_type CorrelationType = MULTIPLY
    """,
    "SpatialTransformerParameter": """
        1 transform_type string = affine
        2 sampler_type string = bilinear
        3 output_H int32
        4 output_W int32
        5 to_compute_dU bool = true
        6 theta_1_1 double
        7 theta_1_2 double
        8 theta_1_3 double
        9 theta_2_1 double
        10 theta_2_2 double
        11 theta_2_3 double
        12 de_transform bool = false
    """,
    "AccumParameter": """
        1 top_height uint32 = 0
        2 top_width uint32 = 0
        3 size_divisible_by uint32 = 0
        4 have_reference bool = false
    """,
    "SimplerNMSParameter": """
        1 cls_threshold float = 0.5
        2 max_num_proposals uint32 = 300
        3 iou_threshold float = 0.7
        4 min_bbox_size uint32 = 16
        5 feat_stride uint32 = 16
        6 pre_nms_topn uint32 = 6000
        7 post_nms_topn uint32 = 150
        8 scale float*
    """,
    "FlowWarpParameter": "1 fill_value FlowWarpFill = ZERO",
    "PowerFileParameter": "1 shift_file string",
    "AugmentationParameter": """
        1 crop_width uint32 = 0
        2 crop_height uint32 = 0
        3 write_augmented string
        4 max_multiplier float = 255.0
        5 augment_during_test bool = false
        6 recompute_mean uint32 = 0
        7 write_mean string
        8 mean_per_pixel bool = true
        18 mean float*
        9 mode string = add
    """,
    "ResampleParameter": """
        1 antialias bool = true
        2 width uint32
        3 height uint32
        4 type ResampleType = LINEAR
        5 factor float = 1.0
    """,
    "ROIPoolingParameter": """
        1 pooled_h uint32 = 0
        2 pooled_w uint32 = 0
        3 spatial_scale float = 1
    """,
    "PSROIPoolingParameter": """
        1 spatial_scale float
        2 output_dim int32
        3 group_size int32
    """,
    "ProposalParameter": """
        1 feat_stride uint32 = 16
        2 base_size uint32 = 16
        3 min_size uint32 = 16
        4 ratio float*
        5 scale float*
        6 pre_nms_topn uint32 = 6000
        7 post_nms_topn uint32 = 300
        8 nms_thresh float = 0.7
    """,
}
"""As LAYER_MESSAGES."""
