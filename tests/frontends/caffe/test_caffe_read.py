"""What a .prototxt and a .caffemodel say: forms of layers, inputs, phases, blobs, and what is refused."""

from __future__ import annotations

import logging
import re

import numpy as np
import pytest

from dldt.compiler.errors import DldtError, InputError, UnsupportedError, UsageError
from dldt.compiler.interpret import interpret
from dldt.frontends.caffe import hdf5
from dldt.frontends.caffe.files import Files
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.importer import import_caffe
from dldt.frontends.caffe.read import read_caffe
from dldt.frontends.engine.input_spec import parse_inputs
from dldt.frontends.read_model import read_model
from tests.frontends.caffe.net import blob_of, caffemodel, layer, message

W = np.arange(12, dtype=np.float32).reshape(3, 4)
B = np.array([1, 2, 3], np.float32)
X = np.array([[1, 0, -1, 2]], np.float32)
Y = X @ W.T + B
INPUT = 'input: "x" input_shape { dim: 1 dim: 4 } '
DENSE = layer("InnerProduct", "inner_product_param { num_output: 3 }", name="fc")
WEIGHTS = {"fc": [W, B]}


def write(folder, text=INPUT + DENSE, weights=WEIGHTS, name="net"):
    (folder / f"{name}.prototxt").write_text(text)
    path = folder / f"{name}.caffemodel"
    if weights is not None:
        path.write_bytes(weights if isinstance(weights, bytes) else caffemodel(weights))
    return path if weights is not None else path.with_suffix(".prototxt")


def run(path, **feeds):
    graph = import_caffe(path)
    return interpret(graph, feeds or {"x": X})


INPUTS = [
    'input: "x" input_dim: 1 input_dim: 4 input_dim: 1 input_dim: 1',
    'input: "x" input_shape { dim: 1 dim: 4 }',
    'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 4 } } }',
    'layer { name: "m" type: "MemoryData" top: "x" top: "label" memory_data_param { batch_size: 1 channels: 4 height: 1'
    " width: 1 } }",
    'input: "x" input: "z" input_dim: 1 input_dim: 4 input_dim: 1 input_dim: 1 input_dim: 1 input_dim: 4 input_dim: 1'
    " input_dim: 1",
]


@pytest.mark.parametrize("text", INPUTS)
def test_forms_of_inputs(text, tmp_path):
    graph = import_caffe(write(tmp_path, f"{text} {DENSE}"))
    assert graph.inputs[0].type.static_shape in ((1, 4), (1, 4, 1, 1))
    assert [value.name for value in graph.inputs] == (["x", "z"] if '"z"' in text else ["x"])
    feeds = {value.name: X.reshape(value.type.static_shape) for value in graph.inputs}
    np.testing.assert_array_equal(interpret(graph, feeds)["y"], Y)


@pytest.mark.parametrize("form", ["data", "double_data", "raw_data", "unpacked", "legacy"])
def test_forms_of_blobs(form, tmp_path):
    weights = message(100, message(1, b"fc") + b"".join(message(7, blob_of(blob, form)) for blob in (W, B)))
    np.testing.assert_array_equal(run(write(tmp_path, weights=weights))["y"], Y)


V1 = """input: "x" input_dim: 1 input_dim: 4 input_dim: 1 input_dim: 1
layers { name: "fc" type: INNER_PRODUCT bottom: "x" top: "fc" blobs_lr: 1 blobs_lr: 2 weight_decay: 1
  inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
layers { name: "r" type: RELU bottom: "fc" top: "fc" relu_param { negative_slope: 0.5 } }
layers { name: "l" type: SOFTMAX_LOSS bottom: "fc" bottom: "label" include { phase: TRAIN } }
layers { name: "a" type: ACCURACY bottom: "fc" bottom: "label" top: "a" include { phase: TRAIN } }"""
V0 = """input: "x" input_dim: 1 input_dim: 1 input_dim: 2 input_dim: 2
layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "x" top: "p" }
layers { layer { name: "c" type: "conv" num_output: 1 kernelsize: 3 stride: 1 biasterm: false } bottom: "p" top: "c" }
layers { layer { name: "r" type: "relu" } bottom: "c" top: "c" }
layers { layer { name: "q" type: "pool" kernelsize: 2 stride: 2 pool: AVE } bottom: "c" top: "q" }"""


