"""The operations, one file an operation or a tight family."""

from dldt.compiler.ops.activation import Clamp, Elu, Gelu, HSigmoid, HSwish, Mish, ReLU, Sigmoid, SoftPlus, SoftSign
from dldt.compiler.ops.adaptive_pooling import AdaptiveAvgPool, AdaptiveMaxPool
from dldt.compiler.ops.arithmetic import (
    Add,
    Divide,
    FloorMod,
    Maximum,
    Minimum,
    Mod,
    Multiply,
    Power,
    SquaredDifference,
    Subtract,
)
from dldt.compiler.ops.batch_space import BatchToSpace, SpaceToBatch
from dldt.compiler.ops.bit_cast import BitCast
from dldt.compiler.ops.bitwise import (
    BitwiseAnd,
    BitwiseLeftShift,
    BitwiseNot,
    BitwiseOr,
    BitwiseRightShift,
    BitwiseXor,
)
from dldt.compiler.ops.broadcast import Broadcast, Tile
from dldt.compiler.ops.class_nms import MatrixNms, MulticlassNms, MulticlassNms9
from dldt.compiler.ops.comparison import Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.control import If
from dldt.compiler.ops.convert import Convert, ConvertLike
from dldt.compiler.ops.convolution import Convolution, GroupConvolution
from dldt.compiler.ops.core import Constant, Parameter, Result
from dldt.compiler.ops.ctc_greedy_decoder import CTCGreedyDecoder, CTCGreedyDecoderSeqLen
from dldt.compiler.ops.deconvolution import ConvolutionBackpropData, GroupConvolutionBackpropData
from dldt.compiler.ops.deformable_convolution import DeformableConvolution, DeformableConvolution8
from dldt.compiler.ops.detection_output import DetectionOutput, DetectionOutput8
from dldt.compiler.ops.detectron import (
    ExperimentalDetectronDetectionOutput,
    ExperimentalDetectronPriorGridGenerator,
    ExperimentalDetectronROIFeatureExtractor,
    ExperimentalDetectronTopKROIs,
)
from dldt.compiler.ops.einsum import Einsum
from dldt.compiler.ops.elementwise import Binary, Unary
from dldt.compiler.ops.embedding_bag import EmbeddingBagOffsets, EmbeddingBagPacked, EmbeddingSegmentsSum
from dldt.compiler.ops.extract_image_patches import ExtractImagePatches
from dldt.compiler.ops.eye import Eye
from dldt.compiler.ops.fake_quantize import FakeQuantize
from dldt.compiler.ops.fourier import DFT, IDFT, IRDFT, RDFT
from dldt.compiler.ops.gather import Gather, GatherElements, GatherND
from dldt.compiler.ops.gather_tree import GatherTree
from dldt.compiler.ops.generate_proposals import ExperimentalDetectronGenerateProposalsSingleImage, GenerateProposals
from dldt.compiler.ops.grid_sample import GridSample
from dldt.compiler.ops.gru import GRUCell, GRUSequence
from dldt.compiler.ops.interpolate import Interpolate
from dldt.compiler.ops.logical import IsFinite, IsInf, IsNaN, LogicalAnd, LogicalNot, LogicalOr, LogicalXor
from dldt.compiler.ops.loop import Loop
from dldt.compiler.ops.lstm import LSTMCell, LSTMSequence
from dldt.compiler.ops.matmul import MatMul
from dldt.compiler.ops.non_max_suppression import NonMaxSuppression
from dldt.compiler.ops.non_zero import NonZero
from dldt.compiler.ops.normalization import LRN, MVN, BatchNormInference, GroupNormalization, NormalizeL2
from dldt.compiler.ops.one_hot import OneHot
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.parametric import HardSigmoid, PReLU, Selu, Swish
from dldt.compiler.ops.pooling import AvgPool, AvgPool14, MaxPool, MaxPool8, MaxPool14
from dldt.compiler.ops.prior_box import PriorBox, PriorBox8, PriorBoxClustered
from dldt.compiler.ops.proposal import Proposal, Proposal4
from dldt.compiler.ops.psroi_pooling import DeformablePSROIPooling, PSROIPooling
from dldt.compiler.ops.random_uniform import RandomUniform
from dldt.compiler.ops.reduce import (
    ReduceL1,
    ReduceL2,
    ReduceLogicalAnd,
    ReduceLogicalOr,
    ReduceMax,
    ReduceMean,
    ReduceMin,
    ReduceProd,
    ReduceSum,
)
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.reverse_sequence import ReverseSequence
from dldt.compiler.ops.rnn import RNNCell, RNNSequence
from dldt.compiler.ops.roi_align import ROIAlign, ROIAlign9
from dldt.compiler.ops.roi_align_rotated import ROIAlignRotated
from dldt.compiler.ops.roi_pooling import ROIPooling
from dldt.compiler.ops.roll import Roll
from dldt.compiler.ops.rounding import Abs, Ceiling, Floor, Negative, Round, Sign
from dldt.compiler.ops.scatter import ScatterElementsUpdate, ScatterNDUpdate, ScatterUpdate
from dldt.compiler.ops.search_sorted import Bucketize, SearchSorted
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import Range, ShapeOf
from dldt.compiler.ops.shuffle import DepthToSpace, ShuffleChannels, SpaceToDepth
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.softmax import LogSoftmax, SoftMax, Softmax8
from dldt.compiler.ops.split import Split, VariadicSplit
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.state import Assign, ReadValue
from dldt.compiler.ops.strided_slice import StridedSlice
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.ops.top_k import CumSum, TopK
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import (
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Cos,
    Cosh,
    Erf,
    Exp,
    Log,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
)
from dldt.compiler.ops.unique import Unique
from dldt.compiler.ops.yolo import RegionYolo, ReorgYolo

