"""Names of 100,000 characters, of every kind and in the models of every framework, give short messages."""

import json
import re
import struct

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

import dldt
from dldt.compiler.errors import DldtError
from dldt.compiler.printable import LONGEST
from dldt.compiler.shown import shown as of_the_compiler
from dldt.runtime.shown import shown as of_the_runtime
from tests.errors.models import model, value, weight

X, Y, Z, D, L = (letter * 100_000 for letter in "XYZDL")


def refused(file, **options):
    with pytest.raises(DldtError) as caught:
        dldt.compile_model(dldt.read_model(file, **options), file.parent / "model.so")
    assert caught.value.exit_code in (1, 2, 3)
    message = str(caught.value)
    assert not re.search(rf"(\w)\1{{{LONGEST}}}", message)
    assert len(message) < 6000


def node(operation, inputs, outputs=(Y,), **attributes):
    return helper.make_node(operation, inputs, outputs, name=L, **attributes)


def filed(location, **more):
    tensor = TensorProto(name=Z, dims=[3], data_type=1, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value=location)
    for key, text in more.items():
        tensor.external_data.add(key=key, value=text)
    return tensor


def one(*nodes, inputs=None, weights=()):
    return model(nodes, inputs or [value(X, D, 3)], [value(Y, D, 3)], weights)


SUM = node("Add", [X, Z])
ONNX = {
    "an operation that is not known": one(node("Foo", [X], **{L: 1})),
    "its type and its domain": one(node(L, [X], domain=D)),
    "dims that do not fit": one(node("MatMul", [X, Z]), inputs=[value(X, D, 3), value(Z, 4, L)]),
    "an attribute of another type": one(node("Softmax", [X], axis="s")),
    "an attribute that is not known": one(node("Softmax", [X], **{L: 1})),
    "what an attribute holds": one(node("Einsum", [X], equation=L)),
    "a mode": one(node("Resize", [X, "", Z], mode=L), weights=[numpy_helper.from_array(np.ones(2, np.float32), Z)]),
    "a tensor that nothing gives": one(SUM),
    "an output that nothing gives": one(node("Relu", [X], [Z])),
    "two producers": one(node("Relu", [X]), node("Relu", [X])),
    "a cycle": one(SUM, node("Relu", [Y], [Z])),
    "weights of too few bytes": one(SUM, weights=[TensorProto(name=Z, dims=[3], data_type=1, raw_data=b"12")]),
    "weights of no type": one(SUM, weights=[TensorProto(name=Z, dims=[3], data_type=99)]),
    "a file that is not there": one(SUM, weights=[filed(L)]),
    "a path out of the folder": one(SUM, weights=[filed(f"../{L}")]),
    "an offset": one(SUM, weights=[filed("w.bin", offset=L)]),
    "a key": one(SUM, weights=[filed("w.bin", **{L: "1"})]),
    "an input of text": one(node("Relu", [X]), inputs=[value(X, D, dtype=TensorProto.STRING)]),
    "an input of no rank": one(node("Relu", [X]), inputs=[helper.make_tensor_value_info(X, 1, None)]),
    "many inputs": one(
        node("Concat", [f"{X}{i}" for i in range(99)], axis=5), inputs=[value(f"{X}{i}", D, 3) for i in range(99)]
    ),
    "a function that calls itself": one(node("F", [X], domain=D)),
}
ONNX["a function that calls itself"].functions.append(
    helper.make_function(D, "F", [X], [Y], [node("F", [X], domain=D)], [helper.make_opsetid(D, 1)])
)


@pytest.mark.parametrize("fault", ONNX)
def test_names_in_onnx(tmp_path, fault):
    file = tmp_path / "model.onnx"
    file.write_bytes(ONNX[fault].SerializeToString())
    refused(file)


@pytest.mark.parametrize("inputs", [{"x": (1, 2)}, {X: (1, 2, 3)}, {L: (1, 2)}])
def test_names_that_are_given(tmp_path, inputs):
    file = tmp_path / "model.onnx"
    file.write_bytes(one(node("MatMul", [X, "w"]), weights=[weight()]).SerializeToString())
    refused(file, inputs=inputs)


def attribute(key, text):
    return f'attr {{ key: "{key}" value {{ {text} }} }}'


