from __future__ import annotations

import hashlib
import os
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.compiler.types import DType
from dldt.frontends.onnx.external import ExternalFiles
from dldt.frontends.onnx.importer import import_onnx
from dldt.frontends.onnx.tensor import read_sparse, read_tensor
from dldt.frontends.read_model import read_model
from dldt.tools import inspect

DTYPES = ["f4", "f8", "f2", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]


def raw(dims, data, data_type=TensorProto.FLOAT):
    tensor = TensorProto(name="w", data_type=data_type, raw_data=data)
    tensor.dims.extend(dims)
    return tensor


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(2, 3), (), (0, 4)], ids=str)
def test_raw_and_typed_storage_hold_the_same(dtype, shape, tmp_path):
    array = np.random.default_rng(5).integers(0, 2, shape).astype(dtype)
    stored = numpy_helper.from_array(array, "w")
    typed = helper.make_tensor("w", stored.data_type, shape, array.ravel().tolist())
    for proto in (stored, typed):
        found = read_tensor(proto, ExternalFiles(tmp_path))
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)


def test_raw_data_is_not_copied(tmp_path):
    assert read_tensor(raw([2], b"\0" * 8), ExternalFiles(tmp_path)).base is not None


def test_bfloat16(tmp_path):
    tensor = TensorProto(name="w", data_type=TensorProto.BFLOAT16, dims=[2], int32_data=[0x3F80, 0xC000])
    found = read_tensor(tensor, ExternalFiles(tmp_path))
    assert DType.of(found.dtype) is DType.bf16
    assert found.astype(np.float32).tolist() == [1.0, -2.0]


def bad(**fields):
    return TensorProto(**{"name": "w", "data_type": TensorProto.FLOAT, "dims": [2], **fields})


REFUSED = [
    (raw([2], b"\0" * 7), "its data is shorter than its shape: 7 bytes stored, 2 × f32 need 8"),
    (raw([2], b"\0" * 9), "its data is longer than its shape: 9 bytes stored, 2 × f32 need 8"),
    (raw([0], b"\0" * 4), "its data is longer than its shape"),
    (raw([2], b""), "its data is shorter than its shape"),
    (bad(), "its data is shorter than its shape: 0 elements stored, 2 needed"),
    (bad(float_data=[1.0]), "its data is shorter than its shape: 1 elements stored, 2 needed"),
    (bad(float_data=[1.0] * 3), "its data is longer than its shape: 3 elements stored, 2 needed"),
    (bad(int32_data=[1, 2]), "is of type f32 but its data is in int32_data; float_data or raw_data is needed"),
    (bad(float_data=[1, 2], raw_data=b"\0" * 8), "has both float_data and raw_data, only one may be there"),
    (bad(float_data=[1, 2], int64_data=[1]), "has both float_data and int64_data"),
    (raw([-2, -1], b"\0" * 8), "shape [-2, -1] has a negative dimension"),
    (raw([2**31, 2**31, 4], b""), "has 18446744073709551616 elements, more than 2**40"),
    (raw([1] * 65, b"\0" * 4), "rank 65 is more than 64"),
    (raw([2], b"\0" * 8, 0), "0 is not an ONNX element type"),
    (raw([2], b"\0" * 8, 999), "999 is not an ONNX element type"),
    (raw([2], b"\0\2", TensorProto.BOOL), "a boolean is neither 0 nor 1"),
    (bad(data_type=TensorProto.BOOL, int32_data=[0, 2]), "a boolean is neither 0 nor 1"),
    (bad(data_type=TensorProto.INT8, int32_data=[0, 128]), "a stored element does not fit its type"),
    (bad(data_type=TensorProto.UINT16, int32_data=[0, -1]), "a stored element does not fit its type"),
    (bad(segment=TensorProto.Segment(begin=0, end=1), float_data=[1, 2]), "tensors stored in segments"),
]


