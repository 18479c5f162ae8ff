"""The messages in which TensorFlow stores graphs, signatures and checkpoints."""

from __future__ import annotations

from dldt.frontends.engine.proto_schema import ProtoSchema
from dldt.frontends.tensorflow.element_types import NUMBERS, REFERENCE

_GRAPH = {
    "GraphDef": "1 node NodeDef*\n2 library FunctionDefLibrary\n3 version int32\n4 versions VersionDef",
    "VersionDef": "1 producer int32\n2 min_consumer int32\n3 bad_consumers int32*",
    "NodeDef": """
        1 name string
        2 op string
        3 input string*
        4 device string
        5 attr map<string,AttrValue>
    """,
    "AttrValue": """
        1 list AttrList
        2 s bytes
        3 i int64
        4 f float
        5 b bool
        6 type DataType
        7 shape TensorShapeProto
        8 tensor TensorProto
        9 placeholder string
        10 func NameAttrList
    """,
    "AttrList": """
        2 s bytes*
        3 i int64* packed
        4 f float* packed
        5 b bool* packed
        6 type DataType* packed
        7 shape TensorShapeProto*
        8 tensor TensorProto*
        9 func NameAttrList*
    """,
    "NameAttrList": "1 name string\n2 attr map<string,AttrValue>",
    "TensorShapeProto": "2 dim TensorDim*\n3 unknown_rank bool",
    "TensorDim": "1 size int64\n2 name string",
    "TensorProto": """
        1 dtype DataType
        2 tensor_shape TensorShapeProto
        3 version_number int32
        4 tensor_content bytes
        5 float_val float* packed
        6 double_val double* packed
        7 int_val int32* packed
        8 string_val bytes*
        9 scomplex_val float* packed
        10 int64_val int64* packed
        11 bool_val bool* packed
        12 dcomplex_val double* packed
        13 half_val int32* packed
        16 uint32_val uint32* packed
        17 uint64_val uint64* packed
        18 float8_val bytes
    """,
}
_FUNCTIONS = {
    "FunctionDefLibrary": "1 function FunctionDef*",
    "FunctionDef": """
        1 signature OpDef
        3 node_def NodeDef*
        4 ret map<string,string>
        5 attr map<string,AttrValue>
        6 control_ret map<string,string>
    """,
    "OpDef": "1 name string\n2 input_arg ArgDef*\n3 output_arg ArgDef*\n20 control_output string*",
    "ArgDef": """
        1 name string
        3 type DataType
        4 type_attr string
        5 number_attr string
        6 type_list_attr string
    """,
}
_SAVED = {
    "SavedModel": "1 saved_model_schema_version int64\n2 meta_graphs MetaGraphDef*",
    "MetaGraphDef": """
        1 meta_info_def MetaInfoDef
        2 graph_def GraphDef
        3 saver_def SaverDef
        5 signature_def map<string,SignatureDef>
    """,
    "MetaInfoDef": "4 tags string*\n5 tensorflow_version string",
    "SaverDef": "1 filename_tensor_name string\n2 save_tensor_name string\n3 restore_op_name string",
    "SignatureDef": "1 inputs map<string,TensorInfo>\n2 outputs map<string,TensorInfo>\n3 method_name string",
    "TensorInfo": "1 name string\n2 dtype DataType\n3 tensor_shape TensorShapeProto",
}
_CHECKPOINT = {
    "BundleHeaderProto": "1 num_shards int32\n2 endianness int32\n3 version VersionDef",
    "BundleEntryProto": """
        1 dtype DataType
        2 shape TensorShapeProto
        3 shard_id int32
        4 offset int64
        5 size int64
        6 crc32c fixed32
        7 slices TensorSliceProto*
    """,
    "TensorSliceProto": "1 extent SliceExtent*",
    "SliceExtent": "1 start int64\n2 length int64",
    "SavedTensorSlices": "1 meta SavedTensorSliceMeta\n2 data SavedSlice",
    "SavedTensorSliceMeta": "1 tensor SavedSliceMeta*",
    "SavedSliceMeta": "1 name string\n2 shape TensorShapeProto\n3 type DataType\n4 slice TensorSliceProto*",
    "SavedSlice": "1 name string\n2 slice TensorSliceProto\n3 data TensorProto",
    "TrackableObjectGraph": "1 nodes TrackableObject*",
    "TrackableObject": "2 attributes SerializedTensor*",
    "SerializedTensor": "1 name string\n2 full_name string\n3 checkpoint_key string",
}

PROTO = ProtoSchema(
    "dldt_tensorflow",
    {**_GRAPH, **_FUNCTIONS, **_SAVED, **_CHECKPOINT},
    {"DataType": {**NUMBERS, **{f"{name}_REF": number + REFERENCE for name, number in NUMBERS.items() if number}}},
)
"""Read as proto2, which tells a value that is not there from a default."""