def test_layers_of_the_second_form(tmp_path):
    blobs = b"".join(message(6, blob_of(blob, "legacy")) for blob in (W, B))
    path = write(tmp_path, V1, message(2, message(4, b"fc") + b"\x28\x0e" + blobs))
    found = run(path, x=X.reshape(1, 4, 1, 1))
    np.testing.assert_array_equal(found["fc"], np.where(Y > 0, Y, Y / 2))


def test_layers_of_the_first_form_and_their_padding(tmp_path):
    kernel = np.ones((1, 1, 3, 3), np.float32)
    inner = message(1, b"c") + message(2, b"conv") + message(50, blob_of(kernel, "legacy"))
    path = write(tmp_path, V0, message(2, message(1, inner)))
    found = run(path, x=np.array([[[[1, 2], [3, 4]]]], np.float32))
    np.testing.assert_array_equal(found["q"], [[[[10]]]])  # each window holds all four numbers


PHASES = """input: "x" input_shape { dim: 1 dim: 4 } state { level: 2 stage: "deploy" }
layer { name: "a" type: "Power" bottom: "x" top: "a" power_param { shift: 1 } include { phase: TRAIN } }
layer { name: "b" type: "Power" bottom: "x" top: "a" power_param { shift: 2 } exclude { phase: TRAIN } }
layer { name: "c" type: "Power" bottom: "a" top: "a" power_param { shift: 10 } include { min_level: 3 } }
layer { name: "d" type: "Power" bottom: "a" top: "a" power_param { shift: 20 }
  include { max_level: 2 stage: "deploy" } }
layer { name: "e" type: "Power" bottom: "a" top: "a" power_param { shift: 40 } include { not_stage: "deploy" } }
layer { name: "f" type: "Power" bottom: "a" top: "a" power_param { shift: 80 } exclude { stage: "other" } }"""


def test_rules_of_phase_level_and_stage(tmp_path):
    np.testing.assert_array_equal(run(write(tmp_path, PHASES, None))["a"], X + 102)


def test_layers_that_write_over_their_bottom(tmp_path):
    over = layer("Power", "power_param { shift: 1 }", "x", "x", "p") + layer("ReLU", "", "x", "x", "r")
    graph = import_caffe(write(tmp_path, INPUT + over + DENSE + layer("ReLU", "", "y", "y", "s")))
    assert [node.name for node in graph.outputs] == ["y"]
    np.testing.assert_array_equal(interpret(graph, {"x": X})["y"], np.maximum(np.maximum(X + 1, 0) @ W.T + B, 0))


def test_shared_parameters(tmp_path):
    shared = 'param { name: "w" } param { name: "b" } inner_product_param { num_output: 3 }'
    text = 'input: "x" input: "z" input_shape { dim: 1 dim: 4 } input_shape { dim: 1 dim: 4 }'
    text += layer("InnerProduct", shared, "x", "a", "fc") + layer("InnerProduct", shared, "z", "b", "other")
    path = write(tmp_path, text)
    found = run(path, x=X, z=2 * X)
    np.testing.assert_array_equal(found["b"], 2 * X @ W.T + B)
    assert sum(node.op.type == "Const" and node.types[0].shape == (3, 4) for node in import_caffe(path).order()) == 1


def test_one_layer_of_several_bottoms(tmp_path):
    text = 'input: "x" input: "z" input_shape { dim: 1 dim: 1 dim: 2 dim: 2 }'
    text += "input_shape { dim: 1 dim: 1 dim: 2 dim: 2 }"
    text += layer(
        "Convolution", "convolution_param { num_output: 1 kernel_size: 1 bias_term: false }", "x,z", "a,b", "c"
    )
    x = np.arange(4, dtype=np.float32).reshape(1, 1, 2, 2)
    found = run(write(tmp_path, text, {"c": [np.full((1, 1, 1, 1), 3, np.float32)]}), x=x, z=x + 1)
    np.testing.assert_array_equal(found["a"], 3 * x)
    np.testing.assert_array_equal(found["b"], 3 * x + 3)