@pytest.mark.parametrize(("proto", "message"), REFUSED, ids=[m[:50] for _, m in REFUSED])
def test_unsound_tensor(proto, message, tmp_path):
    with pytest.raises(InputError, match="^tensor 'w': .*" + re.escape(message)):
        read_tensor(proto, ExternalFiles(tmp_path))


@pytest.mark.parametrize("data_type", [TensorProto.STRING, TensorProto.COMPLEX64], ids=str)
def test_type_that_is_not_supported(data_type, tmp_path):
    with pytest.raises(
        UnsupportedError, match=f"element type {TensorProto.DataType.Name(data_type)} are not supported"
    ):
        read_tensor(raw([2], b"\0" * 8, data_type), ExternalFiles(tmp_path))


def sparse(values, indices, dims):
    return helper.make_sparse_tensor(
        numpy_helper.from_array(np.array(values, np.float32), "v"), numpy_helper.from_array(np.array(indices)), dims
    )


SPARSE = [
    (sparse([1, 2], [0, 6], [2, 3]), "an index is outside the tensor of 6 elements"),
    (sparse([1, 2], [-1, 2], [2, 3]), "an index is outside the tensor of 6 elements"),
    (sparse([1, 2], [4, 1], [2, 3]), "not in ascending order, or one is there twice"),
    (sparse([1, 2], [1, 1], [2, 3]), "not in ascending order, or one is there twice"),
    (sparse([1, 2], [[0, 0], [1, 3]], [2, 3]), "an index is outside shape [2, 3]"),
    (sparse([1, 2], [1, 2, 3], [2, 3]), "2 values do not fit indices of shape [3]"),
    (sparse([1], [0], [2**20, 2**20]), "a sparse tensor of 1099511627776 elements is too large"),
]


@pytest.mark.parametrize(("proto", "message"), SPARSE, ids=[m for _, m in SPARSE])
def test_unsound_sparse_tensor(proto, message, tmp_path):
    with pytest.raises(InputError, match=re.escape(message)):
        read_sparse(proto, ExternalFiles(tmp_path), "s")


def external(dims=(4,), data_type=TensorProto.FLOAT, **entries):
    tensor = TensorProto(name="w", data_type=data_type, data_location=TensorProto.EXTERNAL)
    tensor.dims.extend(dims)
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "model"
    (inside / "sub").mkdir(parents=True)
    data = np.arange(8, dtype=np.float32).tobytes()
    (inside / "w.bin").write_bytes(data)
    (inside / "sub" / "w.bin").write_bytes(data)
    (tmp_path / "outside.bin").write_bytes(data)
    (inside / "link.bin").symlink_to(tmp_path / "outside.bin")
    (inside / "linked").symlink_to(inside / "sub")
    (inside / "twin.bin").write_bytes(data)
    os.link(inside / "twin.bin", inside / "hard.bin")
    os.mkfifo(inside / "pipe.bin")
    return inside


def test_external_data_is_mapped_at_its_offset(folder):
    files = ExternalFiles(folder)
    assert read_tensor(external(location="w.bin"), files).tolist() == [0, 1, 2, 3]
    assert read_tensor(external(location="sub/w.bin", offset=8, length=16), files).tolist() == [2, 3, 4, 5]
    byte = external(dims=(1,), data_type=TensorProto.UINT8, location="./w.bin", offset=7)
    assert read_tensor(byte, files).tolist() == [63]
    assert read_tensor(external(dims=(0,), location="w.bin"), files).shape == (0,)
    assert not read_tensor(external(location="w.bin"), files).flags.writeable


