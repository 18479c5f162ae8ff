from __future__ import annotations

import onnx
import pytest
from onnx import defs, helper
from onnxruntime.capi.onnxruntime_pybind11_state import get_all_operator_schema

from dldt.frontends.engine.signature import Attribute, Port, Signature
from dldt.frontends.onnx.attributes import KINDS
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops import register

register()
IMPORTERS = list(ONNX.importers())
CONTRIBUTED = [s for s in get_all_operator_schema() if s.domain in ("", "com.microsoft")]
"""onnxruntime's own operations; some stand in ONNX's domain."""


def contributed(importer):
    """Whether onnxruntime declares it, and not ONNX."""
    return (
        importer.domain == "com.microsoft"
        or not defs.has(importer.op_type, importer.domain)
        or (importer.op_type == "LayerNormalization" and importer.until < 17)
    )


def schemas(importer):
    """Every schema that the importer serves: the one at its first version, and those that replace it later."""
    found = {
        s.since_version: s
        for s in (CONTRIBUTED if contributed(importer) else defs.get_all_schemas_with_history())
        if s.name == importer.op_type and s.domain == importer.domain and s.since_version <= importer.until
    }
    first = max(v for v in found if v <= importer.since)
    return [found[v] for v in sorted(found) if v >= first]


def port(parameter):
    option = parameter.option.name
    return Port(parameter.name, option == "Optional", variadic=option == "Variadic")


def attribute(name, declared, importer):
    own = contributed(importer)
    given = onnx.AttributeProto.FromString(declared._default_value) if own else declared.default_value
    value = helper.get_attribute_value(given) if given.type else None
    value = value.decode() if isinstance(value, bytes) else value
    value = tuple(v.decode() if isinstance(v, bytes) else v for v in value) if isinstance(value, list) else value
    return Attribute(name, KINDS[int(declared.type.value)], declared.required, value)


def signature(schema, importer):
    attributes = {name: attribute(name, a, importer) for name, a in schema.attributes.items()}
    return Signature(tuple(map(port, schema.inputs)), attributes)


@pytest.mark.parametrize("importer", IMPORTERS, ids=lambda i: f"{i.domain}{i.op_type}_{i.since}")
def test_signature_is_the_schemas(importer):
    served = schemas(importer)
    assert served[0].since_version == importer.since
    for schema in served:
        assert importer.signature.differences(signature(schema, importer)) == [], schema.since_version


def test_the_newest_operation_set_is_one_that_the_schemas_know():
    assert ONNX.newest <= onnx.defs.onnx_opset_version()


def test_find_takes_the_newest_not_above_the_model():
    assert ONNX.find("Clip", 10).since == 6
    assert ONNX.find("Clip", 11).since == 11
    assert ONNX.find("Clip", 25).since == 11
    assert ONNX.find("Clip", 5) is None
    assert ONNX.find("Upsample", 10) is None  # deprecated there
    assert ONNX.find("Nothing", 11) is None
    assert ONNX.find("Relu", 11, "com.acme") is None
