"""What is in a dump."""

from __future__ import annotations

import errno
import itertools
import json
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.dims import symbol
from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.graph import Graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from dldt.compiler.observers import Observers
from dldt.compiler.types import DType, TensorType
from dldt.debug.dump import Dump
from dldt.debug.dump_options import DumpOptions
from dldt.debug.repro import write_repro
from dldt.debug.stop_after import StopAfter
from dldt.tools import api
from dldt.tools.api import save_model
from dldt.tools.compile import main
from tests.debug.small_model import small_inputs, small_model


def dumped(folder, **options):
    dump = Dump(folder, DumpOptions(**options))
    try:
        api.compile_model(small_model(), folder.parent / "m.so", observer=dump)
    finally:
        dump.close()
    return folder


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A dump with all that there can be."""
    return dumped(tmp_path_factory.mktemp("dump") / "d", weights="full", values=small_inputs())


def data_of(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1].replace("<\\/", "</"))


def test_only_what_changed_has_a_folder(full):
    events = [json.loads(line) for line in (full / "events.jsonl").read_text().splitlines()]
    changed = {event["number"] for event in events if event["event"] == "pass" and event["changes"]}
    numbers = {int(path.name[:3]) for path in (full / "passes").iterdir() if "-graph-" in path.name}
    assert numbers == changed
    assert len(changed) >= 3
    assert sum(event["event"] == "pass" for event in events) > 40
    summary = (full / "summary.txt").read_text()
    assert "001 remove-dead-code: unchanged, " in summary


def test_before_is_the_after_of_the_pass_before(full):
    folders = sorted(path for path in (full / "passes").iterdir() if "-graph-" in path.name or "-import-" in path.name)
    for last, here in itertools.pairwise(folders):
        for suffix in (".txt", ".xml"):
            assert (here / f"before{suffix}").read_bytes() == (last / f"after{suffix}").read_bytes()
        assert (here / "before.txt").read_text() != (here / "after.txt").read_text()


def test_every_ir_is_the_graph_at_that_time_and_weights_are_there_once(full):
    inputs = small_inputs()
    expected = interpret(small_model(), inputs)
    files = sorted(full.rglob("after.xml"))
    assert len(files) >= 4
    for file in files:
        found = interpret(read_ir(file), inputs)
        for name, array in expected.items():
            np.testing.assert_allclose(found[name], array, rtol=1e-4, atol=1e-5)
    real = [path for path in full.rglob("*.bin") if not path.is_symlink()]
    assert [path.name for path in real] == ["weights.bin"]


def test_openvino_reads_every_ir(full):
    openvino = pytest.importorskip("openvino")
    inputs = small_inputs()
    expected = interpret(small_model(), inputs)
    core = openvino.Core()
    for file in sorted(full.rglob("after.xml")):
        model = core.compile_model(core.read_model(str(file)), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        found = model(inputs)
        for name, array in expected.items():
            np.testing.assert_allclose(found[name], array, rtol=1e-3, atol=1e-4)


def test_a_difference_is_by_identity(full):
    (folder,) = (path for path in (full / "passes").iterdir() if path.name.endswith("-graph-fold-constants"))
    lines = (folder / "diff.txt").read_text().splitlines()
    assert any(line.startswith("- ") and "'scale'" in line and " = Add(" in line for line in lines)
    assert any(line.startswith("+ ") and "'scale'" in line and "1.5" in line for line in lines)
    assert any(line.startswith("~ ") and "'scaled'" in line and "rewired: input 1 " in line for line in lines)
    assert not any("'gate'" in line for line in lines)


def test_pictures_are_sound_and_show_what_came_and_went(full):
    files = sorted(full.rglob("diff-*.svg"))
    assert files
    for file in files:
        picture = ElementTree.parse(file).getroot()
        kinds = {element.get("class") for element in picture.iter() if (element.get("class") or "").startswith("node")}
        assert kinds & {"node added", "node removed", "node changed"}


def test_the_framework_is_found_behind_every_node(full):
    nodes = data_of(full)["nodes"]
    by_name = {}
    for name, operation, origins in nodes.values():
        by_name.setdefault(name, []).append((operation, origins))
    assert ("Add", ["Add 'scale'"]) in by_name["scale"]
    folded = next(origins for operation, origins in by_name["scale"] if operation == "Const")
    assert set(folded) == {"Add 'scale'", "Const 'one'", "Const 'half'"}
    fused = next(origins for operation, origins in by_name["swish"] if operation == "Swish")
    assert {"Multiply 'swish'", "Sigmoid 'gate'"} <= set(fused)


def test_values_are_compared_after_every_change(full):
    values = data_of(full)["values"]
    assert values[0]["name"] == "imported"
    assert values[-1]["name"].startswith("link")
    assert all([name for name, _ in value["outputs"]] == ["y", "m"] for value in values)
    assert "values: no output moved beyond the tolerance" in (full / "summary.txt").read_text()
    (folder,) = (path for path in (full / "passes").iterdir() if path.name.endswith("-graph-fuse-swish"))
    assert re.search(
        r"'swish' f32\[1,8,12,12\]: min .*, max .*, mean .*; largest error", (folder / "values.txt").read_text()
    )


def test_kernels_tell_what_they_compute_and_what_else_could(full):
    kernels = [json.loads(line) for line in (full / "kernels.jsonl").read_text().splitlines()]
    (convolution,) = (kernel for kernel in kernels if "Convolution" in kernel["name"])
    assert convolution["flops"] == 2 * 8 * 4 * 9 * 12 * 12 + 8 * 12 * 12  # multiply-adds, and the bias
    assert convolution["assumed"] == [convolution["flops"], convolution["bytes"]]
    assert convolution["bytes"] > 0
    (mark,) = [line for line in convolution["candidates"] if line.startswith("*")]
    assert convolution["cost"].startswith(f"{mark.split()[1]} cycles estimated")
    assert mark == convolution["candidates"][1]
    assert "Convolution 'conv'" in convolution["origins"]
    assert all((full / "kernels" / f"{name}.s").exists() for name in convolution["functions"])
    arena = data_of(full)["arena"]
    assert all(row[2] + row[3] <= int(arena["size"]) for row in arena["rows"])


def test_flops_of_free_sizes_are_not_known(tmp_path):
    graph = Graph("free")
    x = graph.parameter("x", TensorType(DType.f32, (symbol("N"), 8)))
    graph.result(ops.MatMul()(x, np.ones((8, 4), np.float32)), "y")
    dump = Dump(tmp_path / "d")
    api.compile_model(graph, tmp_path / "m.so", observer=dump)
    dump.close()
    (kernel,) = map(json.loads, (tmp_path / "d" / "kernels.jsonl").read_text().splitlines())
    assert (kernel["flops"], kernel["bytes"]) == (None, None)
    rows, rest = divmod(kernel["assumed"][0], 2 * 8 * 4)
    assert rows > 0
    assert rest == 0
    (decided,) = (tmp_path / "d" / "passes").glob("*-code-kernels/decided.txt")
    assert " scalar operations, " in decided.read_text()


def test_two_dumps_differ_in_their_times_alone(full, tmp_path):
    again = dumped(tmp_path / "again", weights="full", values=small_inputs())
    names = sorted(path.relative_to(full) for path in full.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    different = [str(name) for name in names if (full / name).read_bytes() != (again / name).read_bytes()]
    assert different in ([], ["times.js"])


def test_the_page_asks_nothing_of_the_network(full):
    text = (full / "index.html").read_text(encoding="utf-8")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r'src="([^"]*)"', text) == ["times.js"]


def test_a_dump_may_end_early(tmp_path):
    dump = Dump(tmp_path / "d")
    with pytest.raises(UsageError, match="only 1 change"):
        api.compile_model(small_model(), tmp_path / "m.so", observer=Observers([StopAfter("fuse-swish", 7), dump]))
    dump.close()
    assert (tmp_path / "d" / "index.html").exists()


def test_a_dump_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full_disk(self, *_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    dump = Dump(tmp_path / "d")
    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(OSError, match="No space left"):
        dump.close()
    assert not (tmp_path / "d").exists()


def test_a_zip_file_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    def full_disk(self, *_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full_disk)
    with pytest.raises(InputError, match=r"cannot write .*r\.zip: no space left on device"):
        write_repro(tmp_path / "r.zip", None, {}, ["true"])
    assert list(tmp_path.iterdir()) == []


def test_inputs_that_are_not_the_models_leave_no_dump(tmp_path, capsys):
    save_model(small_model(), tmp_path / "m.xml")
    np.savez(tmp_path / "other.npz", other=np.zeros(3, np.float32))
    words = [str(tmp_path / "m.xml"), "-o", str(tmp_path / "m.so"), "--dump", str(tmp_path / "d")]
    assert main([*words, "--dump-values", str(tmp_path / "other.npz")]) == 1
    assert "there is no input 'other'" in capsys.readouterr().err
    assert not (tmp_path / "d").exists()


def test_the_python_api_dumps_too(tmp_path):
    for _ in range(2):
        api.compile_model(small_model(), tmp_path / "m.so", dump=tmp_path / "d")
        assert data_of(tmp_path / "d")["title"] == "small"


def test_weights_that_are_none_of_the_words_are_refused():
    with pytest.raises(UsageError, match="--dump-weights is 'some'; it is one of none, stats, full"):
        DumpOptions(weights="some")


def why(folder, step):
    (path,) = (path for path in (folder / "passes").iterdir() if path.name.endswith(f"-code-{step}"))
    return (path / "why.txt").read_text().splitlines()


def test_steps_tell_why(full):
    """'shifted' is read by the gate, the swish, which are one operation, and the mean: so it is stored."""
    assert "'shifted' is stored: 2 operations read it" in why(full, "regions")
    assert any(line.startswith("'shifted' blocked") and "contraction" in line for line in why(full, "layouts"))
    assert "'mean' plain: it is no image" in why(full, "layouts")
    candidates = why(full, "implementations")
    assert any(
        re.match(r"'shifted' Convolution.*: \d+ candidates; chosen: least estimate", line) for line in candidates
    )
    marked = [line for line in candidates if line.startswith("  * ")]
    several = [line for line in candidates if line.startswith("'") and "only the family" not in line]
    assert len(marked) == len(several) == 1
    assert (
        "'mean' ReduceMean: 1 candidate: only the family 'loops' carries out such tasks, and in one way" in candidates
    )
    assert any("bytes stay in a cache of" in line or "reads it too" in line for line in why(full, "row-tiling"))
    assert why(full, "precision") == ["allowed: contractions multiply f32, weights bound by memory are stored as f32"]
    steps = {step["name"]: step for step in data_of(full)["steps"]}
    assert steps["regions"]["why"] == why(full, "regions")
    assert steps["link"]["why"] == []


def test_the_arena_tells_why_of_every_tensor(tmp_path):
    """Four matrices in a row, of which two live at a time: the third lies where the first was, the last over it."""
    graph = Graph("row")
    y = graph.parameter("x", TensorType(DType.f32, (16, 16)))
    square = np.ones((16, 16), np.float32)
    for name in ("one", "two", "three"):
        y = ops.MatMul()(y, square, name=name)
    rows = ops.ReLU()(ops.ReduceSum(keep_dims=True)(y, np.array([1])), name="four")
    graph.result(ops.Add()(rows, y, name="five"), "y")
    dump = Dump(tmp_path / "d")
    api.compile_model(graph, tmp_path / "m.so", observer=dump)
    dump.close()
    lines = why(tmp_path / "d", "memory")
    at = {line.split()[0]: k for k, line in enumerate(lines) if line.startswith("'")}
    assert lines[0] == "most is in use at moment 1, 2048 bytes: 'one', 'two'"
    assert "'one' 1024 bytes at offset 0, in use from moment 0 to 1" in lines
    assert lines[at["'one'"] + 1] == "  why there: the lowest place, where nothing lies at the same time"
    assert lines[at["'two'"] + 1].endswith("below it lie at the same time 'one', 'three'")
    assert lines[at["'three'"] + 2].startswith("  shares the place, at other times, with 'one'")
    assert (
        lines[at["'two'"] + 3]
        == "  over no input of its task: 'one' is read elsewhere than where the result is written"
    )


def test_the_command_of_a_dump_makes_it_again(tmp_path):
    Dump(tmp_path / "d", DumpOptions(command=["echo", "a b"])).close()
    done = subprocess.run(["sh", tmp_path / "d" / "repro.sh", "x"], capture_output=True, text=True, check=True)
    assert done.stdout == "a b --dump x\n"
