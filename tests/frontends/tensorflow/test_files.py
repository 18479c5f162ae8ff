"""One network in every kind of file that TensorFlow writes; ``make_file_cases.py`` made them."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError, UsageError
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.frontends.tensorflow.options import TENSORFLOW_OPTIONS
from dldt.frontends.tensorflow.proto import PROTO
from dldt.tools.main import main

FILES = Path(__file__).with_name("file_cases.npz")


@pytest.fixture
def folder(tmp_path):
    """Writes the files of a case; the folder that has them."""

    def write(name, place=""):
        whole = tmp_path / place
        with np.load(FILES) as content:
            for key in content.files:
                case, _, file = key.partition(":")
                if case == name and file:
                    path = whole / file
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content[key].tobytes())
        return whole

    return write


def array(name):
    with np.load(FILES) as content:
        return content[name]


def check(graph, wanted, output="y", given="x"):
    assert [value.name for value in graph.inputs] == [given]
    found = interpret(graph, {given: array("x")})
    assert list(found) == [output]
    np.testing.assert_allclose(found[output], wanted, rtol=1e-6)


@pytest.mark.parametrize("case", ["v2", "resource", "sliced", "v1"])
@pytest.mark.parametrize("file", ["frozen.pb", "frozen.pbtxt"])
def test_a_frozen_graph_binary_or_text(case, file, folder):
    check(read_model(folder(case) / file), array(f"y_{case}"))


def test_text_with_another_suffix_needs_the_option(folder):
    path = folder("v2") / "frozen.pbtxt"
    path = path.rename(path.with_name("model.pb"))
    with pytest.raises(InputError, match=r"it looks like a text file; --input_model_is_text reads text"):
        read_model(path)
    check(read_model(path, options={"input_model_is_text": True}), array("y_v2"))


@pytest.mark.parametrize("case", ["v2", "resource", "sliced", "v1"])
@pytest.mark.parametrize("spelling", ["model.ckpt", "model.ckpt.index"])
def test_an_inference_graph_with_a_checkpoint(case, spelling, folder):
    if case == "v1" and spelling.endswith("index"):
        pytest.skip("checkpoints of version 1 have no index")
    path = folder(case)
    options = {"input_checkpoint": str(path / spelling)}
    check(read_model(path / "inference.pb", options=options), array(f"y_{case}"))


@pytest.mark.parametrize("case", ["v2", "resource", "sliced", "v1"])
def test_a_metagraph_with_the_checkpoint_beside_it(case, folder):
    check(read_model(folder(case) / "model.ckpt.meta"), array(f"y_{case}"))


def test_a_graph_with_the_nodes_that_restore_it_and_a_checkpoint(folder, tmp_path):
    meta = PROTO["MetaGraphDef"].FromString((folder("sliced") / "model.ckpt.meta").read_bytes())
    (tmp_path / "graph.pb").write_bytes(meta.graph_def.SerializeToString())
    options = {"input_checkpoint": str(tmp_path / "model.ckpt")}
    check(read_model(tmp_path / "graph.pb", outputs=["y"], options=options), array("y_sliced"))


def test_parts_that_are_not_what_the_checkpoint_has_are_refused(folder):
    path = folder("sliced") / "inference.pb"
    graph = PROTO["GraphDef"].FromString(path.read_bytes())
    for node in graph.node:
        if node.name == "layer/w/part_1":
            node.attr["shape"].shape.dim[0].size += 1
    path.write_bytes(graph.SerializeToString())
    wanted = r"parts of \[\d, 4\], \[\d, 4\] do not make up \[3, 4\], as the checkpoint has it"
    with pytest.raises(InputError, match=wanted):
        read_model(path, options={"input_checkpoint": str(path.with_name("model.ckpt"))})


@pytest.mark.parametrize("option", ["--saved_model_dir", "--input_meta_graph"])
def test_a_model_that_an_option_names_is_converted(option, folder):
    path = folder("saved_v1") / "saved" if option == "--saved_model_dir" else folder("v2") / "model.ckpt.meta"
    tags = ["--saved_model_tags", "serve,cpu"] if option == "--saved_model_dir" else []
    assert main(["convert", option, str(path), *tags, "-q", "-o", str(path.with_name("made.xml"))]) == 0
    parameters = read_model(path.with_name("made.xml")).metadata
    assert parameters["conversion_parameters/input_model"] == f"DIR/{path.name}"


def test_a_variable_without_a_checkpoint_says_what_to_do(folder):
    with pytest.raises(InputError, match=r"variable 'layer/w' has no value here; .* --input_checkpoint FILE"):
        read_model(folder("v2") / "inference.pb")


def test_a_checkpoint_that_is_not_there(folder):
    path = folder("v2")
    with pytest.raises(InputError, match=r"other: no such checkpoint: neither other.index nor a file of this name"):
        read_model(path / "inference.pb", options={"input_checkpoint": str(path / "other")})


def test_a_damaged_tensor_is_found_by_its_checksum(folder):
    path = folder("v2")
    data = path / "model.ckpt.data-00000-of-00001"
    data.write_bytes(bytes([data.read_bytes()[0] ^ 1]) + data.read_bytes()[1:])
    with pytest.raises(InputError, match=r"is damaged in the checkpoint .*: its checksum is wrong"):
        read_model(path / "model.ckpt.meta")


def test_a_shard_that_is_a_link_is_refused_unless_the_user_allows_it(folder):
    path = folder("v2")
    data = path / "model.ckpt.data-00000-of-00001"
    shutil.move(data, path / "elsewhere")
    data.symlink_to(path / "elsewhere")
    with pytest.raises(InputError, match="is a symbolic link, a regular file is needed"):
        read_model(path / "model.ckpt.meta")
    check(read_model(path / "model.ckpt.meta", follow_links=True), array("y_v2"))


def test_signatures_and_tags_of_a_saved_model(folder):
    path = folder("saved_v1") / "saved"
    with pytest.raises(UsageError, match=r"no graph has the tags 'gpu,serve': cpu,serve"):
        read_model(path, options={"saved_model_tags": "serve,gpu"})
    check(read_model(path), array("y_v2"), "out", "data")
    tags = {"saved_model_tags": "serve,cpu"}
    check(read_model(path, options=tags), array("y_v2"), "out", "data")
    graph = read_model(path, options={**tags, "signature": "twice"})
    assert [value.name for value in graph.inputs] == ["data"]  # output "x" has the name of a node, so it keeps its own
    np.testing.assert_allclose(interpret(graph, {"data": array("x")})["double"], 2 * array("y_v2"), rtol=1e-6)
    with pytest.raises(UsageError, match=r"no signature is called 'other'; name one by --signature: serving_d.*twice"):
        read_model(path, options={"signature": "other"})


@pytest.mark.parametrize("name", ["data", "x", "x:0"])
def test_an_input_has_the_names_of_its_signature_and_its_tensor(name, folder):
    graph = read_model(folder("saved_v1") / "saved", inputs={name: (5, 3)})
    assert graph.inputs[0].type.static_shape == (5, 3)


def test_a_saved_model_is_cut_at_a_node(folder):
    graph = read_model(folder("saved_v1") / "saved", outputs=["MatMul:0"])
    np.testing.assert_allclose(interpret(graph, {"data": array("x")})["MatMul"], array("x") @ array("w"), rtol=1e-6)


@pytest.mark.parametrize(("kind", "near"), [("plain", 1e-6), ("uint8", 0.05), ("uint16", 1e-4), ("float16", 1e-2)])
def test_a_graph_model_of_tensorflow_js(kind, near, folder):
    graph = read_model(folder(f"web_{kind}") / "model.json")
    found = interpret(graph, {"x": array("x")})
    np.testing.assert_allclose(found["result"], array("y_v2"), rtol=near, atol=near)
    if kind != "plain":
        assert hashlib.sha256(found["result"].tobytes()) != hashlib.sha256(array("y_v2").tobytes())


@pytest.mark.parametrize("shard", ["../group1-shard1of2.bin", "/etc/hostname", ""])
def test_a_shard_lies_beside_its_model(shard, folder):
    path = folder("web_plain") / "model.json"
    model = json.loads(path.read_text())
    model["weightsManifest"][0]["paths"][0] = shard
    path.write_text(json.dumps(model))
    with pytest.raises(InputError, match="is no file beside the model"):
        read_model(path)


def test_a_layers_model_says_how_to_convert_it(tmp_path):
    path = tmp_path / "model.json"
    path.write_text('{"format": "layers-model", "modelTopology": {"model_config": {}}}')
    with pytest.raises(UnsupportedError, match="--output_format=tfjs_graph_model"):
        read_model(path)


def test_options_that_do_not_fit(folder):
    path = folder("v2")
    with pytest.raises(UsageError, match="--signature does not fit: a graph has no signatures"):
        read_model(path / "frozen.pb", options={"signature": "serving_default"})


def test_every_option_of_the_old_model_optimizer_is_known(folder):
    path = folder("v2") / "frozen.pb"
    refused = [option.name for option in TENSORFLOW_OPTIONS if option.help.startswith("not supported")]
    assert len(refused) == 4
    for name in refused:
        with pytest.raises(UsageError, match=f"--{name} is not supported: "):
            read_model(path, options={name: "x"})


def test_no_framework_is_imported(folder):
    code = (
        "import sys; from dldt.frontends.read_model import read_model; read_model(sys.argv[1]);"
        "print([name for name in ('tensorflow', 'keras', 'h5py', 'onnx') if name in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(folder("saved_v1") / "saved")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_every_form_compiles_where_no_framework_is_installed(folder):
    """One process reads them all and compiles one; an import of a framework, or of what reads its files, fails."""
    forms = [
        *(folder("v2") / name for name in ("frozen.pb", "frozen.pbtxt", "model.ckpt.meta")),
        *(folder("v1", "other") / "model.ckpt.meta", folder("saved_v1") / "saved", folder("web_plain") / "model.json"),
    ]
    left_out = ("tensorflow", "keras", "h5py", "onnx", "onnxruntime", "openvino", "snappy", "tensorboard")
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({left_out}));"
        "from dldt.frontends.read_model import read_model; from dldt.tools.api import compile_model;"
        "graphs = [read_model(path) for path in sys.argv[2:]];"
        "compile_model(graphs[0], sys.argv[1], threads=1); print(len(graphs))"
    )
    command = [sys.executable, "-c", code, str(folder("v2") / "m.so"), *map(str, forms)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (f"{len(forms)}\n", "")


def test_a_keras_model_without_tensorflow_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "tensorflow.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = tmp_path / "model.keras"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(UsageError, match=r"pip install 'dldt\[tensorflow\]', or export the model as a SavedModel"):
        read_model(path)


def test_what_keras_cannot_load_is_told_in_its_words(tmp_path, monkeypatch):
    (tmp_path / "tensorflow.py").write_text("class keras:\n class models:\n  def load_model(*_, **__): 1 / 0\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = tmp_path / "model.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(InputError, match=r"Keras cannot load the model: ZeroDivisionError"):
        read_model(path)
