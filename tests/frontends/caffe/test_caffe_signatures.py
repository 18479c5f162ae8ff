"""The importers take the settings that the messages of caffe.proto have, with their defaults; the pages name them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dldt.frontends.caffe.layers import LAYERS
from dldt.frontends.caffe.messages import MESSAGES
from dldt.frontends.caffe.ops import register

CAFFE = register()
BY_IMPORTER = {("BatchNorm", "use_global_stats"), ("DetectionOutput", "confidence_threshold"), ("Slice", "axis")}
"""Settings that are given or not: the importer has a default of its own, by Caffe's code."""


def fields_of(message, prefix=""):
    """The settings by name: type, repeated, default; without fillers, engines and what has no effect."""
    found = {}
    for field in message.fields:
        inner = None if field.message_type is None else field.message_type.name
        if field.name == "engine" or (inner in ("FillerParameter", "Ignored") and field.name != "data_filler"):
            continue
        name = field.name if field.name.startswith(prefix) else prefix + field.name
        if inner is not None and inner not in ("BlobShape", "FillerParameter"):
            found.update(fields_of(field.message_type, field.name.removesuffix("_param") + "_"))
        else:
            found[name] = field
    return found


CASES = [importer for importer in CAFFE.importers() if LAYERS[importer.op_type.lower()].message]


@pytest.mark.parametrize("importer", CASES, ids=[importer.op_type for importer in CASES])
def test_settings_are_those_of_the_message(importer):
    message = (
        MESSAGES["LayerParameter"].DESCRIPTOR.fields_by_name[LAYERS[importer.op_type.lower()].message].message_type
    )
    fields = fields_of(message)
    assert set(importer.signature.attributes) == set(fields)
    for name, attribute in importer.signature.attributes.items():
        field = fields[name]
        assert attribute.kind == kind_of(field, attribute.kind), name
        stated = field.has_default_value and field.enum_type is None
        if stated and attribute.default is not None and (importer.op_type, name) not in BY_IMPORTER:
            wanted = field.default_value
            assert attribute.default == (wanted if kind_of(field, None) is str else pytest.approx(wanted, rel=1e-6)), (
                name
            )


def kind_of(field, given):
    if field.message_type is not None:
        return given
    numbers = {field.CPPTYPE_FLOAT: float, field.CPPTYPE_DOUBLE: float, field.CPPTYPE_BOOL: bool}
    plain = str if field.cpp_type in (field.CPPTYPE_STRING, field.CPPTYPE_ENUM) else numbers.get(field.cpp_type, int)
    return tuple[plain, ...] if str(given).startswith("tuple") else plain


def test_bottoms_and_blobs_fit_the_importers():
    for importer in CAFFE.importers():
        kind, ports = LAYERS[importer.op_type.lower()], importer.signature.inputs
        if kind.bottoms is None:
            assert ports[0].variadic
            continue
        required = sum(not port.optional for port in ports)
        assert kind.bottoms + kind.blobs <= len(ports)
        assert required <= max(kind.bottoms, 1) + kind.blobs


NET = 'input: "x" input_dim: 1 input_dim: 1 input_dim: 2 input_dim: 2 layer { type: "ReLU" bottom: "x" top: "y" }'
SCRIPT = """import sys
from dldt.frontends.read_model import read_model
read_model(sys.argv[1])
others = {"caffe", "h5py", "onnx", "tensorflow", "mxnet", "cv2", "openvino"}
print(sorted({module.split(".")[0] for module in sys.modules} & others))
"""


def test_no_framework_is_imported(tmp_path):
    (tmp_path / "net.prototxt").write_text(NET)
    words = [sys.executable, "-c", SCRIPT, str(tmp_path / "net.prototxt")]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip() == "[]"
