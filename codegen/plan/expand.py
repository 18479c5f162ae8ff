"""Operations taken apart: what has no kernel of its own becomes operations that have one."""

from __future__ import annotations

from collections.abc import Callable

from dldt.codegen.plan.expand_boxes import expand_boxes
from dldt.codegen.plan.expand_class_nms import expand_matrix_nms, expand_multiclass_nms
from dldt.codegen.plan.expand_ctc import expand_ctc_greedy_decoder, expand_ctc_greedy_decoder_seq_len
from dldt.codegen.plan.expand_deformable_convolution import expand_deformable_convolution
from dldt.codegen.plan.expand_detection_output import expand_detection_output
from dldt.codegen.plan.expand_detectron import (
    expand_detectron_output,
    expand_prior_grid,
    expand_roi_features,
    expand_top_rois,
)
from dldt.codegen.plan.expand_einsum import expand_einsum
from dldt.codegen.plan.expand_embedding import (
    expand_embedding_bag_offsets,
    expand_embedding_bag_packed,
    expand_embedding_segments_sum,
)
from dldt.codegen.plan.expand_eye import expand_eye
from dldt.codegen.plan.expand_fourier import expand_dft, expand_irdft, expand_rdft
from dldt.codegen.plan.expand_gather_tree import expand_gather_tree
from dldt.codegen.plan.expand_generate_proposals import expand_proposals, expand_proposals_of_one
from dldt.codegen.plan.expand_grid_sample import expand_grid_sample
from dldt.codegen.plan.expand_interpolate import expand_interpolate
from dldt.codegen.plan.expand_non_zero import expand_non_zero
from dldt.codegen.plan.expand_prior_box import expand_prior_box, expand_prior_box_clustered
from dldt.codegen.plan.expand_proposal import expand_proposal
from dldt.codegen.plan.expand_psroi_pooling import expand_deformable_psroi_pooling, expand_psroi_pooling
from dldt.codegen.plan.expand_random import expand_random_uniform
from dldt.codegen.plan.expand_range import expand_range
from dldt.codegen.plan.expand_reshape import expand_reshape
from dldt.codegen.plan.expand_roi_align import expand_roi_align
from dldt.codegen.plan.expand_roi_pooling import expand_roi_pooling
from dldt.codegen.plan.expand_roll import expand_roll
from dldt.codegen.plan.expand_scatter import expand_scatter_elements, expand_scatter_nd, expand_scatter_update
from dldt.codegen.plan.expand_top_k import expand_top_k
from dldt.codegen.plan.expand_unique import expand_unique
from dldt.codegen.plan.expand_window import expand_max_pool
from dldt.codegen.plan.expand_yolo import expand_region_yolo, expand_reorg_yolo
from dldt.compiler import ops
from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.op import Op

EXPANSIONS: dict[type[Op], Callable[[Node], tuple[Value, ...] | None]] = {
    ops.CTCGreedyDecoder: expand_ctc_greedy_decoder,
    ops.CTCGreedyDecoderSeqLen: expand_ctc_greedy_decoder_seq_len,
    ops.DFT: expand_dft,
    ops.Einsum: expand_einsum,
    ops.EmbeddingBagOffsets: expand_embedding_bag_offsets,
    ops.EmbeddingBagPacked: expand_embedding_bag_packed,
    ops.EmbeddingSegmentsSum: expand_embedding_segments_sum,
    ops.Eye: expand_eye,
    ops.GatherTree: expand_gather_tree,
    ops.IDFT: expand_dft,
    ops.IRDFT: expand_irdft,
    ops.NonMaxSuppression: expand_boxes,
    ops.NonZero: expand_non_zero,
    ops.RDFT: expand_rdft,
    ops.RandomUniform: expand_random_uniform,
    ops.DeformableConvolution: expand_deformable_convolution,
    ops.DeformableConvolution8: expand_deformable_convolution,
    ops.ExperimentalDetectronDetectionOutput: expand_detectron_output,
    ops.ExperimentalDetectronGenerateProposalsSingleImage: expand_proposals_of_one,
    ops.ExperimentalDetectronPriorGridGenerator: expand_prior_grid,
    ops.ExperimentalDetectronROIFeatureExtractor: expand_roi_features,
    ops.ExperimentalDetectronTopKROIs: expand_top_rois,
    ops.GenerateProposals: expand_proposals,
    ops.GridSample: expand_grid_sample,
    ops.DetectionOutput: expand_detection_output,
    ops.DetectionOutput8: expand_detection_output,
    ops.Interpolate: expand_interpolate,
    ops.MaxPool: expand_max_pool,
    ops.MatrixNms: expand_matrix_nms,
    ops.MulticlassNms: expand_multiclass_nms,
    ops.MulticlassNms9: expand_multiclass_nms,
    ops.PriorBox: expand_prior_box,
    ops.PriorBox8: expand_prior_box,
    ops.PriorBoxClustered: expand_prior_box_clustered,
    ops.Range: expand_range,
    ops.RegionYolo: expand_region_yolo,
    ops.ReorgYolo: expand_reorg_yolo,
    ops.Proposal: expand_proposal,
    ops.Proposal4: expand_proposal,
    ops.PSROIPooling: expand_psroi_pooling,
    ops.DeformablePSROIPooling: expand_deformable_psroi_pooling,
    ops.ROIAlign: expand_roi_align,
    ops.ROIAlign9: expand_roi_align,
    ops.ROIPooling: expand_roi_pooling,
    ops.Reshape: expand_reshape,
    ops.Roll: expand_roll,
    ops.ScatterElementsUpdate: expand_scatter_elements,
    ops.ScatterNDUpdate: expand_scatter_nd,
    ops.ScatterUpdate: expand_scatter_update,
    ops.TopK: expand_top_k,
    ops.Unique: expand_unique,
}
"""For each operation what makes its outputs of other ones; it gives None for a node that may stay."""

_ROUNDS = 4


def expand(graph: Graph) -> Graph:
    """The graph with all operations in ``EXPANSIONS`` taken apart; a copy if there are any, else the graph itself."""
    made = graph
    for _ in range(_ROUNDS):
        if not any(_wanted(inner) for inner in made.walk()):
            return made
        made = graph.copy() if made is graph else made
        if not any([_expanded(inner) for inner in list(made.walk())]):
            return made
    raise InternalError("operations that are taken apart never end")


def _wanted(graph: Graph) -> list[Node]:
    return [node for node in graph.order() if type(node.op) in EXPANSIONS]


def _expanded(graph: Graph) -> bool:
    """Take the operations of one graph apart; whether there was one."""
    found = False
    for node in _wanted(graph):
        made = EXPANSIONS[type(node.op)](node)
        if made is None:
            continue
        found = True
        for old, new in zip(node.outputs, made, strict=True):
            graph.replace(old, new)
    if found:
        graph.prune()
    return found
