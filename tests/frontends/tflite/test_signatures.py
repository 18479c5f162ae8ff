"""Every importer's attributes are the fields of its options table in the published schema."""

import pytest

from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.signature import Attribute, Signature
from dldt.frontends.tflite.framework import CUSTOM, INTERNAL
from dldt.frontends.tflite.ops import register
from dldt.frontends.tflite.results import RESULTS
from dldt.frontends.tflite.schema import BUILTINS, ENUM_NUMBERS, LABELS, SCHEMA

TFLITE = register()
TABLES = {
    **dict.fromkeys(("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D"), "Pool2DOptions"),
    **dict.fromkeys(
        ("MEAN", "SUM", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_ANY", "REDUCE_ALL"), "ReducerOptions"
    ),
    **dict.fromkeys(("MAXIMUM", "MINIMUM"), "MaximumMinimumOptions"),
    "CONV_3D_TRANSPOSE": "Conv3DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "RESIZE_NEAREST_NEIGHBOR": "ResizeNearestNeighborOptions",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "SequenceRNNOptions",
    "PADV2": "PadV2Options",
    "BATCH_MATMUL": "BatchMatMulOptions",
    "STABLEHLO_COMPOSITE": "StableHLOCompositeOptions",
    **dict.fromkeys(("RANDOM_UNIFORM", "RANDOM_STANDARD_NORMAL", "MULTINOMIAL"), "RandomOptions"),
}
BY_LETTERS = {name.lower(): name for name in SCHEMA}


def table_of(operation):
    plain = operation.replace("_", "").lower() + "options"
    return TABLES.get(operation) or BY_LETTERS.get(plain)


def kind_of(field):
    if "subgraph" in field.name:
        kind = GraphRecord
    elif field.kind in LABELS or field.kind == "string":
        kind = str
    else:
        kind = bool if field.kind == "bool" else float if field.kind in ("float", "double") else int
    return tuple[kind, ...] if field.vector else kind


def declared(field):
    body = "subgraph" in field.name
    return Attribute(field.name, kind_of(field), body, None if body else field.default)


IMPORTERS = [importer for importer in TFLITE.importers() if importer.domain not in (CUSTOM, INTERNAL)]


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda importer: importer.op_type)
def test_attributes_are_those_of_the_schema(importer):
    assert importer.op_type in BUILTINS.values()
    fields = SCHEMA.get(table_of(importer.op_type), ())
    attributes = {field.name: declared(field) for field in fields}
    given = {"result_type": str, "result_shape": tuple[int, ...]}
    attributes |= {name: Attribute(name, given[name], True) for name in RESULTS.get(importer.op_type, ())}
    schema = Signature(importer.signature.inputs, attributes)
    assert importer.signature.differences(schema) == []


def test_every_options_table_belongs_to_an_operation():
    used = {table_of(name) for name in BUILTINS.values()}
    unions = {*ENUM_NUMBERS["BuiltinOptions"], *ENUM_NUMBERS["BuiltinOptions2"]} - {"NONE"}
    assert unions <= used


def test_every_builtin_is_imported_or_refused_with_a_reason():
    reader = {"CUSTOM", "CALL_ONCE", "VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE"}
    served = {importer.op_type for importer in IMPORTERS}
    assert set(BUILTINS.values()) - served - set(TFLITE.refused) == reader
    assert not served & set(TFLITE.refused)
