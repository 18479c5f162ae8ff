"""Symbols and parameters of every version; what is damaged, missing or cannot be read is told with its place."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys

import numpy as np
import pytest

from dldt.compiler.errors import DldtError, InputError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.engine.format_of import format_of
from dldt.frontends.formats import FORMATS
from dldt.frontends.mxnet.params import read_params
from dldt.frontends.read_model import read_model
from tests.frontends.mxnet.symbol_writer import SymbolWriter, array_bytes, params_bytes

X = np.arange(6, dtype=np.float32).reshape(2, 3)
W = np.arange(12, dtype=np.float32).reshape(4, 3) / 7


def dense(folder, edit=None, params=None, prefix="net", epoch=0):
    """A fully connected layer; ``edit`` changes its symbol."""
    net = SymbolWriter()
    y = net.op("FullyConnected", net.input("data"), net.param("w", W), name="fc", num_hidden=4, no_bias=True)
    path = net.save(folder, y, prefix=prefix, epoch=epoch)
    symbol = net.symbol(y)
    if edit is not None:
        edit(symbol)
        path.write_text(json.dumps(symbol))
    if params is not None:
        path.with_name(f"{prefix}-{epoch:04}.params").write_bytes(params)
    return path


def answer(path, **options):
    graph = read_model(path, inputs={"data": X.shape}, **options)
    return interpret(graph, {"data": X})["fc"]


def same(found):
    np.testing.assert_allclose(found, X @ W.T, rtol=1e-6)


@pytest.mark.parametrize("version", [0, 1, 2, 3])
@pytest.mark.parametrize("name", ["w", "arg:w", "aux:w"])
def test_arrays_of_every_version(version, name, tmp_path):
    same(answer(dense(tmp_path, params=params_bytes({name: W}, version))))


@pytest.mark.parametrize("dtype", ["float64", "float16", "uint8", "int32", "int8", "int64", "bool"])
def test_element_types(dtype, tmp_path):
    array = np.array([[0, 1, 1], [1, 0, 1]]).astype(dtype)
    (tmp_path / "p.params").write_bytes(params_bytes({"arg:w": array, "aux:v": X}))
    found = read_params(tmp_path / "p.params")
    assert found["w"].read("").dtype == array.dtype
    np.testing.assert_array_equal(found["w"].read(""), array)
    np.testing.assert_array_equal(found["v"].read(""), X)


def test_a_scalar_and_an_array_without_elements(tmp_path):
    (tmp_path / "p.params").write_bytes(params_bytes({"a": np.float32(3), "b": np.zeros((0, 3), np.float32)}, 3))
    found = read_params(tmp_path / "p.params")
    assert found["a"].read("").shape == ()
    assert found["b"].read("").shape == (0, 3)


def test_an_array_that_has_no_rank_of_the_first_version(tmp_path):
    """MXNet wrote its rank, 0, and nothing else of it."""
    count = struct.pack("<Q", 3)
    names = b"".join(struct.pack("<Q", 1) + name for name in (b"a", b"b", b"c"))
    arrays = array_bytes(X, 0) + struct.pack("<I", 0) + array_bytes(W, 0)
    (tmp_path / "p.params").write_bytes(struct.pack("<QQ", 0x112, 0) + count + arrays + count + names)
    found = read_params(tmp_path / "p.params")
    np.testing.assert_array_equal(found["c"].read(""), W)
    with pytest.raises(InputError, match="parameter 'b': it has neither shape nor elements"):
        found["b"].read("")


def test_arrays_that_were_saved_from_a_graphics_card(tmp_path):
    device, card = struct.pack("<iii", 1, 0, 0), struct.pack("<iii", 2, 3, 0)
    for data in (params_bytes({"w": W}, version) for version in (0, 1, 2)):
        moved = data[:16] + data[16:].replace(device, card)
        assert card in moved
        same(answer(dense(tmp_path, params=moved)))


def sparse(kind, positions):
    """An array of 2 x 3 of which one row is stored."""
    shape = struct.pack("<Iqq", 2, 2, 3)
    stored = struct.pack("<Iqq", 2, 1, 3)
    types = b"".join(struct.pack("<iIq", 6, 1, 1) for _ in range(positions))
    head = struct.pack("<Ii", 0xF993FAC9, kind) + stored + shape + struct.pack("<iii", 1, 0, 0)
    return head + types + X[:1].tobytes() + struct.pack("<q", 0) * positions


@pytest.mark.parametrize(("kind", "positions", "word"), [(1, 1, "row_sparse"), (2, 2, "csr")])
def test_a_sparse_array_is_refused_by_its_name(kind, positions, word, tmp_path):
    arrays = [sparse(kind, positions), array_bytes(X)]
    names = b"".join(struct.pack("<Q", len(name)) + name for name in (b"arg:w", b"arg:other"))
    count = struct.pack("<Q", 2)
    path = dense(tmp_path, params=struct.pack("<QQ", 0x112, 0) + count + b"".join(arrays) + count + names)
    with pytest.raises(UnsupportedError, match=rf"parameter 'w': it is stored as {word}; store it dense"):
        answer(path)
    assert "other" in read_params(tmp_path / "net-0000.params")


def old_attributes(symbol):
    for node in symbol["nodes"]:
        node["param"] = node.pop("attrs", {})
        node["attr"] = {"ctx_group": "a", "weight_lr_mult": "1"}
        node["inputs"] = [entry[:2] for entry in node["inputs"]]
    symbol["heads"] = [entry[:2] for entry in symbol["heads"]]
    del symbol["attrs"], symbol["node_row_ptr"]


def middle_attributes(symbol):
    for node in symbol["nodes"]:
        node["attr"] = {**node.pop("attrs", {}), "__lr_mult__": "2", "workspace": "512"}


def user_attributes(symbol):
    symbol["nodes"][2]["attrs"].update(cudnn_tune="None", __profiler_scope__="x", num_hidden="4L")


@pytest.mark.parametrize("edit", [old_attributes, middle_attributes, user_attributes])
def test_attributes_of_every_version(edit, tmp_path):
    same(answer(dense(tmp_path, edit)))


@pytest.mark.parametrize("op", ["BatchNorm", "BatchNorm_v1", "CuDNNBatchNorm"])
def test_states_that_old_files_do_not_list(op, tmp_path):
    net = SymbolWriter()
    gamma, beta = net.param("gamma", np.ones(3, np.float32)), net.param("beta", np.zeros(3, np.float32))
    y = net.op(op, net.input("data"), gamma, beta, name="bn", eps=0)
    net.params |= {"aux:bn_moving_mean": np.float32([1, 2, 3]), "aux:bn_moving_var": np.float32([4, 4, 4])}
    graph = read_model(net.save(tmp_path, y), inputs={"data": (2, 3)})
    np.testing.assert_allclose(interpret(graph, {"data": X})["bn"], (X - [1, 2, 3]) / 2, rtol=1e-6)


@pytest.mark.parametrize("op", ["Softmax", "SoftmaxOutput", "_sparse_LinearRegressionOutput", "SVMOutput"])
def test_labels_are_left_out_by_any_name_of_a_loss(op, tmp_path):
    net = SymbolWriter()
    path = net.save(tmp_path, net.op(op, net.input("data"), net.input("label")))
    assert [value.name for value in read_model(path, inputs={"data": (2, 3)}).inputs] == ["data"]


@pytest.mark.parametrize(("version", "shape"), [(904, [1]), (905, [2])])
def test_axis_of_argmax_before_version_905(version, shape, tmp_path):
    net = SymbolWriter()
    y = net.op("argmax", net.input("data"), axis=-1)
    path, symbol = net.save(tmp_path, y), net.symbol(y)
    symbol["attrs"]["mxnet_version"] = ["int", version]
    path.write_text(json.dumps(symbol))
    assert list(read_model(path, inputs={"data": (2, 3)}).outputs[0].types[0].shape) == shape


def test_zeros_that_recurrent_layers_begin_with(tmp_path):
    """Of the mx.rnn cells: a node of zeros, or a variable, whose batch is 0."""
    net = SymbolWriter()
    begin = net.input("lstm_begin_state_0", __shape__="(0, 3)")
    zeros = net.op("_zeros", shape="(0, 3)")
    y = net.op("elemwise_add", net.op("elemwise_add", net.input("data"), begin), zeros, name="fc")
    np.testing.assert_array_equal(answer(net.save(tmp_path, y)), X)


def test_shapes_and_types_of_variables(tmp_path):
    net = SymbolWriter()
    y = net.op(
        "Embedding", net.input("ids", __shape__="(0, 5)", __dtype__="4"), net.param("w", W), input_dim=4, output_dim=3
    )
    graph = read_model(net.save(tmp_path, y))
    assert str(graph.inputs[0].type) == "i32[ids_0,5]"


def test_the_newest_parameters_belong_to_a_symbol(tmp_path):
    path = dense(tmp_path, epoch=12)
    dense(tmp_path, params=params_bytes({"arg:w": 0 * W}), epoch=3)
    dense(tmp_path, params=b"", prefix="net-other", epoch=99)
    same(answer(path))
    same(answer(tmp_path / "net-0012.params"))
    assert not answer(tmp_path / "net-0003.params").any()


def test_a_symbol_elsewhere(tmp_path):
    path = dense(tmp_path)
    path.rename(tmp_path / "graph.json")
    same(answer(tmp_path / "net-0000.params", options={"input_symbol": str(tmp_path / "graph.json")}))


def test_parameters_of_two_files_beside_a_pretrained_model(tmp_path):
    path = dense(tmp_path, params=params_bytes({"arg:w": 0 * W}))
    (tmp_path / "nd_args.nd").write_bytes(params_bytes({"w": W}))
    given = {"input_symbol": str(path), "nd_prefix_name": str(tmp_path / "nd")}
    given |= {"pretrained_model_name": str(tmp_path / "net"), "save_params_from_nd": True}
    same(answer(path, options={**given, "legacy_mxnet_model": True, "enable_ssd_gluoncv": True}))
    assert list(read_params(tmp_path / "nd-0000.params")) == ["w"]
    path.rename(tmp_path / "nd-symbol.json")
    same(answer(tmp_path / "nd-0000.params"))


def test_saved_states_are_auxiliary(tmp_path):
    net, names = SymbolWriter(), ("gamma", "beta", "mean", "var")
    entries = [net.param(name, np.ones(3, np.float32)) for name in names]
    path = net.save(tmp_path, net.op("BatchNorm", net.input("data"), *entries, name="bn"))
    for kind, own in (("args", names[:2]), ("auxs", names[2:])):
        (tmp_path / f"nd_{kind}.nd").write_bytes(params_bytes({name: np.ones(3, np.float32) for name in own}))
    given = {"input_symbol": str(path), "nd_prefix_name": str(tmp_path / "nd"), "save_params_from_nd": True}
    read_model(path, inputs={"data": (2, 3)}, options={**given, "pretrained_model_name": str(tmp_path / "net")})
    written = (tmp_path / "nd-0000.params").read_bytes()
    assert [written.count(name) for name in (b"arg:gamma", b"arg:beta", b"aux:mean", b"aux:var")] == [1, 1, 1, 1]


def test_a_model_is_told_from_others_by_its_first_bytes(tmp_path):
    path = dense(tmp_path)
    for name in ("plain", "net.bin"):
        path.rename(tmp_path / name)
        assert format_of(tmp_path / name, FORMATS).name == "mxnet"
        path = tmp_path / name


def without(key):
    def edit(symbol):
        del symbol[key]

    return edit


def change(number, **fields):
    return lambda symbol: symbol["nodes"][number].update(fields)


REFUSED = [
    (without("nodes"), "not an MXNet symbol: the JSON has no list of nodes"),
    (without("heads"), "the outputs (heads): a list of [node, output] is needed"),
    (lambda symbol: symbol["heads"].clear(), "the symbol has no outputs (heads)"),
    (change(0, op=3), "node 0 has no operation or no name"),
    (change(2, attrs={"num_hidden": 4}), "node 'fc': 'attrs' must hold text by names"),
    (change(2, inputs=[[0, 0], [9, 0]]), "node 'fc' takes node 9, there are 3"),
    (change(2, inputs=[[0], [1, 0]]), "node 'fc': [0] is not [node, output]"),
    (change(2, inputs=[[0, 0], [2, 0]]), "the graph has a cycle"),
    (change(2, inputs=[[0, 0], [1, 1]]), "'w_output1', which nothing gives"),
    (change(2, attrs={}), "attribute 'num_hidden' of FullyConnected is required and missing"),
    (change(2, attrs={"num_hidden": "four"}), "attribute 'num_hidden' is 'four', INT is expected"),
    (change(2, attrs={"num_hidden": "5"}), "num_hidden is 5, the weight is f32[4,3]"),
    (change(2, attrs={"num_hidden": "4", "units": "4"}), "attribute 'units' is not one of FullyConnected"),
    (change(2, op="Custom", attrs={"op_type": "mine"}), "its meaning is Python code of the model's author"),
    (change(2, op="CTCLoss", attrs={}), "it is for training; export the model without it"),
    (change(2, op="_foreach", attrs={}, subgraphs=[]), "attribute 'fn' of _foreach is required and missing"),
    (change(2, op="Frobnicate", attrs={}), "Frobnicate   1 node   fc"),
    (change(1, name="v"), "1 parameter is not in net-0000.params: 'v' (FullyConnected \"fc\"); give the file"),
]


@pytest.mark.parametrize(("edit", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_a_symbol_is_refused_with_its_place(edit, message, tmp_path):
    with pytest.raises(DldtError, match=re.escape(message)) as caught:
        answer(dense(tmp_path, edit), framework="mxnet")
    assert "net-symbol.json" in str(caught.value)


def test_an_input_without_a_shape_says_how_to_give_one(tmp_path):
    with pytest.raises(InputError, match=r"input 'data': the model does not tell its shape; give one: --input data\["):
        read_model(dense(tmp_path))


DAMAGED = [
    (b"PK\x03\x04", "not a file of MXNet's parameters: it looks like a zip archive"),
    (b"", "it does not begin with the number of a list of arrays"),
    (struct.pack("<QQQ", 0x112, 0, 1 << 60), "it says that it has 1,152,921,504,606,846,976 arrays"),
    (params_bytes({"w": W})[:-2], "the file is truncated or damaged: it says that it has 1 names"),
    (params_bytes({"w": W})[:60], "the file is truncated or damaged"),
    (params_bytes({"w": W}).replace(struct.pack("<I", 2), struct.pack("<I", 77), 1), "has rank 77, 32 are allowed"),
    (params_bytes({"arg:w": W, "w": W}), "there are two arrays named 'w'"),
    (params_bytes({"w": W})[:-17] + struct.pack("<Q", 0), "there are 1 arrays and 0 names"),
]


@pytest.mark.parametrize(("data", "message"), DAMAGED, ids=[message for _, message in DAMAGED])
def test_parameters_are_refused_with_what_is_wrong(data, message, tmp_path):
    path = tmp_path / "net-0000.params"
    path.write_bytes(data)
    with pytest.raises(InputError, match=re.escape(message)) as caught:
        read_params(path)
    assert str(path) in str(caught.value)


NAMES = [
    ("net.params", {}, "its name must end with a dash and a number before .params"),
    ("net-0007.params", {}, "its symbol net-symbol.json is not beside it"),
    ("lone-symbol.json", {}, "its parameters lone-0000.params are not beside it"),
    ("lone-symbol.json", {"nd_prefix_name": "a"}, "belong together: give all three"),
    ("lone-symbol.json", {"input_symbol": "b.json"}, "the model must be its parameters then"),
]


@pytest.mark.parametrize(("name", "options", "message"), NAMES, ids=[message for _, _, message in NAMES])
def test_files_that_do_not_belong_together(name, options, message, tmp_path):
    (tmp_path / name).write_text('{"nodes": [{"op": "null"}]}')
    with pytest.raises(DldtError, match=re.escape(message)):
        read_model(tmp_path / name, options=options)


@pytest.mark.parametrize(
    "text", ["{" * 100_000, "[" * 100_000, "{}", "[]", "3", '{"nodes": 3}', '{"nodes": [3]}', "\0"]
)
def test_json_that_is_none(text, tmp_path):
    (tmp_path / "a-symbol.json").write_text(text)
    (tmp_path / "a-0000.params").write_bytes(params_bytes({}))
    with pytest.raises(InputError, match=r"a-symbol\.json"):
        read_model(tmp_path / "a-symbol.json", framework="mxnet")


def test_no_framework_is_imported():
    code = (
        "import sys, dldt.frontends.mxnet.reader\n"
        "print(sorted({'mxnet', 'onnx', 'tensorflow', 'google.protobuf'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