EXTERNAL = [
    (external(), "external data names no location"),
    (external(location=""), "is empty"),
    (external(location="/etc/passwd"), "'/etc/passwd' is absolute; it must be relative to the model"),
    (external(location="C:/w.bin"), "is absolute"),
    (external(location="../outside.bin"), "has '..'; it must stay in the model's folder"),
    (external(location="sub/../../outside.bin"), "has '..'"),
    (external(location="sub\\w.bin"), "has a backslash or a NUL"),
    (external(location="w.bin\0"), "has a backslash or a NUL"),
    (external(location="/".join(["sub"] * 17)), "is not a file's path"),
    (
        external(location="link.bin"),
        "is a symbolic link, a regular file is needed; where you trust the model, --follow-",
    ),
    (external(location="linked/w.bin"), "symbolic links are refused"),
    (external(location="hard.bin"), "has 2 hard links, 1 allowed"),
    (external(location="pipe.bin"), "is a named pipe, a regular file is needed"),
    (external(location="sub"), "is a directory"),
    (external(location="missing.bin"), "no such file"),
    (external(location="nowhere/w.bin"), "no such file"),
    (external(location="w.bin", offset=20), "bytes 20 to 36 of 'w.bin' are needed, it has 32"),
    (external(location="w.bin", offset=2**60), "are needed, it has 32"),
    (external(location="w.bin", offset=-4), "external data offset '-4' is not a number of bytes"),
    (external(location="w.bin", length=12), "external data has 12 bytes, its type and shape need 16"),
    (external(location="w.bin", length=20), "external data has 20 bytes, its type and shape need 16"),
    (external(location="w.bin", length="1e3"), "external data length '1e3' is not a number of bytes"),
    (external(location="w.bin", basepath="/"), "external data has the unknown key 'basepath'"),
    (external(location="w.bin", dims=(2**20, 2**19)), "bytes 0 to 2199023255552 of 'w.bin' are needed, it has 32"),
]


@pytest.mark.parametrize(("proto", "message"), EXTERNAL, ids=[m for _, m in EXTERNAL])
def test_external_data_that_is_refused(proto, message, folder):
    with pytest.raises(InputError, match="^tensor 'w': .*" + re.escape(message)):
        read_tensor(proto, ExternalFiles(folder))


def test_external_data_named_twice_or_beside_other_data(folder):
    twice = external(location="w.bin")
    twice.external_data.add(key="location", value="w.bin")
    with pytest.raises(InputError, match="gives 'location' twice"):
        read_tensor(twice, ExternalFiles(folder))
    both = external(location="w.bin")
    both.raw_data = b"\0" * 16
    with pytest.raises(InputError, match="has external data and raw_data, only one may be there"):
        read_tensor(both, ExternalFiles(folder))
    unsaid = external(location="w.bin")
    unsaid.data_location = TensorProto.DEFAULT
    with pytest.raises(InputError, match="names external data, but says that its data is in the model file"):
        read_tensor(unsaid, ExternalFiles(folder))


def test_links_are_followed_where_the_user_allows_it(folder):
    """As in Hugging Face's cache, whose snapshots are links to files that are named by their hash."""
    files = ExternalFiles(folder, follow=True)
    for location in ("link.bin", "linked/w.bin", "hard.bin", "w.bin"):
        assert read_tensor(external(location=location), files).tolist() == [0, 1, 2, 3]
    for location, message in (
        ("../outside.bin", "has '..'"),
        ("pipe.bin", "is a named pipe"),
        ("none", "no such file"),
    ):
        with pytest.raises(InputError, match=message):
            read_tensor(external(location=location), files)


def test_the_option_follows_links(tmp_path, capsys):
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshots" / "abc"
    blobs.mkdir()
    snapshot.mkdir(parents=True)
    text = '< ir_version: 8, opset_import: ["": 17] > g (float[2] x) => (float[2] y) { y = Add(x, w) }'
    model = onnx.parser.parse_model(text)
    model.graph.initializer.append(numpy_helper.from_array(np.array([5, 6], np.float32), "w"))
    onnx.save(model, blobs / "1f", save_as_external_data=True, location="w.data", size_threshold=0)
    (blobs / "w.data").rename(blobs / "2e")
    (snapshot / "model.onnx").symlink_to("../../blobs/1f")
    (snapshot / "w.data").symlink_to("../../blobs/2e")
    with pytest.raises(InputError, match="--follow-links follows links"):
        read_model(snapshot / "model.onnx")
    graph = read_model(snapshot / "model.onnx", follow_links=True)
    assert interpret(graph, {"x": np.ones(2, np.float32)})["y"].tolist() == [6, 7]
    assert inspect.main([str(snapshot / "model.onnx"), "--follow-links"]) == 0
    assert "Add" in capsys.readouterr().out


