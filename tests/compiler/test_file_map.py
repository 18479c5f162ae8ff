"""Files that change while they are read: in a process of its own, which the system would end."""

import os
import subprocess
import sys

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from dldt.compiler.atomic import atomic_write
from dldt.compiler.budget import limited
from dldt.compiler.errors import InputError
from dldt.compiler.file_map import COPIED, FileMap, content_of, require_unchanged
from dldt.tools.api import read_model, save_model

SIZE = COPIED + (1 << 20)


@pytest.fixture
def large(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(b"\x01" * SIZE)
    with open(path, "rb") as file, limited():
        yield path, FileMap.of(file, str(path))


def test_pages_that_are_gone_are_zeros_and_the_map_is_changed(large):
    path, mapped = large
    assert mapped[SIZE - 1] == 1
    assert not mapped.changed
    os.truncate(path, 5000)
    assert [mapped[at] for at in (SIZE - 1, 4999, 8192)] == [0, 1, 0]
    with pytest.raises(InputError, match="large: the file was changed while it was read; wait until it is whole"):
        require_unchanged()


@pytest.mark.parametrize("change", [lambda path: os.utime(path, (1, 1)), lambda path: os.truncate(path, SIZE + 1)])
def test_nothing_is_written_from_a_file_that_changed(large, tmp_path, change):
    with atomic_write(tmp_path / "out"):
        pass
    change(large[0])
    with pytest.raises(InputError, match="large: the file was changed"), atomic_write(tmp_path / "other"):
        pass
    assert not (tmp_path / "other").exists()


def test_a_file_in_its_place_is_another(large, tmp_path):
    path, mapped = large
    (tmp_path / "new").write_bytes(b"\x02")
    os.replace(tmp_path / "new", path)
    assert mapped[SIZE - 1] == 1
    assert not mapped.changed


def test_small_files_are_copied(tmp_path):
    path = tmp_path / "small"
    path.write_bytes(b"\x01" * 5000)
    with open(path, "rb") as file:
        content = content_of(file, "small")
    os.truncate(path, 0)
    require_unchanged()
    assert bytes(content) == b"\x01" * 5000


def test_missing_pages_of_others_end_the_process_as_before(large):
    path, _ = large
    code = (
        "import mmap, os, sys; from dldt.compiler.file_map import FileMap\n"
        "file = open(sys.argv[1], 'rb'); ours = FileMap.of(file, 'f')\n"
        "other = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\n"
        "os.truncate(sys.argv[1], 0); ours[9000]; print('ours', flush=True); other[9000]"
    )
    ended = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.returncode) == ("ours\n", -7)


def products(folder, *, external):
    """A product whose weights are larger than what is copied, in the model's file or in one beside it."""
    rows = SIZE // 4096
    weights = numpy_helper.from_array(np.ones((rows, 1024), np.float32), "w")
    made = [helper.make_node("MatMul", ["x", "w"], ["y"])]
    ends = [helper.make_tensor_value_info(name, 1, [1, size]) for name, size in (("x", rows), ("y", 1024))]
    graph = helper.make_graph(made, "g", ends[:1], ends[1:], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path = folder / "m.onnx"
    onnx.save(model, path, save_as_external_data=external, location="w.bin", size_threshold=0)
    return path, folder / "w.bin" if external else path


@pytest.mark.parametrize("kind", ["raw", "external", "ir"])
def test_weights_that_are_cut_short_are_an_error(tmp_path, kind):
    path, weights = products(tmp_path, external=kind == "external")
    if kind == "ir":
        path = save_model(read_model(path), tmp_path / "ir.xml")
        weights = path.with_suffix(".bin")
    graph = read_model(path)
    os.truncate(weights, 4096)
    with pytest.raises(InputError, match=f"{weights.name}: the file was changed while it was read"):
        save_model(graph, tmp_path / "out.xml")
    assert not (tmp_path / "out.xml").exists()
