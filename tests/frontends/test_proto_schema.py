"""Message classes made of a table read and write what onnx's own generated classes do."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from dldt.frontends.engine.proto_schema import ProtoSchema

TENSOR = """
    1 dims int64*
    2 data_type int32
    4 float_data float* packed
    7 int64_data int64* packed
    8 name string
    9 raw_data bytes
"""


def test_a_table_reads_what_generated_classes_wrote():
    schema = ProtoSchema("probe", {"Tensor": TENSOR, "Graph": "2 name string\n5 initializer Tensor*"})
    tensor = helper.make_tensor("w", TensorProto.FLOAT, [2, 2], np.arange(4, dtype=np.float32))
    graph = helper.make_graph([], "g", [], [], [tensor])
    read = schema["Graph"]()
    read.ParseFromString(graph.SerializeToString())
    (made,) = read.initializer
    assert (read.name, list(made.dims), list(made.float_data)) == ("g", [2, 2], [0, 1, 2, 3])
    assert onnx.TensorProto.FromString(made.SerializeToString()) == tensor


def test_defaults_maps_and_enumerations():
    schema = ProtoSchema(
        "probe",
        {
            "Pool": "1 pool Method = AVE\n2 pad uint32 = 3\n3 named map<string,int64>\n4 nested map<string,Inner>",
            "Inner": "1 x double",
        },
        {"Method": {"MAX": 0, "AVE": 1}},
    )
    made = schema["Pool"]()
    assert (made.pool, made.pad, made.HasField("pad")) == (1, 3, False)
    made.named["a"] = 7
    made.nested["b"].x = 0.5
    again = schema["Pool"].FromString(made.SerializeToString())
    assert (dict(again.named), again.nested["b"].x) == ({"a": 7}, 0.5)


def test_two_enumerations_may_have_the_same_labels():
    schema = ProtoSchema(
        "probe", {"A": "1 x Pool = MAX\n2 y Wise = MAX"}, {"Pool": {"MAX": 0}, "Wise": {"SUM": 1, "MAX": 2}}
    )
    assert (schema["A"]().x, schema["A"]().y) == (0, 2)


def test_two_schemas_do_not_meet():
    first = ProtoSchema("probe", {"A": "1 x int32"})
    second = ProtoSchema("probe", {"A": "1 x string"})
    assert (first["A"](x=1).x, second["A"](x="1").x) == (1, "1")


def test_a_line_that_is_none_is_named():
    with pytest.raises(ValueError, match="A: cannot read the line '1 x'"):
        ProtoSchema("probe", {"A": "1 x"})