TRAINING = (
    'layer { name: "d" type: "Data" top: "x" top: "label" data_param { source: "lmdb" batch_size: 64 } }'
    + DENSE
    + layer("SoftmaxWithLoss", "softmax_param { axis: 1 }", "y,label", "loss", "loss")
    + layer("Accuracy", "accuracy_param { top_k: 5 }", "y,label", "accuracy", "acc")
    + layer("Silence", "", "label", "", "s")
)


def test_a_net_for_training_is_what_it_computes(tmp_path):
    graph = read_model(write(tmp_path, TRAINING), inputs={"x": (1, 4)})
    assert [value.name for value in graph.inputs] == ["x"]
    found = interpret(graph, {"x": X})
    e = np.exp(Y - Y.max())
    np.testing.assert_allclose(found["loss"], e / e.sum(), rtol=1e-6)
    assert set(found) == {"loss", "y"}
    with pytest.raises(InputError, match=r"input 'x': the model does not tell its shape; give one: --input x\[d,d,…\]"):
        read_model(write(tmp_path, TRAINING))


def test_a_caffemodel_that_holds_its_whole_net(tmp_path):
    bottoms = message(3, b"x") + message(4, b"y")
    settings = message(117, b"\x08\x03")
    blobs = b"".join(message(7, blob_of(blob)) for blob in (W, B))
    fc = message(1, b"fc") + message(2, b"InnerProduct") + bottoms + settings + blobs
    data = message(3, b"x") + message(8, message(1, b"\x01\x04")) + message(100, fc)
    path = tmp_path / "alone.caffemodel"
    path.write_bytes(data)
    np.testing.assert_array_equal(run(path)["y"], Y)


def test_the_net_is_named_or_beside_the_weights(tmp_path):
    path = write(tmp_path)
    moved = tmp_path / "other.caffemodel"
    path.rename(moved)
    with pytest.raises(
        InputError, match=r"it has weights, and no net that connects its 1 layers; give the net with --inp"
    ):
        read_model(moved)
    found = read_model(moved, options={"input_proto": str(tmp_path / "net.prototxt")})
    np.testing.assert_array_equal(interpret(found, {"x": X})["y"], Y)
    (tmp_path / "net.prototxt").rename(tmp_path / "deploy.prototxt")
    np.testing.assert_array_equal(run(moved)["y"], Y)
    with pytest.raises(UsageError, match=r"are both nets; name the \.caffemodel as the model"):
        read_model(tmp_path / "deploy.prototxt", options={"input_proto": "x.prototxt"})


def test_fields_that_are_not_known_are_listed(tmp_path, caplog):
    text = (
        INPUT
        + DENSE.replace("num_output: 3", "num_output: 3 fork { a: 1 }")
        + layer("ReLU", "engine_hint: 3 data_param { odd: 1 }", "y", "z", "r")
    )
    with caplog.at_level(logging.WARNING):
        graph = import_caffe(write(tmp_path, text))
    shown = "InnerProductParameter.fork (line 1), LayerParameter.engine_hint (line 1)"
    assert graph.metadata["caffe_unknown_fields"] == shown
    assert shown in caplog.text


def test_types_in_other_letters(tmp_path):
    text = INPUT + layer("POWER", "power_param { shift: 1 }") + layer("relu", "", "y", "z", "r")
    np.testing.assert_array_equal(run(write(tmp_path, text, None))["z"], np.maximum(X + 1, 0))


def test_weights_in_hdf5_without_h5py(tmp_path, monkeypatch):
    write(tmp_path, weights=None)
    path = tmp_path / "net.caffemodel.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(hdf5.importlib, "import_module", missing)
    with pytest.raises(
        UnsupportedError, match=r"read by the package h5py, which is not installed \(pip install h5py\)"
    ):
        import_caffe(path)