def test_checksum_of_the_tensor_or_of_the_file(folder):
    whole = (folder / "w.bin").read_bytes()
    part = external(location="w.bin", offset=8, length=16, checksum=hashlib.sha1(whole[8:24]).hexdigest())
    assert read_tensor(part, ExternalFiles(folder)).tolist() == [2, 3, 4, 5]
    # ONNX means the whole file. So much of it is never read where a stranger's file seems to have terabytes.
    os.truncate(folder / "sub" / "w.bin", 1 << 40)
    large = external(location="sub/w.bin", checksum="0" * 40)
    with pytest.raises(InputError, match="does not have its checksum"):
        read_tensor(large, ExternalFiles(folder))


def test_checksum_of_the_file(folder):
    digest = hashlib.sha1((folder / "w.bin").read_bytes()).hexdigest()
    assert read_tensor(external(location="w.bin", checksum=digest), ExternalFiles(folder)).tolist() == [0, 1, 2, 3]
    with pytest.raises(InputError, match=r"external data 'w\.bin' does not have its checksum"):
        read_tensor(external(location="w.bin", checksum="0" * 40), ExternalFiles(folder))


def evil():
    return external(location="../outside.bin")


def everywhere():
    """The same hostile tensor as an initialiser, a Constant, in a branch, in sparse values and indices."""
    out = [helper.make_empty_tensor_value_info("y")]
    yield "initialiser", helper.make_graph([helper.make_node("Relu", ["w"], ["y"])], "g", [], out, [evil()])
    constant = helper.make_node("Constant", [], ["y"], value=evil())
    yield "constant", helper.make_graph([constant], "g", [], out)
    branch = helper.make_graph([constant], "b", [], out)
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    condition = helper.make_tensor_value_info("c", TensorProto.BOOL, [])
    yield "branch", helper.make_graph([node], "g", [condition], out)
    inner = helper.make_graph([helper.make_node("Relu", ["w"], ["y"])], "b", [], out, [evil()])
    node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
    yield "branch initialiser", helper.make_graph([node], "g", [condition], out)
    indices = numpy_helper.from_array(np.arange(4))
    values = evil()
    made = helper.make_sparse_tensor(values, indices, [9])
    yield (
        "sparse constant",
        helper.make_graph([helper.make_node("Constant", [], ["y"], sparse_value=made)], "g", [], out),
    )
    graph = helper.make_graph([helper.make_node("Relu", ["w"], ["y"])], "g", [], out)
    graph.sparse_initializer.append(made)
    yield "sparse initialiser", graph
    index = external(location="../outside.bin", data_type=TensorProto.INT64)
    made = helper.make_sparse_tensor(numpy_helper.from_array(np.ones(4, np.float32), "w"), index, [9])
    graph = helper.make_graph([helper.make_node("Relu", ["w"], ["y"])], "g", [], out)
    graph.sparse_initializer.append(made)
    yield "sparse indices", graph


@pytest.mark.parametrize("graph", [pytest.param(graph, id=name) for name, graph in everywhere()])
def test_no_place_of_a_model_opens_files_outside(graph, folder):
    path = folder / "m.onnx"
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    path.write_bytes(made.SerializeToString())
    with pytest.raises(InputError, match=r"has '\.\.'; it must stay in the model's folder"):
        import_onnx(path)
