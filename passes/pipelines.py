"""The pipelines: the only place where the order of passes exists."""

from __future__ import annotations

import attrs

from dldt.compiler.stage import CLEAN, NORMAL, OPSET
from dldt.passes.base import Pass
from dldt.passes.pipeline import Pipeline, parse_passes
from dldt.passes.transforms.concat_to_tile import ConcatToTile
from dldt.passes.transforms.decompose_batch_norm import DecomposeBatchNorm
from dldt.passes.transforms.decompose_fake_quantize import DecomposeFakeQuantize
from dldt.passes.transforms.drop_broadcasts import DropBroadcasts
from dldt.passes.transforms.drop_clamp_before_rounding import DropClampBeforeRounding
from dldt.passes.transforms.drop_reshapes_around_mat_mul import DropReshapesAroundMatMul
from dldt.passes.transforms.fold_arithmetic_into_table import FoldArithmeticIntoTable
from dldt.passes.transforms.fold_channel_order_into_weights import FoldChannelOrderIntoWeights
from dldt.passes.transforms.fold_constants import FoldConstants
from dldt.passes.transforms.fold_input_affine_into_weights import FoldInputAffineIntoWeights
from dldt.passes.transforms.fold_loops import FoldLoops
from dldt.passes.transforms.fold_scale_into_weights import FoldScaleIntoWeights
from dldt.passes.transforms.fold_transpose_into_weights import FoldTransposeIntoWeights
from dldt.passes.transforms.fuse_clamp import FuseClamp
from dldt.passes.transforms.fuse_dilated_convolution import FuseDilatedConvolution
from dldt.passes.transforms.fuse_gelu import FuseGelu
from dldt.passes.transforms.fuse_grouped_convolution import FuseGroupedConvolution
from dldt.passes.transforms.fuse_hsigmoid import FuseHSigmoid
from dldt.passes.transforms.fuse_hswish import FuseHSwish
from dldt.passes.transforms.fuse_linear import FuseLinear
from dldt.passes.transforms.fuse_mvn import FuseMvn
from dldt.passes.transforms.fuse_one_hot_into_mat_mul import FuseOneHotIntoMatMul
from dldt.passes.transforms.fuse_pad import FusePad
from dldt.passes.transforms.fuse_prelu import FusePrelu
from dldt.passes.transforms.fuse_requantization import FuseRequantization
from dldt.passes.transforms.fuse_shuffle_channels import FuseShuffleChannels
from dldt.passes.transforms.fuse_softmax import FuseSoftmax
from dldt.passes.transforms.fuse_swish import FuseSwish
from dldt.passes.transforms.fuse_transpose_into_mat_mul import FuseTransposeIntoMatMul
from dldt.passes.transforms.hoist_invariants import HoistInvariants
from dldt.passes.transforms.inline_if import InlineIf
from dldt.passes.transforms.loops_to_iterators import LoopsToIterators
from dldt.passes.transforms.loops_to_sequences import LoopsToSequences
from dldt.passes.transforms.merge_common_subexpressions import MergeCommonSubexpressions
from dldt.passes.transforms.merge_converts import MergeConverts
from dldt.passes.transforms.merge_convolutions import MergeConvolutions
from dldt.passes.transforms.merge_reshapes import MergeReshapes
from dldt.passes.transforms.merge_transposes import MergeTransposes
from dldt.passes.transforms.move_bytes import MoveBytes
from dldt.passes.transforms.normalize_arithmetic import NormalizeArithmetic
from dldt.passes.transforms.raise_transposes import RaiseTransposes
from dldt.passes.transforms.remove_dead_code import RemoveDeadCode
from dldt.passes.transforms.remove_identities import RemoveIdentities
from dldt.passes.transforms.shape_channel_constants import ShapeChannelConstants
from dldt.passes.transforms.simplify_convert_like import SimplifyConvertLike
from dldt.passes.transforms.simplify_group_convolution import SimplifyGroupConvolution
from dldt.passes.transforms.simplify_max_pool import SimplifyMaxPool
from dldt.passes.transforms.simplify_reduce import SimplifyReduce
from dldt.passes.transforms.simplify_reshape import SimplifyReshape
from dldt.passes.transforms.simplify_shapes import SimplifyShapes
from dldt.passes.transforms.sink_channel_order import SinkChannelOrder
from dldt.passes.transforms.sink_dequantization import SinkDequantization
from dldt.passes.transforms.sink_shuffle_channels import SinkShuffleChannels
from dldt.passes.transforms.sink_transposes import SinkTransposes
from dldt.passes.transforms.sink_views import SinkViews
from dldt.passes.transforms.transpose_to_reshape import TransposeToReshape
from dldt.passes.transforms.unroll_loops import UnrollLoops

OPTIONAL: tuple[type[Pass], ...] = (MergeConvolutions,)
"""Passes that no pipeline runs unless asked to."""


@attrs.frozen
class Precedence:
    """``first`` must run before ``second``, and why. A test swaps each pair and sees the result get worse."""

    first: type[Pass]
    second: type[Pass]
    why: str


