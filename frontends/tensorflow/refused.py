"""Operations that are known and not imported: why, and what to do."""

from __future__ import annotations

_TEXT = (
    "text is not supported; cut the model behind it (--input) and hand over the numbers that it makes, prepared outside"
)
_TABLE = "lookup tables are not supported; cut the model behind the lookup (--input) and hand over the ids"
_QUEUE = "queues and data sets are no part of a network; name the tensor that it feeds as an input (--input)"
_RAGGED = "ragged tensors are not supported; cut the model (--input) where the data are dense"
_SUMMARY = "it only writes a record of the training; cut the model before it (--output)"
_TRAINING = "it belongs to training; export the model for inference, or cut it before (--output)"
_FILES = "it reads or writes files; cut the model behind it (--input) and hand over what it makes"
_LINEAR_ALGEBRA = "matrix decompositions are not supported; cut the model behind it (--input)"
_FUNCTION = "this function of elements is not supported; cut the model behind it (--input)"
_PYTHON = "it calls Python code, which a file does not hold; cut the model behind it (--input)"
_OLD_INTEGERS = "integers of this old form are not supported; export the model in f32, or as TensorFlow Lite"
_DEVICE = "it is for another device; freeze or export the model for the CPU"

REASONS: dict[str, tuple[str, ...]] = {
    _TEXT: (
        *("AsString", "DecodeBase64", "DecodeRaw", "EncodeBase64", "ReduceJoin", "RegexFullMatch", "RegexReplace"),
        *("StaticRegexFullMatch", "StaticRegexReplace", "StringFormat", "StringJoin", "StringLength", "StringLower"),
        *("StringNGrams", "StringSplit", "StringSplitV2", "StringStrip", "StringToHashBucket", "StringUpper"),
        *("StringToHashBucketFast", "StringToHashBucketStrong", "StringToNumber", "Substr", "UnicodeDecode"),
        *("UnicodeDecodeWithOffsets", "UnicodeEncode", "UnicodeScript", "UnicodeTranscode", "UnsortedSegmentJoin"),
        *("ParseExample", "ParseExampleV2", "ParseSingleExample", "ParseSequenceExample", "ParseTensor"),
        *("SerializeTensor", "DecodeCSV", "DecodeJSONExample", "DecodeProtoV2", "EncodeProto"),
    ),
    _TABLE: (
        *("HashTable", "HashTableV2", "AnonymousHashTable", "InitializeTable", "InitializeTableV2"),
        *("InitializeTableFromTextFile", "InitializeTableFromTextFileV2", "LookupTableFind", "LookupTableFindV2"),
        *("LookupTableInsert", "LookupTableInsertV2", "LookupTableImport", "LookupTableImportV2", "LookupTableSize"),
        *("LookupTableSizeV2", "LookupTableExport", "LookupTableExportV2", "MutableHashTable", "MutableHashTableV2"),
        *("MutableDenseHashTable", "MutableDenseHashTableV2", "MutableHashTableOfTensors"),
        *("MutableHashTableOfTensorsV2", "LookupTableRemoveV2"),
    ),
    _QUEUE: (
        *("FIFOQueue", "FIFOQueueV2", "PaddingFIFOQueueV2", "PriorityQueueV2", "RandomShuffleQueueV2", "QueueCloseV2"),
        *("QueueDequeue", "QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2", "QueueEnqueueV2"),
        *("QueueEnqueueManyV2", "QueueSizeV2", "Iterator", "IteratorV2", "OneShotIterator", "MakeIterator"),
        *("IteratorGetNext", "IteratorGetNextSync", "IteratorFromStringHandleV2", "TensorSliceDataset", "MapDataset"),
        *("BatchDataset", "BatchDatasetV2", "PrefetchDataset", "RepeatDataset", "ShuffleDataset", "TensorDataset"),
        *("Stage", "Unstage", "Barrier", "StackV2", "StackPushV2", "StackPopV2", "Batch", "BatchFunction", "Unbatch"),
    ),
    _RAGGED: (
        *("RaggedRange", "RaggedGather", "RaggedCross", "RaggedTensorToTensor", "RaggedTensorToSparse"),
        *("RaggedTensorToVariant", "RaggedTensorFromVariant", "RaggedBincount", "RaggedFillEmptyRows"),
    ),
    _SUMMARY: (
        *("ScalarSummary", "HistogramSummary", "ImageSummary", "AudioSummaryV2", "MergeSummary", "TensorSummaryV2"),
        *("WriteSummary", "WriteScalarSummary", "WriteHistogramSummary", "WriteImageSummary", "SummaryWriter"),
    ),
    _TRAINING: (
        *("Conv2DBackpropFilter", "Conv3DBackpropFilterV2", "DepthwiseConv2dNativeBackpropFilter", "BiasAddGrad"),
        *(
            "FusedBatchNormGrad",
            "FusedBatchNormGradV2",
            "FusedBatchNormGradV3",
            "MaxPoolGrad",
            "AvgPoolGrad",
            "LRNGrad",
        ),
        *("ReluGrad", "Relu6Grad", "SigmoidGrad", "TanhGrad", "SoftplusGrad", "EluGrad", "SeluGrad", "RsqrtGrad"),
        *("SqrtGrad", "ResizeBilinearGrad", "ResizeNearestNeighborGrad", "ResizeBicubicGrad", "StridedSliceGrad"),
        *("ApplyGradientDescent", "ResourceApplyGradientDescent", "ApplyAdam", "ResourceApplyAdam", "ApplyMomentum"),
        *("ResourceApplyMomentum", "ApplyRMSProp", "ResourceApplyRMSProp", "BlockLSTMGrad", "BlockLSTMGradV2"),
        *("LSTMBlockCellGrad", "GRUBlockCellGrad", "CTCLoss", "CTCLossV2", "SoftmaxCrossEntropyWithLogits"),
        *("SparseSoftmaxCrossEntropyWithLogits", "BroadcastGradientArgs", "InvGrad", "ReciprocalGrad", "MirrorPadGrad"),
    ),
    _FILES: (
        *("ReadFile", "WriteFile", "MatchingFiles", "ShardedFilename", "MergeV2Checkpoints", "SaveSlices", "Save"),
        *("RestoreSlice", "Restore", "DecodeImage", "DecodeJpeg", "DecodePng", "DecodeGif", "DecodeBmp", "DecodeWav"),
        *("DecodeAndCropJpeg", "EncodeJpeg", "EncodePng", "EncodeWav", "ExtractJpegShape", "TFRecordReaderV2"),
        *("ReaderReadV2", "WholeFileReaderV2"),
    ),
    _LINEAR_ALGEBRA: (
        *("Cholesky", "Lu", "MatrixDeterminant", "LogMatrixDeterminant", "MatrixExponential", "MatrixInverse"),
        *("MatrixLogarithm", "MatrixSolve", "MatrixSolveLs", "MatrixSquareRoot", "MatrixTriangularSolve", "Qr", "Svd"),
        *("SelfAdjointEigV2", "Eig", "TridiagonalSolve", "TridiagonalMatMul", "BandedTriangularSolve"),
    ),
    _FUNCTION: (
        *("Betainc", "BesselI0", "BesselI0e", "BesselI1", "BesselI1e", "BesselJ0", "BesselJ1", "BesselK0", "BesselK0e"),
        *("BesselK1", "BesselK1e", "BesselY0", "BesselY1", "Dawsn", "Digamma", "Erfinv", "Expint", "FresnelCos"),
        *("FresnelSin", "Igamma", "Igammac", "IgammaGradA", "Lgamma", "Ndtri", "Polygamma", "Spence", "Zeta"),
        *("NextAfter", "PopulationCount", "RandomGamma", "RandomPoisson", "RandomPoissonV2", "RandomShuffle"),
    ),
    _PYTHON: ("PyFunc", "PyFuncStateless", "EagerPyFunc"),
    _DEVICE: (
        *("TPUPartitionedCall", "TPUExecute", "XlaLaunch", "CollectiveReduce"),
        *("CollectiveGather", "NcclAllReduce", "CudnnRNN", "CudnnRNNV2", "CudnnRNNV3", "_Send", "_Recv", "_HostSend"),
        *("_HostRecv",),
    ),
    _OLD_INTEGERS: (
        *("QuantizedConv2D", "QuantizedDepthwiseConv2D", "QuantizedMatMul", "QuantizedAdd", "QuantizedMul"),
        *("QuantizedAvgPool", "QuantizedBiasAdd", "QuantizedConcat", "QuantizedMaxPool", "QuantizedRelu"),
        *("QuantizedRelu6", "QuantizedReshape", "Requantize", "RequantizationRange", "QuantizeDownAndShrinkRange"),
    ),
    "overlaps that are given as a matrix are not supported; compute boxes and use NonMaxSuppressionV3": (
        "NonMaxSuppressionWithOverlaps",
    ),
    "the size of the result depends on labels; use CTCGreedyDecoder, or cut the model before it (--output)": (
        "CTCBeamSearchDecoder",
    ),
    "arrays of TensorFlow before 1.0 are not supported; export the model again with a newer TensorFlow": (
        *("TensorArray", "TensorArrayConcat", "TensorArrayGather", "TensorArrayPack", "TensorArrayRead"),
        *("TensorArrayScatter", "TensorArraySize", "TensorArraySplit", "TensorArrayUnpack", "TensorArrayWrite"),
        *("TensorArrayV2", "TensorArrayConcatV2", "TensorArrayGatherV2", "TensorArrayReadV2", "TensorArrayScatterV2"),
        *("TensorArraySizeV2", "TensorArraySplitV2", "TensorArrayWriteV2"),
    ),
    "items of different lengths are not supported; cut the model behind it (--input)": ("TensorArraySplitV3",),
}

REFUSED: dict[str, str] = {name: reason for reason, names in REASONS.items() for name in names}
"""Operation → reason and what to do."""