__all__ = [
    "DFT",
    "IDFT",
    "IRDFT",
    "LRN",
    "MVN",
    "RDFT",
    "Abs",
    "Acos",
    "Acosh",
    "AdaptiveAvgPool",
    "AdaptiveMaxPool",
    "Add",
    "Asin",
    "Asinh",
    "Assign",
    "Atan",
    "Atanh",
    "AvgPool",
    "AvgPool14",
    "BatchNormInference",
    "BatchToSpace",
    "Binary",
    "BitCast",
    "BitwiseAnd",
    "BitwiseLeftShift",
    "BitwiseNot",
    "BitwiseOr",
    "BitwiseRightShift",
    "BitwiseXor",
    "Broadcast",
    "Bucketize",
    "CTCGreedyDecoder",
    "CTCGreedyDecoderSeqLen",
    "Ceiling",
    "Clamp",
    "Concat",
    "Constant",
    "Convert",
    "ConvertLike",
    "Convolution",
    "ConvolutionBackpropData",
    "Cos",
    "Cosh",
    "CumSum",
    "DeformableConvolution",
    "DeformableConvolution8",
    "DeformablePSROIPooling",
    "DepthToSpace",
    "DetectionOutput",
    "DetectionOutput8",
    "Divide",
    "Einsum",
    "Elu",
    "EmbeddingBagOffsets",
    "EmbeddingBagPacked",
    "EmbeddingSegmentsSum",
    "Equal",
    "Erf",
    "Exp",
    "ExperimentalDetectronDetectionOutput",
    "ExperimentalDetectronGenerateProposalsSingleImage",
    "ExperimentalDetectronPriorGridGenerator",
    "ExperimentalDetectronROIFeatureExtractor",
    "ExperimentalDetectronTopKROIs",
    "ExtractImagePatches",
    "Eye",
    "FakeQuantize",
    "Floor",
    "FloorMod",
    "GRUCell",
    "GRUSequence",
    "Gather",
    "GatherElements",
    "GatherND",
    "GatherTree",
    "Gelu",
    "GenerateProposals",
    "Greater",
    "GreaterEqual",
    "GridSample",
    "GroupConvolution",
    "GroupConvolutionBackpropData",
    "GroupNormalization",
    "HSigmoid",
    "HSwish",
    "HardSigmoid",
    "If",
    "Interpolate",
    "IsFinite",
    "IsInf",
    "IsNaN",
    "LSTMCell",
    "LSTMSequence",
    "Less",
    "LessEqual",
    "Log",
    "LogSoftmax",
    "LogicalAnd",
    "LogicalNot",
    "LogicalOr",
    "LogicalXor",
    "Loop",
    "MatMul",
    "MatrixNms",
    "MaxPool",
    "MaxPool8",
    "MaxPool14",
    "Maximum",
    "Minimum",
    "Mish",
    "Mod",
    "MulticlassNms",
    "MulticlassNms9",
    "Multiply",
    "Negative",
    "NonMaxSuppression",
    "NonZero",
    "NormalizeL2",
    "NotEqual",
    "OneHot",
    "PReLU",
    "PSROIPooling",
    "Pad",
    "Parameter",
    "Power",
    "PriorBox",
    "PriorBox8",
    "PriorBoxClustered",
    "Proposal",
    "Proposal4",
    "RNNCell",
    "RNNSequence",
    "ROIAlign",
    "ROIAlign9",
    "ROIAlignRotated",
    "ROIPooling",
    "RandomUniform",
    "Range",
    "ReLU",
    "ReadValue",
    "ReduceL1",
    "ReduceL2",
    "ReduceLogicalAnd",
    "ReduceLogicalOr",
    "ReduceMax",
    "ReduceMean",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "RegionYolo",
    "ReorgYolo",
    "Reshape",
    "Result",
    "ReverseSequence",
    "Roll",
    "Round",
    "ScatterElementsUpdate",
    "ScatterNDUpdate",
    "ScatterUpdate",
    "SearchSorted",
    "Select",
    "Selu",
    "ShapeOf",
    "ShuffleChannels",
    "Sigmoid",
    "Sign",
    "Sin",
    "Sinh",
    "Slice",
    "SoftMax",
    "SoftPlus",
    "SoftSign",
    "Softmax8",
    "SpaceToBatch",
    "SpaceToDepth",
    "Split",
    "Sqrt",
    "SquaredDifference",
    "Squeeze",
    "StridedSlice",
    "Subtract",
    "Swish",
    "Tan",
    "Tanh",
    "TensorIterator",
    "Tile",
    "TopK",
    "Transpose",
    "Unary",
    "Unique",
    "Unsqueeze",
    "VariadicSplit",
]
