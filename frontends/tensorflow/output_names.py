"""The names of outputs, by which functions refer to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TABLE = """
AnonymousMemoryCache handle deleter
AnonymousRandomSeedGenerator handle deleter
AnonymousSeedGenerator handle deleter
ApproxTopK values indices
Batch batched_tensors*T batch_index id
BatchFunction out_tensors*Tout
BatchSelfAdjointEigV2 e v
BatchSvd s u v
BlockLSTM i cs f o ci co h
BlockLSTMV2 i cs f o ci co h
CSRSparseMatrixComponents row_ptrs col_inds values
CSRSparseMatrixToSparseTensor indices values dense_shape
CTCBeamSearchDecoder decoded_indices*top_paths decoded_values*top_paths decoded_shape*top_paths log_probability
CTCGreedyDecoder decoded_indices decoded_values decoded_shape log_probability
CTCLoss loss gradient
CTCLossV2 loss gradient
Case output*Tout
CombinedNonMaxSuppression nmsed_boxes nmsed_scores nmsed_classes valid_detections
CompositeTensorVariantToComponents components*Tcomponents
ComputeAccidentalHits indices ids weights
ConcatOffset offset*N
ConvertToCooTensor row_ids col_ids gains
CudnnRNN output output_h output_c reserve_space
CudnnRNNParamsToCanonical weights*num_params biases*num_params
CudnnRNNParamsToCanonicalV2 weights*num_params_weights biases*num_params_biases
CudnnRNNV2 output output_h output_c reserve_space host_reserved
CudnnRNNV3 output output_h output_c reserve_space host_reserved
CustomAggregator output min max histogram
DecodeWav audio sample_rate
DenseToDenseSetOperation result_indices result_values result_shape
DenseToSparseSetOperation result_indices result_values result_shape
DeserializeManySparse sparse_indices sparse_values sparse_shape
DeserializeSparse sparse_indices sparse_values sparse_shape
DynamicPartition outputs*num_partitions
EagerPyFunc output*Tout
Eig e v
FiveFloatOutputs a b c d e
For output*T
FractionalAvgPool output row_pooling_sequence col_pooling_sequence
FractionalMaxPool output row_pooling_sequence col_pooling_sequence
FusedBatchNorm y batch_mean batch_variance reserve_space_1 reserve_space_2
FusedBatchNormV2 y batch_mean batch_variance reserve_space_1 reserve_space_2
FusedBatchNormV3 y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3
GRUBlockCell r u c h
GenerateBoundingBoxProposals rois roi_probabilities
GenerateVocabRemapping remapping num_present
GetElementAtIndex components*output_types
IdentityN output*T
If output*Tout
InfeedDequeueTuple outputs*dtypes
IsotonicRegression output segments
LSTMBlockCell i cs f o ci co h
ListDiff out idx
LogMatrixDeterminant sign log_abs_determinant
LookupTableExport keys values
LookupTableExportV2 keys values
Lu lu p
MapDefun output*output_types
MapPeek values*dtypes
MapUnstage values*dtypes
MapUnstageNoKey key values*dtypes
MaxPoolWithArgmax output argmax
Merge output value_index
NearestNeighbors nearest_center_indices nearest_center_distances
NonMaxSuppressionV4 selected_indices valid_outputs
NonMaxSuppressionV5 selected_indices selected_scores valid_outputs
OptionalGetValue components*output_types
OrderedMapPeek values*dtypes
OrderedMapUnstage values*dtypes
OrderedMapUnstageNoKey key values*dtypes
OutfeedDequeueTuple outputs*dtypes
OutfeedDequeueTupleV2 outputs*dtypes
PartitionedCall output*Tout
PyFunc output*Tout
PyFuncStateless output*Tout
Qr q r
QuantizeDownAndShrinkRange output output_min output_max
QuantizeV2 output output_min output_max
QuantizedAdd z min_z max_z
QuantizedAvgPool output min_output max_output
QuantizedBatchNormWithGlobalNormalization result result_min result_max
QuantizedBiasAdd output min_out max_out
QuantizedConcat output output_min output_max
QuantizedConcatV2 output output_min output_max
QuantizedConv2D output min_output max_output
QuantizedConv2DAndRelu output min_output max_output
QuantizedConv2DAndReluAndRequantize output min_output max_output
QuantizedConv2DAndRequantize output min_output max_output
QuantizedConv2DPerChannel output min_output max_output
QuantizedConv2DWithBias output min_output max_output
QuantizedConv2DWithBiasAndRelu output min_output max_output
QuantizedConv2DWithBiasAndReluAndRequantize output min_output max_output
QuantizedConv2DWithBiasAndRequantize output min_output max_output
QuantizedConv2DWithBiasSignedSumAndReluAndRequantize output min_output max_output
QuantizedConv2DWithBiasSumAndRelu output min_output max_output
QuantizedConv2DWithBiasSumAndReluAndRequantize output min_output max_output
QuantizedDepthwiseConv2D output min_output max_output
QuantizedDepthwiseConv2DWithBias output min_output max_output
QuantizedDepthwiseConv2DWithBiasAndRelu output min_output max_output
QuantizedDepthwiseConv2DWithBiasAndReluAndRequantize output min_output max_output
QuantizedInstanceNorm y y_min y_max
QuantizedMatMul out min_out max_out
QuantizedMatMulWithBias out min_out max_out
QuantizedMatMulWithBiasAndRelu out min_out max_out
QuantizedMatMulWithBiasAndReluAndRequantize out min_out max_out
QuantizedMatMulWithBiasAndRequantize out min_out max_out
QuantizedMaxPool output min_output max_output
QuantizedMul z min_z max_z
QuantizedRelu activations min_activations max_activations
QuantizedRelu6 activations min_activations max_activations
QuantizedReluX activations min_activations max_activations
QuantizedReshape output output_min output_max
QuantizedResizeBilinear resized_images out_min out_max
RaggedCross output_values output_row_splits
RaggedFillEmptyRows output_value_rowids output_values empty_row_indicator reverse_index_map
RaggedGather output_nested_splits*OUTPUT_RAGGED_RANK output_dense_values
RaggedRange rt_nested_splits rt_dense_values
RaggedTensorFromVariant output_nested_splits*output_ragged_rank output_dense_values
RaggedTensorToSparse sparse_indices sparse_values sparse_dense_shape
RefMerge output value_index
RefSwitch output_false output_true
RemoteCall output*Tout
RequantizationRange output_min output_max
RequantizationRangePerChannel output_min output_max
Requantize output output_min output_max
RequantizePerChannel output output_min output_max
RestoreV2 tensors*dtypes
RiscWhile output*T
SampleDistortedBoundingBox begin size bboxes
SampleDistortedBoundingBoxV2 begin size bboxes
SelfAdjointEigV2 e v
ShapeN output*N
Skipgram vocab_word vocab_freq words_per_epoch current_epoch total_words_processed examples labels
SoftmaxCrossEntropyWithLogits loss backprop
SparseAdd sum_indices sum_values sum_shape
SparseConcat output_indices output_values output_shape
SparseCross output_indices output_values output_shape
SparseCrossHashed output_indices output_values output_shape
SparseCrossV2 output_indices output_values output_shape
SparseFillEmptyRows output_indices output_values empty_row_indicator reverse_index_map
SparseReduceMaxSparse output_indices output_values output_shape
SparseReduceSumSparse output_indices output_values output_shape
SparseReorder output_indices output_values
SparseReshape output_indices output_shape
SparseSlice output_indices output_values output_shape
SparseSoftmaxCrossEntropyWithLogits loss backprop
SparseSparseMaximum output_indices output_values
SparseSparseMinimum output_indices output_values
SparseSplit output_indices*num_split output_values*num_split output_shape*num_split
SparseToSparseSetOperation result_indices result_values result_shape
Split output*num_split
SplitDedupData integer_tensor float_tensor
SplitV output*num_split
StatefulPartitionedCall output*Tout
StatelessCase output*Tout
StatelessIf output*Tout
StatelessRandomGetKeyCounter key counter
StatelessRandomGetKeyCounterAlg key counter alg
StatelessSampleDistortedBoundingBox begin size bboxes
StatelessWhile output*T
StringNGrams ngrams ngrams_splits
StringSplit indices values shape
StringSplitV2 indices values shape
Svd s u v
Switch output_false output_true
TakeManySparseFromTensorsMap sparse_indices sparse_values sparse_shape
TensorArrayConcat value lengths
TensorArrayConcatV2 value lengths
TensorArrayConcatV3 value lengths
TensorArrayV3 handle flow
TensorListConcat tensor lengths
TensorListConcatV2 tensor lengths
TensorListPopBack output_handle tensor
TopK values indices
TopKUnique topk topk_indices
TopKV2 values indices
TopKWithUnique topk topk_indices
TwoFloatOutputs a b
TwoIntOutputs a b
UncompressElement components*output_types
UnicodeDecode row_splits char_values
UnicodeDecodeWithOffsets row_splits char_values char_to_byte_starts
Unique y idx
UniqueV2 y idx
UniqueWithCounts y idx count
UniqueWithCountsV2 y idx count
Unpack output*num
Unstage values*dtypes
While output*T
"""
# One operation a line, of those with several outputs or a list of them: the attribute behind the star is the length of
# the list, or its types. tests/frontends/tensorflow/make_output_names.py prints the lines.

_OUTPUTS = {line.split()[0]: tuple(line.split()[1:]) for line in _TABLE.strip().splitlines()}


def output_counts(op: str, attributes: Mapping[str, Any]) -> dict[str, int]:
    """How many tensors each output of an operation is, by its name, in order; ``attributes`` are AttrValues. Nothing
    where it is a single one."""
    return {
        name: _count(attributes.get(length)) for name, _, length in (o.partition("*") for o in _OUTPUTS.get(op, ()))
    }


def _count(value: Any) -> int:
    if value is None:
        return 1
    return len(value.list.type) if value.HasField("list") else max(int(value.i), 0)