PLACE = (
    f'node {{ name: "{X}" op: "Placeholder" {attribute("dtype", "type: DT_FLOAT")} {attribute("shape", "shape {}")} }}'
)
TENSORFLOW = {
    "an operation": f'node {{ name: "{Y}" op: "{L}" input: "{X}" }}',
    "a tensor that is not there": f'node {{ name: "{Y}" op: "Relu" input: "{Z}" }}',
    "an attribute": f'node {{ name: "{Y}" op: "Relu" input: "{X}" {attribute(L, "i: 3")} }}',
    "two nodes": PLACE,
    "a cycle": f'node {{ name: "{Y}" op: "Relu" input: "{Z}" }} node {{ name: "{Z}" op: "Relu" input: "{Y}" }}',
    "ranks": f'node {{ name: "{Y}" op: "MatMul" input: "{X}" input: "{X}" }}',
    "a field": f'node {{ {L}: "{Y}" op: "MatMul" }}',
    "a value": f'node {{ name: "{Y}" op: "MatMul" input: {L} }}',
    "a function": f'node {{ name: "{Y}" op: "PartitionedCall" {attribute("f", f"func {{ name: {L!r} }}")} }}',
    "a port": f'node {{ name: "{Y}" op: "Relu" input: "{X}:9" }}',
}


@pytest.mark.parametrize("fault", TENSORFLOW)
def test_names_in_tensorflow(tmp_path, fault):
    file = tmp_path / "graph.pbtxt"
    file.write_text(PLACE + TENSORFLOW[fault])
    refused(file)


INPUT = f'layer {{ name: "{X}" type: "Input" top: "{X}" input_param {{ shape {{ dim: 1 dim: 3 dim: 4 dim: 4 }} }} }}'
CAFFE = {
    "a type": f'type: "{L}" bottom: "{X}"',
    "a blob that is not there": f'type: "ReLU" bottom: "{Z}"',
    "no weights": f'type: "Convolution" bottom: "{X}" convolution_param {{ num_output: 3 kernel_size: 3 }}',
    "a value": f'type: "Pooling" bottom: "{X}" pooling_param {{ pool: {L} }}',
    "a layer in Python": f'type: "Python" bottom: "{X}" python_param {{ module: "{L}" layer: "{L}" }}',
    "too many bottoms": f'type: "ReLU" bottom: "{X}" bottom: "{X}" bottom: "{X}"',
    "rules": f'type: "ReLU" bottom: "{X}" include {{ stage: "{L}" }} exclude {{ stage: "{L}" }}',
    "a shape": f'type: "Reshape" bottom: "{X}" reshape_param {{ shape {{ dim: 5 dim: 7 }} }}',
}


@pytest.mark.parametrize("fault", CAFFE)
def test_names_in_caffe(tmp_path, fault):
    file = tmp_path / "net.prototxt"
    file.write_text(f'{INPUT} layer {{ name: "{Y}" top: "{Y}" {CAFFE[fault]} }}')
    refused(file)


MXNET = {
    "an operation": {"op": L},
    "a value": {"op": "Activation", "attrs": {"act_type": L}},
    "an attribute": {"op": "Activation", "attrs": {"act_type": "relu", L: L}},
    "numbers": {"op": "Pooling", "attrs": {"kernel": L}},
    "a type": {"op": "Cast", "attrs": {"dtype": L}},
    "a node that is not there": {"op": "relu", "inputs": [[7, 0, 0]]},
    "no entry": {"op": "relu", "inputs": [L]},
    "a shape": {"op": "Reshape", "attrs": {"shape": "(7,9)"}},
    "too many inputs": {"op": "relu", "inputs": [[0, 0, 0]] * 5},
}


@pytest.mark.parametrize("fault", MXNET)
def test_names_in_mxnet(tmp_path, fault):
    file = tmp_path / "net-symbol.json"
    nodes = [{"op": "null", "name": X, "inputs": []}, {"name": Y, "inputs": [[0, 0, 0]], **MXNET[fault]}]
    file.write_text(json.dumps({"nodes": nodes, "arg_nodes": [0], "heads": [[1, 0, 0]]}))
    (tmp_path / "net-0000.params").write_bytes(struct.pack("<QQQQ", 0x112, 0, 0, 0))
    refused(file, inputs={X: (1, 3, 4, 4)})