PRECEDENCE: tuple[Precedence, ...] = (
    Precedence(SimplifyShapes, FoldConstants, "what is computed from known shapes folds like any constant"),
    Precedence(SinkDequantization, FoldConstants, "weights that are scaled are integers no more"),
    Precedence(MergeCommonSubexpressions, FuseMvn, "the pattern asks for one mean, models compute it twice"),
    Precedence(DropBroadcasts, FuseMvn, "statistics that are expanded to the data's shape would hide the pattern"),
    Precedence(FuseClamp, FuseHSigmoid, "its pattern has a Clamp, models have Maximum and Minimum"),
    Precedence(FuseHSigmoid, FuseHSwish, "x * HSigmoid(x)"),
    Precedence(FuseOneHotIntoMatMul, FoldArithmeticIntoTable, "the table is what the one-hot rows pick from"),
    Precedence(FuseGelu, FuseLinear, "0.5 * (1 + erf) would become 0.5 * erf + 0.5"),
    Precedence(DecomposeBatchNorm, FuseLinear, "a normalisation joins the products and sums around it"),
    Precedence(NormalizeArithmetic, FuseLinear, "only products and sums are joined"),
    Precedence(FuseLinear, FoldScaleIntoWeights, "(conv + b) * s must first be conv * s + b * s"),
    Precedence(DropReshapesAroundMatMul, SinkTransposes, "rows of several dims tell that a product is along channels"),
    Precedence(SinkTransposes, MergeTransposes, "transposes meet their inverses only after they moved"),
    Precedence(MergeTransposes, FuseDilatedConvolution, "Transposes stand between blocks of space and convolution"),
    Precedence(RaiseTransposes, FoldInputAffineIntoWeights, "a Transpose would stand before the convolution"),
    Precedence(SinkViews, MergeReshapes, "views meet their inverses only after they moved"),
    Precedence(DecomposeBatchNorm, SinkViews, "a product and a sum move before a view, a BatchNorm does not"),
    Precedence(SinkViews, FoldScaleIntoWeights, "a view between a convolution and its BatchNorm would keep them apart"),
    Precedence(FoldConstants, InlineIf, "the condition must be a constant"),
    Precedence(LoopsToIterators, LoopsToSequences, "a cell takes a slice of its input in every turn"),
    Precedence(SinkChannelOrder, FoldChannelOrderIntoWeights, "mean and scale stand between reversal and convolution"),
)


def _quantized() -> tuple[Pass, ...]:
    return (
        DecomposeFakeQuantize(),
        MoveBytes(),
        SinkDequantization(),
        FuseRequantization(),
        DropClampBeforeRounding(),
        FuseRequantization(),  # an activation may have stood between two scales
    )


def _clean() -> tuple[Pass, ...]:
    return (
        RemoveDeadCode(),
        *_quantized(),
        LoopsToIterators(),
        LoopsToSequences(),
        FoldLoops(),
        UnrollLoops(),
        SimplifyShapes(),
        FoldConstants(),
        InlineIf(),
        SimplifyReshape(),
        DropReshapesAroundMatMul(),
        MergeCommonSubexpressions(),
        RemoveIdentities(),
        HoistInvariants(),
        SimplifyReduce(),
        MergeConverts(),
        DropBroadcasts(),
        ConcatToTile(),
        SimplifyMaxPool(),
        SimplifyConvertLike(),
        SimplifyGroupConvolution(),
    )


def _fuse() -> tuple[Pass, ...]:
    return (
        FuseClamp(),
        FuseSoftmax(),
        FuseMvn(),
        FuseGelu(),
        FuseHSigmoid(),
        FuseHSwish(),
        FuseSwish(),
        FusePrelu(),
        FuseShuffleChannels(),
        FuseOneHotIntoMatMul(),
    )


def _normalize() -> tuple[Pass, ...]:
    return (*_fuse(), FoldArithmeticIntoTable(), DecomposeBatchNorm(), NormalizeArithmetic())


def _layout() -> tuple[Pass, ...]:
    return (
        SinkTransposes(),
        MergeTransposes(),
        FuseTransposeIntoMatMul(),
        TransposeToReshape(),
        FoldTransposeIntoWeights(),
        SinkViews(),
        MergeReshapes(),
    )


def _linear() -> tuple[Pass, ...]:
    return (
        FuseLinear(),
        FoldScaleIntoWeights(),
        SinkChannelOrder(),
        FoldChannelOrderIntoWeights(),
        FoldInputAffineIntoWeights(),
        FuseLinear(),  # a shift that was folded into the weights left a second bias
        FusePad(),  # folding may have taken away what stood between a Pad and its convolution
    )


def default_pipeline(*, merge_convolutions: bool = False) -> Pipeline:
    """From what a frontend made to the normal form of the operation set that is written as IR and compiled.

    Afterwards: convolutions and constant MatMuls carry BatchNorm, scale and mean in their weights and one
    ``Add(…, [1,C,1,1])`` (``[C]`` behind a MatMul); other per-channel arithmetic is one Multiply and one Add; no
    Divide or Subtract by a floating-point constant; no shape arithmetic where the dims are known.
    """
    fold = (
        *_layout(),
        FuseDilatedConvolution(),  # Transposes stood between its parts
        FusePad(),
        RaiseTransposes(),  # a Pad may have stood between
        *_linear(),
        FuseGroupedConvolution(),  # its branches are convolutions with at most a bias: folding has made them so
        *_linear(),  # a product or sum behind the Concat now stands behind a convolution
        *((MergeConvolutions(),) if merge_convolutions else ()),
        SinkShuffleChannels(),  # after folding, which does not see through a shuffle
        FoldConstants(),
        ShapeChannelConstants(),
        MergeCommonSubexpressions(),
        RemoveIdentities(),
        RemoveDeadCode(),
    )
    return Pipeline.of("default", (_clean(), CLEAN), (_normalize(), NORMAL), (fold, OPSET))


def parse_pipeline(text: str) -> Pipeline:
    """The pipeline ``name,name{option=value},…`` that a command line asks for. Raises UsageError."""
    return Pipeline("custom", parse_passes(text))