def test_weights_in_hdf5(tmp_path):
    h5py = pytest.importorskip("h5py")
    write(tmp_path, DENSE.join([INPUT, ""]).replace('"fc"', '"a/fc"'), None)
    path = tmp_path / "net.caffemodel.h5"
    with h5py.File(path, "w") as file:
        file["data/a/fc/0"], file["data/a/fc/1"] = W, B
    np.testing.assert_array_equal(run(path)["y"], Y)
    with h5py.File(path, "w") as file:
        file["data/a/fc/0"] = h5py.ExternalLink("/etc/passwd", "x")
    with pytest.raises(InputError, match="not weights of Caffe in HDF5: '0' is a link"):
        import_caffe(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("data/a/fc/0", W.shape, "f4", external=[("/etc/passwd", 0, W.nbytes)])
    with pytest.raises(InputError, match="the numbers of '0' lie in other files"):
        import_caffe(path)
    with h5py.File(path, "w") as file:
        file.create_dataset("data/a/fc/0", (1 << 20, 1 << 20), "f4", chunks=(1, 1024))
    with pytest.raises(InputError, match="'0' is to hold 1099511627776 numbers, and has 0 bytes"):
        import_caffe(path)


FORK_DATA = """layer { name: "data" type: "%s" top: "x" top: "label" dense_image_data_param { batch_size: 4 } }
layer { name: "l" type: "ReLU" bottom: "x" top: "y" } layer { name: "a" type: "SegAccuracy" bottom: "y" bottom: "label"
top: "a" } layer { name: "m" type: "MatWrite" bottom: "y" mat_write_param { prefix: "p" } }"""


@pytest.mark.parametrize("type", ["DenseImageData", "ImageSegData"])
def test_data_and_measures_of_segmentation_forks(type, tmp_path):
    """SegNet's and PSPNet's: the picture is an input, the label is gone with what reads it."""
    graph = read_model(write(tmp_path, FORK_DATA % type, None), inputs={"x": (1, 3, 4, 4)})
    assert [value.name for value in graph.inputs] == ["x"]
    assert list(interpret(graph, {"x": -np.ones((1, 3, 4, 4), np.float32)})) == ["y"]


REFUSED = [
    ({"text": INPUT + layer("Mystery")}, r"1 operation type has no converter.*\n  Mystery +1 node +l"),
    ({"text": INPUT + layer("ROIWarping")}, r"ROIWarping +1 node .*\n +it is part of an instance-segmentation fork"),
    ({"text": INPUT + layer("ConvolutionBinary")}, r"ConvolutionBinary +1 node .*\n +how its weights are packed"),
    (
        {"text": INPUT + layer("Dropout", "dropout_param { sample_weights_test: true }")},
        "sample_weights_test asks for random elements to be dropped",
    ),
    (
        {"text": INPUT + layer("DataAugmentation", "augmentation_param { augment_during_test: true }")},
        "augment_during_test asks for random changes of the picture",
    ),
    (
        {"text": INPUT + layer("DataAugmentation", "augmentation_param { recompute_mean: 9 }")},
        "recompute_mean is set, and the blob of the mean is missing",
    ),
    ({"text": INPUT + layer("PowerFile", "power_file_param { shift_file: '../a' }")}, "leaves the folder of the net"),
    ({"text": INPUT + layer("PowerFile", "power_file_param { shift_file: 'a' }")}, "is not in the folder of the net"),
    (
        {"text": INPUT + layer("Python", "python_param { module: 'm' layer: 'Own' }")},
        "it runs Python code that is not in",
    ),
    ({"weights": None}, r"1 layers that need weights have none \(fc\): no .caffemodel is beside it"),
    (
        {"weights": {"other": [W]}},
        r"have none \(fc\): .*net.caffemodel is of another net, or its layers have other names",
    ),
    ({"weights": {"fc": [W]}}, "bias_term is set, and the blob of the bias is missing"),
    ({"weights": {"fc": [W.reshape(6, 2)[:5], B]}}, r"the blob of weights f32\[5,2\] does not fit 3 outputs"),
    ({"weights": b"\x89PNG\r\n\x1a\n0000"}, "not a .caffemodel: it looks like a PNG picture"),
    ({"weights": b""}, "the file is empty"),
    (
        {
            "weights": message(
                100, message(1, b"fc") + message(7, message(7, message(1, b"\x02")) + message(5, bytes(12)))
            )
        },
        r"has 3 numbers, its shape \[2\] needs 2",
    ),
    ({"text": "layer"}, r"net.prototxt: line 1: '\{' is expected behind 'layer', which is a message"),
    ({"text": 'name: "empty"'}, "not a .prototxt of a net: it has no layers"),
    ({"text": INPUT + layer("ReLU", bottom="nowhere")}, "layer 'l' reads 'nowhere', which no layer before it makes"),
    ({"text": INPUT + layer("ReLU", bottom="x,x")}, "layer 'l' of type ReLU has 2 bottoms, it takes at most 1"),
    ({"text": 'input: "x" input_dim: 1 input_dim: 4 ' + DENSE}, "2 of input_dim for 1 inputs; each needs 4"),
    ({"text": 'input: "x" input_shape { dim: -4 } ' + DENSE}, r"input 'x' has the shape \[-4\]"),
    ({"text": INPUT + DENSE + "layers { type: RELU }"}, "the net has both 'layer' and 'layers'"),
    (
        {"text": INPUT + layer("ReLU", "include { phase: TEST } exclude { phase: TRAIN }")},
        "rules to include and to exclude",
    ),
    ({"text": INPUT + layer("Softmax", "softmax_param { axis: 2 }")}, "axis 2 is outside of rank 2"),
    ({"text": INPUT + layer("LRN", "lrn_param { local_size: 4 }")}, "local_size is 4; it must be odd"),
    ({"text": INPUT + layer("Slice", "slice_param { slice_point: 9 }", top="a,b")}, "Slice 'l'"),
    ({"text": INPUT + layer("Pooling", "pooling_param { kernel_size: 2 }")}, "must have two spatial axes"),
    (
        {"text": INPUT + layer("Reshape", "reshape_param { shape { dim: -1 dim: -1 } }")},
        "holds a negative number, or -1 twice",
    ),
    ({"text": INPUT + layer("Eltwise", "eltwise_param { coeff: 1 }", "x,x")}, "1 of coeff for SUM of 2 bottoms"),
]


@pytest.mark.parametrize(("files", "reason"), REFUSED, ids=[reason[:40] for _, reason in REFUSED])
def test_what_is_refused(files, reason, tmp_path):
    with pytest.raises(DldtError, match=reason) as caught:
        import_caffe(write(tmp_path, **files))
    assert str(tmp_path) in str(caught.value)


def test_numbers_beside_the_net_are_added(tmp_path):
    (tmp_path / "shift.txt").write_text("1.5 -2\n3 end 7")
    path = write(tmp_path, INPUT + layer("PowerFile", "power_file_param { shift_file: 'shift.txt' }"), None)
    x = np.ones((1, 4), np.float32)
    np.testing.assert_array_equal(interpret(import_caffe(path), {"x": x})["y"], x + np.array([1.5, -2, 3, 0]))


MAPS = [
    (
        "Correlation",
        "correlation_param { kernel_size: 2 max_displacement: 1 }",
        "x,x",
        "kernel_size is 2; it must be odd",
    ),
    (
        "Correlation1D",
        "correlation_param { kernel_size: 1 max_displacement: 1 single_direction: 2 }",
        "x,x",
        r"single_direction is 2; it must be -1 \(left\), 0 \(both\) or 1",
    ),
    ("Correlation", "correlation_param { kernel_size: 1 max_displacement: 9 }", "x,x", "9 with pad 0 does not fit"),
    ("Resample", "resample_param { type: AREA factor: 2 }", "x", "type AREA has no code in Caffe's forks either"),
    ("Resample", "resample_param { type: CUBIC factor: 1e30 }", "x", "factor is 1.*e.30; it must be above 0"),
    ("DataAugmentation", "augmentation_param { crop_width: 4 crop_height: 5 }", "x", "begins at a whole pixel"),
    ("SpatialTransformer", "st_param { transform_type: 'tps' }", "x,x", "an affine transform with bilinear sampling"),
    (
        "SpatialTransformer",
        "st_param { output_H: 70000 output_W: 70000 }",
        "x,x",
        "is 70000; each|output_W 70000; each must be",
    ),
    ("FlowWarp", "", "x,x", "must have two channels, and height and width"),
    ("SimplerNMS", "simpler_nms_param { }", "x,x,x", "and scale must be given"),
]


@pytest.mark.parametrize(("type", "settings", "bottom", "reason"), MAPS, ids=[row[3] for row in MAPS])
def test_maps_that_are_refused(type, settings, bottom, reason, tmp_path):
    text = 'input: "x" input_dim: 1 input_dim: 1 input_dim: 5 input_dim: 5 '
    with pytest.raises(DldtError, match=reason):
        import_caffe(write(tmp_path, text + layer(type, settings, bottom), None))


POOLS = [
    ("kernel_size: 2 pad: 2", r"pad \[2, 2\] must be below the kernel \[2, 2\]"),
    ("kernel_h: 2", "kernel_size_h and kernel_size_w must be given together"),
    ("", "kernel_size is not given"),
    ("pool: STOCHASTIC kernel_size: 2", "stochastic pooling is for training"),
    ("kernel_size: 1 stride: 3", "the last window of spatial axis 0 begins behind the data"),
]


@pytest.mark.parametrize(("settings", "reason"), POOLS, ids=[reason for _, reason in POOLS])
def test_pooling_that_is_refused(settings, reason, tmp_path):
    text = 'input: "x" input_dim: 1 input_dim: 1 input_dim: 5 input_dim: 5 '
    with pytest.raises(DldtError, match=reason):
        import_caffe(write(tmp_path, text + layer("Pooling", f"pooling_param {{ {settings} }}"), None))


PICTURE = 'input: "x" input_dim: 1 input_dim: 2 input_dim: 2 input_dim: 3 ' + layer("Power")


def mean_file(folder, shape=(2, 4, 6)):
    mean = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    (folder / "mean.binaryproto").write_bytes(blob_of(mean, "legacy"))
    return mean, {"mean_file": str(folder / "mean.binaryproto")}


def test_a_mean_file(tmp_path):
    path = write(tmp_path, PICTURE, None)
    mean, options = mean_file(tmp_path)
    x = np.ones((1, 2, 2, 3), np.float32)
    found = interpret(read_model(path, options=options), {"x": x})["y"]
    np.testing.assert_array_equal(found, x - mean[:, 1:3, 1:4])  # the middle
    found = interpret(read_model(path, options={**options, "mean_file_offsets": "(2,0)"}), {"x": x})["y"]
    np.testing.assert_array_equal(found, x - mean[:, 2:4, 0:3])
    free = read_model(path, options=options, inputs={"x": ("N", 2, 2, 3)})
    np.testing.assert_array_equal(
        interpret(free, {"x": np.ones((3, 2, 2, 3), np.float32)})["y"][2], 1 - mean[:, 1:3, 1:4]
    )


OPTIONS = [
    ({"mean_file_offsets": "(1,1)"}, "--mean-file-offsets is given without --mean-file"),
    ({"mean_file": True, "mean_file_offsets": "1"}, r"--mean-file-offsets is '1', \(x,y\) is expected"),
    ({"mean_file": True, "mean_file_offsets": "(3,0)"}, r"of 4 x 6 has no part of 2 x 3 at \(3,0\)"),
    ({"mean_file": "net.prototxt"}, "not a mean file"),
    ({"disable_omitting_optional": True}, "--disable-omitting-optional is about attributes of custom layers"),
    ({"enable_flattening_nested_params": True}, "--enable-flattening-nested-params is about attributes"),
    ({"k": "net.prototxt"}, "not a mapping of custom layers"),
    ({"counts": "x"}, "counts is no option of the format caffe"),
]


@pytest.mark.parametrize(("options", "reason"), OPTIONS, ids=[reason for _, reason in OPTIONS])
def test_options_that_are_refused(options, reason, tmp_path):
    path = write(tmp_path, PICTURE, None)
    _, mean = mean_file(tmp_path)
    given = {n: mean["mean_file"] if v is True and n == "mean_file" else v for n, v in options.items()}
    given = {n: str(tmp_path / v) if v == "net.prototxt" else v for n, v in given.items()}
    with pytest.raises(DldtError, match=reason):
        read_model(path, options=given)


def test_custom_layers_are_refused_by_name(tmp_path):
    mapping = tmp_path / "CustomLayersMapping.xml"
    mapping.write_text('<CustomKernelsMapping><CustomLayer NativeType="Warp" hasParam="true"/></CustomKernelsMapping>')
    path = write(tmp_path, INPUT + layer("Warp"), None)
    with pytest.raises(
        UnsupportedError, match=r"1 layers \(Warp\) are custom ones .* cut the model before Warp \"l\" with"
    ):
        read_model(path, options={"k": str(mapping)})
    read_model(write(tmp_path, PICTURE, None), options={"k": str(mapping), "caffe_parser_path": "anywhere"})


def test_proposals_in_python_are_the_built_in_ones(tmp_path):
    python = """python_param { module: 'rpn.proposal_layer' layer: 'ProposalLayer'
        param_str: "{'feat_stride': 8, 'scales': [2, 4], 'ratios': (0.5, 1.0), 'nms_thresh': 0.6}" }"""
    inputs = (
        'input: "s" input_shape { dim: 1 dim: 8 dim: 2 dim: 2 } input: "d" input_shape { dim: 1 dim: 16 dim: 2 dim: 2 }'
    )
    inputs += ' input: "i" input_shape { dim: 1 dim: 3 } '
    record = read_caffe(Files.of(write(tmp_path, inputs + layer("Python", python, "s,d,i"), None)))
    (node,) = record.graph.nodes
    assert node.op_type == "Proposal"
    assert node.attributes == {
        "feat_stride": 8, "scale": (2.0, 4.0), "ratio": (0.5, 1.0), "nms_thresh": pytest.approx(0.6)
    }  # fmt: skip


def test_a_list_of_a_proposal_may_have_a_type_before_it(tmp_path):
    python = """python_param { module: 'rpn.proposal_layer' layer: 'ProposalLayer'
        param_str: "'feat_stride': 16 \\n'scales': !!python/tuple [4, 8, 16, 32]" }"""
    net = "".join(f'input: "{name}" input_shape {{ dim: 1 dim: 24 dim: 2 dim: 2 }} ' for name in "sdi")
    record = read_caffe(Files.of(write(tmp_path, net + layer("Python", python, "s,d,i"), None)))
    assert record.graph.nodes[0].attributes == {"feat_stride": 16, "scale": (4.0, 8.0, 16.0, 32.0)}


def test_data_that_are_too_large_for_a_constant_can_be_an_input(tmp_path):
    net = layer("DummyData", "dummy_data_param { shape { dim: 9999 dim: 3 dim: 64 dim: 64 } }", "", "x", "data")
    path = write(tmp_path, net + layer("ReLU", "", "x", "y", "r"), None)
    with pytest.raises(InputError, match=r"make it an input: --input x\[9999,3,64,64\]\{f32\}"):
        read_model(path)
    graph = read_model(path, inputs=parse_inputs("x[1,3,64,64]{f32}"))
    assert graph.inputs[0].type.shape == (1, 3, 64, 64)


def test_python_code_that_brings_data_is_an_input(tmp_path):
    python = "python_param { module: 'voc_layers' layer: 'SBDDSegDataLayer' }"
    net = layer("Python", python, "", "x,label", "data") + layer("ReLU", "", "x", "y", "r")
    net += layer("SoftmaxWithLoss", "", "y,label", "loss", "loss")
    path = write(tmp_path, net, None)
    graph = read_model(path, inputs={"x": (1, 3, 4, 4)})
    assert [value.node.name for value in graph.inputs] == ["x"]
    with pytest.raises(InputError, match=r"input 'x': the model does not tell its shape; give one: --input x\[d,d"):
        read_model(path)


def test_a_text_with_deep_nesting_is_refused(tmp_path):
    (tmp_path / "net.prototxt").write_text("layer { convolution_param " + "{ weight_filler " * 5000)
    with pytest.raises(InputError, match=re.escape("net.prototxt: line 1: ")):
        import_caffe(tmp_path / "net.prototxt")


@pytest.mark.parametrize("type", CAFFE.refused)
def test_a_layer_that_is_refused_tells_why(type, tmp_path):
    path = write(tmp_path, INPUT + layer(type), None)
    with pytest.raises(UnsupportedError, match=re.escape(CAFFE.refused[type])):
        import_caffe(path)