RELU = f"<ComponentName> {Z} <RectifiedLinearComponent> <Dim> 4 </RectifiedLinearComponent> "
OUT = f"output-node name=output input={Y}"
NODE = f"component-node name={Y} component={Z} input={X}\n{OUT}"
KALDI = {
    "a component that is not there": (NODE, ""),
    "a node that is not there": (OUT, ""),
    "a descriptor": (f"output-node name=output input={L}({X})", ""),
    "a kind of node": (f"{L} name={Y}", ""),
    "a number": (f"input-node name={Y} dim={L}", ""),
    "a type": (NODE, f"<ComponentName> {Z} <{L}> <Dim> 4 </{L}> "),
    "a field": (NODE, f"<ComponentName> {Z} <RectifiedLinearComponent> <{L}> 4 </RectifiedLinearComponent> "),
    "widths": (NODE.replace(f"input={X}", f"input=Append({X}, {X})"), RELU),
    "a cycle": (NODE.replace(f"input={X}", f"input={Y}"), RELU),
}


@pytest.mark.parametrize("fault", KALDI)
def test_names_in_kaldi(tmp_path, fault):
    nodes, component = KALDI[fault]
    file = tmp_path / "final.raw"
    count = int(bool(component))
    file.write_text(f"<Nnet3>\ninput-node name={X} dim=4\n{nodes}\n\n<NumComponents> {count} {component}</Nnet3>\n")
    refused(file)


def layer(number, name, kind, inside="", version="opset1", inputs=1, outputs=1):
    ports = [f'<port id="{i}"><dim>2</dim></port>' for i in range(inputs + outputs)]
    given, made = "".join(ports[:inputs]), "".join(ports[inputs:])
    return (
        f'<layer id="{number}" name="{name}" type="{kind}" version="{version}">{inside}'
        f"<input>{given}</input><output>{made}</output></layer>"
    )


def net(middle, edges="", shape="2"):
    begin = layer(0, X, "Parameter", f'<data shape="{shape}" element_type="f32"/>', inputs=0)
    there = '<edge from-layer="0" from-port="0" to-layer="1" to-port="0"/>'
    end = '<edge from-layer="1" from-port="1" to-layer="2" to-port="0"/>'
    layers = begin + middle + layer(2, Z, "Result", outputs=0)
    return f'<net version="11"><layers>{layers}</layers><edges>{edges or there + end}</edges></net>'


IR = {
    "a type": net(layer(1, Y, L)),
    "an operation set": net(layer(1, Y, "ReLU", version=L)),
    "an attribute": net(layer(1, Y, "SoftMax", f'<data axis="{L}"/>')),
    "numbers": net(layer(1, Y, "MaxPool", f'<data kernel="{L}"/>')),
    "a number of a layer": net(layer(L, Y, "ReLU")),
    "two layers": net(layer(1, X, "ReLU")),
    "a shape": net(layer(1, Y, "ReLU"), shape=L),
    "an edge": net(layer(1, Y, "ReLU"), f'<edge from-layer="{L}" from-port="0" to-layer="1" to-port="0"/>'),
    "a port": net(layer(1, Y, "ReLU"), f'<edge from-layer="0" from-port="{L}" to-layer="1" to-port="0"/>'),
    "nothing in front": net(layer(1, Y, "ReLU"), '<edge from-layer="1" from-port="1" to-layer="2" to-port="0"/>'),
    "the root": f"<{L}/>",
    "a version": f'<net version="{L}"/>',
}


@pytest.mark.parametrize("fault", IR)
def test_names_in_an_ir(tmp_path, fault):
    file = tmp_path / "model.xml"
    file.write_text(IR[fault])
    file.with_suffix(".bin").write_bytes(b"")
    refused(file)


@pytest.mark.parametrize("what", ["a", "x" * 120, "x" * 121, "'\n\u202e" * 50, ["x" * 300], 7, b"x" * 200, None])
def test_the_runtime_shows_names_as_the_compiler_does(what):
    assert of_the_runtime(what) == of_the_compiler(what)
