"""The argument parser: either spelling, mistakes are usage errors."""

import pytest

from dldt.compiler.errors import UsageError
from dldt.tools import model_options
from dldt.tools.arguments import Parser


def parser():
    made = Parser("tool", "")
    model_options.add_model_arguments(made)
    return made


@pytest.mark.parametrize("option", ["--mean_values", "--mean-values", "--mean_values=(1,2)", "--mean-values=(1,2)"])
def test_underscores_and_dashes_are_equal(option):
    words = [option] if "=" in option else [option, "(1,2)"]
    assert parser().parse_words(["m.onnx", *words]).mean_values == "(1,2)"


def test_values_keep_their_underscores():
    found = parser().parse_words(["--input_model=a_b.onnx", "--output", "x_y", "--input_shape=[1,2]"])
    assert (found.input_model, found.output, found.input_shape) == ("a_b.onnx", "x_y", "[1,2]")


def test_an_unknown_option_is_a_usage_error():
    with pytest.raises(UsageError, match="unrecognized arguments: --meen-values"):
        parser().parse_words(["m.onnx", "--meen_values", "1"])


def test_options_are_not_abbreviated():
    with pytest.raises(UsageError, match="--mean"):
        parser().parse_words(["m.onnx", "--mean", "1"])


def test_the_texts_reach_read_model():
    words = "m.onnx --input x[1,3,8,8],n->7 --output a,b --mean_values x(1,2,3) --scale 2 --layout nhwc->nchw"
    options = model_options.read_options(parser().parse_words(words.split()))
    assert options["inputs"]["x"].shape == (1, 3, 8, 8)
    assert options["inputs"]["n"].value == 7
    assert options["outputs"] == ["a", "b"]
    assert options["mean_values"] == {"x": (1.0, 2.0, 3.0)}
    assert options["scale_values"] == [(2.0,)]
    assert options["layout"][""].source == "nhwc"


def test_input_and_input_shape_join():
    words = ["m.onnx", "--input", "a,b", "--input_shape", "[1,2],[3]"]
    inputs = model_options.read_options(parser().parse_words(words))["inputs"]
    assert {name: spec.shape for name, spec in inputs.items()} == {"a": (1, 2), "b": (3,)}


def test_input_shape_alone_is_in_the_order_of_the_inputs():
    inputs = model_options.read_options(parser().parse_words(["m.onnx", "--input_shape", "[1,2],[3]"]))["inputs"]
    assert inputs == [(1, 2), (3,)]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--input", "a,b", "--input-shape", "[1]"], "--input-shape has 1 shapes for 2 inputs"),
        (["--scale", "2", "--scale-values", "(1,2)"], "give --scale or --scale-values, not both"),
    ],
)
def test_contradictions_are_usage_errors(words, message):
    with pytest.raises(UsageError, match=message):
        model_options.read_options(parser().parse_words(["m.onnx", *words]))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no model is given"),
        (["a.onnx", "-m", "b.onnx"], "two models are given, a.onnx and b.onnx"),
        (["{model}", "--output", "model.so"], "--output names tensors of the model; the file to write is given by -o"),
    ],
)
def test_the_model_must_be_clear(words, message, tmp_path):
    model = tmp_path / "model.onnx"
    model.touch()
    found = parser().parse_words([word.format(model=model) for word in words])
    with pytest.raises(UsageError, match=message):
        model_options.model_path(found)
