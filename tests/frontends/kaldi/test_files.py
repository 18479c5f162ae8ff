"""Kinds of files: acoustic models with their transitions and priors, nnet2, nets in nets, statistics, options."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError, UsageError
from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from tests.frontends.kaldi.component_cases import B, W, softmax
from tests.frontends.kaldi.streamed import streamed
from tests.frontends.kaldi.written import nnet1, nnet2, nnet3, transition_model, value

X = np.random.default_rng(4).standard_normal((8, 6)).astype(np.float32)
PRIORS = np.array([0.1, 0.2, 0.3, 0.15, 0.25], np.float32)
AFFINE = ("AffineComponent", [("LearningRate", 0.1), ("LinearParams", W), ("BiasParams", B)])
CHAIN = """input-node name=input dim=6
component-node name=a component=a input=input
component-node name=s component=s input=a
output-node name=output input=s objective=linear"""
COMPONENTS = {"a": AFFINE, "s": ("SoftmaxComponent", [("Dim", 5)])}


def load(path, data, **options):
    path.write_bytes(data)
    return read_model(path, options=options)


def run(graph, x=X):
    (made,) = interpret(graph, {"input": x}).values()
    return made


def close(got, wanted):
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-5)


def mdl(binary=True):
    """An acoustic model of nnet3, with its priors."""
    net = nnet3(CHAIN, COMPONENTS, binary).removeprefix(b"\0B")
    behind = b"<LeftContext> " + value(0, binary) + b"<RightContext> " + value(0, binary) + b"<Priors> "
    return transition_model(binary) + net + behind + value(PRIORS, binary)


@pytest.mark.parametrize("binary", [True, False])
def test_an_acoustic_model_of_nnet3(binary, tmp_path):
    close(run(load(tmp_path / "final.mdl", mdl(binary))), softmax(X @ W.T + B))


@pytest.mark.parametrize("binary", [True, False])
def test_the_priors_of_the_model(binary, tmp_path):
    graph = load(tmp_path / "final.mdl", mdl(binary), counts="")
    close(run(graph), softmax(X @ W.T + B - np.log(PRIORS)))


def test_counts_and_no_softmax(tmp_path):
    (tmp_path / "counts").write_text("[ 10 20 0 15 25 ]\n")
    counts = str(tmp_path / "counts")
    data = nnet1([("AffineTransform", 5, 6, [("", W), ("", B)]), ("Softmax", 5, 5, [])])
    graph = load(tmp_path / "m.nnet", data, counts=counts, remove_output_softmax=True)
    wanted = X @ W.T + B - np.log(np.array([10, 20, 1e-10, 15, 25]) / (70 + 1e-10))
    got = run(graph)
    seen = [0, 1, 3, 4]
    close(got[:, seen], wanted[:, seen])
    assert np.all(got[:, 2] < -1e38)


def test_options_that_do_not_fit(tmp_path):
    (tmp_path / "counts").write_text("[ 10 20 ]")
    path = tmp_path / "m.nnet"
    with pytest.raises(InputError, match="5 counts that are not negative are needed"):
        load(path, nnet1([("AffineTransform", 5, 6, [("", W), ("", B)])]), counts=str(tmp_path / "counts"))
    with pytest.raises(UsageError, match="the model has no priors; give --counts a file"):
        read_model(path, options={"counts": ""})
    with pytest.raises(UsageError, match="the last layer is no SoftMax"):
        read_model(path, options={"remove_output_softmax": True})
    with pytest.raises(UsageError, match="frames_per_chunk is 0; it must be at least 1"):
        read_model(path, options={"frames_per_chunk": 0})


def _spliced(x, before, after, fixed):
    padded = np.concatenate([x[:1]] * before + [x] + [x[-1:]] * after)
    cut = x.shape[1] - fixed
    parts = [padded[t : t + len(x), :cut] for t in range(before + after + 1)]
    return np.concatenate([*parts, padded[before : before + len(x), cut:]], -1)


@pytest.mark.parametrize("binary", [True, False])
def test_nnet2(binary, tmp_path):
    splice = [("InputDim", 6), ("LeftContext", 2), ("RightContext", 1), ("ConstComponentDim", 2)]
    weights = np.random.default_rng(5).standard_normal((5, 18)).astype(np.float32)
    affine = [("LearningRate", 0.1), ("LinearParams", weights), ("BiasParams", B)]
    order = [2, 0, 1, 4, 3]
    components = [
        ("SpliceComponent", splice),
        ("AffineComponent", affine),
        ("PermuteComponent", [("Reorder", order)]),
        ("SoftmaxComponent", [("Dim", 5), ("ValueSum", np.zeros(5)), ("DerivSum", np.zeros(5)), ("Count", 0.0)]),
    ]
    wanted = _spliced(X, 2, 1, 2) @ weights.T + B
    graph = load(tmp_path / "final.mdl", nnet2(components, PRIORS, binary), counts="")
    moved = np.empty_like(wanted)
    moved[:, order] = wanted
    close(run(graph), softmax(moved - np.log(PRIORS)))


def test_nets_side_by_side(tmp_path):
    inner = nnet1([("Copy", 2, 4, [("", [4, 1])])]).removeprefix(b"\0B")
    other = nnet1([("Tanh", 2, 2, [])]).removeprefix(b"\0B")
    fields = [("NestedNnetCount", 2), ("NestedNnet", 1), ("", inner), ("NestedNnet", 2), ("", other)]
    data = nnet1([("ParallelComponent", 4, 6, [*fields, ("/ParallelComponent", None)])])
    close(run(load(tmp_path / "m.nnet", data)), np.concatenate([X[:, [3, 0]], np.tanh(X[:, 4:])], -1))


def test_a_sentence_code_stands_before_the_frames(tmp_path):
    inner = nnet1([("Splice", 12, 6, [("", [-1, 1])]), ("Tanh", 12, 12, [])])[2:]
    data = nnet1([("SentenceAveragingComponent", 18, 6, [("", inner)]), ("Tanh", 18, 18, [])])
    around = np.concatenate([X[[0, *range(len(X) - 1)]], X[[*range(1, len(X)), -1]]], -1)
    code = np.tile(np.tanh(around).mean(0), (len(X), 1))
    path = tmp_path / "m.nnet"
    close(run(load(path, data)), np.tanh(np.concatenate([code, X], -1)))
    with pytest.raises(UnsupportedError, match="averages all frames"):
        read_model(path, options={"streaming": True})


def _pooled(x, left, right, step, stddev, logs):
    rows = []
    for t in range(len(x)):
        near = [x[s] for s in range(t - left, t + right + 1, step) if 0 <= s < len(x)]
        mean, squares = np.mean(near, 0), np.mean(np.square(near), 0)
        deviation = np.sqrt(np.maximum(squares - mean**2, 1e-10))
        rows.append(np.concatenate([[np.log(len(near))] * logs, mean, deviation if stddev else squares]))
    return np.array(rows)


@pytest.mark.parametrize(
    ("left", "right", "step", "stddev", "logs"), [(3, 2, 1, True, 1), (90, 90, 1, True, 0), (0, 300, 3, False, 2)]
)
def test_statistics_over_a_window(left, right, step, stddev, logs, tmp_path):
    config = """input-node name=input dim=6
component-node name=e component=e input=input
component-node name=p component=p input=e
output-node name=output input=p"""
    extraction = [("InputDim", 6), ("InputPeriod", 1), ("OutputPeriod", 1), ("IncludeVarinance", True)]
    pooling = [("InputDim", 13), ("InputPeriod", step), ("LeftContext", left), ("RightContext", right)]
    pooling = [*pooling, ("NumLogCountFeatures", logs), ("OutputStddevs", stddev), ("VarianceFloor", 1e-10)]
    components = {"e": ("StatisticsExtractionComponent", extraction), "p": ("StatisticsPoolingComponent", pooling)}
    graph = load(tmp_path / "m.raw", nnet3(config, components))
    wide = X.astype(np.float64)
    wanted = _pooled(wide, left, right, step, stddev, logs)
    np.testing.assert_allclose(run(graph), wanted, rtol=2e-4, atol=2e-4)
    if left + right < 60:
        streaming = read_model(tmp_path / "m.raw", options={"streaming": True})
        states = {}
        got = streamed(streaming, {"input": X}, lambda feeds: interpret(streaming, feeds, states))["output"]
        np.testing.assert_allclose(got, wanted, rtol=2e-4, atol=2e-4)
        return
    with pytest.raises(UnsupportedError, match=r"looks at \d+ frames at once; leave out --streaming"):
        read_model(tmp_path / "m.raw", options={"streaming": True})


def _attended(x, left, right):
    """One head: keys of 1, values of 2, queries of 1, and biases; a frame that is not there is zero."""
    padded = np.concatenate([np.zeros((left, x.shape[1])), x, np.zeros((right, x.shape[1]))])
    rows = []
    for t in range(len(x)):
        near = padded[t : t + left + right + 1]
        shares = softmax(0.5 * x[t, 3] * near[:, 0] + x[t, 4:])
        rows.append(np.concatenate([shares @ near[:, 1:3], shares]))
    return np.array(rows)


def test_attention_to_neighbours(tmp_path):
    config = """input-node name=input dim=7
component-node name=a component=a input=input
output-node name=output input=a"""
    fields = [("NumHeads", 1), ("KeyDim", 1), ("ValueDim", 2), ("NumLeftInputs", 1), ("NumRightInputs", 1)]
    fields += [("TimeStride", 1), ("NumLeftInputsRequired", 0), ("NumRightInputsRequired", 0), ("OutputContext", True)]
    fields += [
        ("KeyScale", 0.5),
        ("StatsCount", 0.0),
        ("EntropyStats", np.zeros(1)),
        ("PosteriorStats", np.zeros((1, 3))),
    ]
    x = np.concatenate([X, X[:, :1]], -1)
    graph = load(tmp_path / "m.raw", nnet3(config, {"a": ("RestrictedAttentionComponent", fields)}))
    close(run(graph, x), _attended(x.astype(np.float64), 1, 1))


def test_tdnn_and_parts_in_one_component(tmp_path):
    config = """input-node name=input dim=3
component-node name=a component=a input=input
component-node name=c component=c input=a
output-node name=output input=c"""
    tdnn = [
        ("LearningRate", 0.1),
        ("TimeOffsets", [-1, 2]),
        ("LinearParams", W),
        ("BiasParams", np.zeros(0, np.float32)),
    ]
    inner = [("MaxRowsProcess", 4096), ("NumComponents", 2)]
    parts = b"<TanhComponent> " + b"<Dim> " + value(5, True) + b"</TanhComponent> "
    parts += b"<ScaleComponent> <Dim> " + value(5, True) + b"<Scale> " + value(2.0, True) + b"</ScaleComponent> "
    components = {"a": ("TdnnComponent", tdnn), "c": ("CompositeComponent", [*inner, ("", parts)])}
    x = X[:, :3]
    padded = np.concatenate([x[:1], x, x[-1:], x[-1:]])
    wanted = 2 * np.tanh(np.concatenate([padded[:8], padded[3:11]], -1) @ W.T)
    close(run(load(tmp_path / "m.raw", nnet3(config, components)), x), wanted)


def test_splices_of_nnet1_repeat_the_ends_of_their_own_layer(tmp_path):
    first, second = [-1, 0, 2], [-2, 1]
    layers = [("Splice", 9, 3, [("", first)]), ("Tanh", 9, 9, []), ("Splice", 18, 9, [("", second)])]
    x = X[:, :3].astype(np.float64)
    places = np.arange(len(x))
    for offsets in (first, second):
        x = np.concatenate([x[np.clip(places + t, 0, len(x) - 1)] for t in offsets], -1)
        x = np.tanh(x) if offsets is first else x
    close(run(load(tmp_path / "m.nnet", nnet1(layers)), X[:, :3]), x)
    with pytest.raises(
        UnsupportedError, match=r"layer '3_Splice' repeats .* that is late itself; leave out --streaming"
    ):
        read_model(tmp_path / "m.nnet", options={"streaming": True})


def test_outputs_that_look_at_no_frame(tmp_path):
    config = """input-node name=input dim=6
output-node name=output input=Offset(input, 1)
output-node name=second input=Scale(2.0, Const(1.5, 2))"""
    graph = load(tmp_path / "m.raw", nnet3(config, {}))
    made = interpret(graph, {"input": X})
    np.testing.assert_array_equal(made["second"], np.full((8, 2), 3.0))
    streaming = read_model(tmp_path / "m.raw", options={"frames_per_chunk": 3})
    states = {}
    found = streamed(streaming, {"input": X}, lambda feeds: interpret(streaming, feeds, states))
    for name, array in made.items():
        np.testing.assert_array_equal(found[name], array)
    alone = "input-node name=input dim=6\noutput-node name=output input=Const(1.5, 2)"
    assert list(interpret(load(tmp_path / "n.raw", nnet3(alone, {})), {})) == ["output"]


REFUSED = (
    ("component-node name=a component=b input=input", InputError, "has component 'b', which the file does not have"),
    ("component-node name=a component=a input=Append(input", InputError, r"the end is missing in 'Append\(input'"),
    ("component-node name=a component=a input=Mean(input)", InputError, "'Mean' is not one of Append, Sum"),
    ("component-node name=a component=a input=nothing", InputError, "reads 'nothing', which is no node"),
    ("component-node name=a component=a input=Offset(input, x)", InputError, "a number is expected, 'x' is there"),
    ("component-node name=a component=a input=Offset(input, 1, 2)", UnsupportedError, "reads another x"),
    ("component-node name=a component=a input=Round(input, 0)", InputError, "rounds to multiples of 0"),
    ("component-node name=a component=a input=Sum(a, input)", InputError, "differs in width"),
    ("component-node name=a component=a input=Append(Offset(a, -1))", InputError, "needs frames of itself"),
    ("mystery name=a", InputError, "'mystery' is no kind of node"),
    ("component-node component=a input=input", InputError, "has no name"),
)


@pytest.mark.parametrize(("line", "kind", "message"), REFUSED, ids=lambda item: str(item)[:40])
def test_lines_that_are_refused(line, kind, message, tmp_path):
    config = f"input-node name=input dim=6\n{line}\noutput-node name=output input=a"
    with pytest.raises(kind, match=message):
        load(tmp_path / "m.raw", nnet3(config, {"a": AFFINE}))


def test_components_that_are_refused_say_what_to_do(tmp_path):
    config = """input-node name=input dim=6
component-node name=a component=a input=input
component-node name=b component=b input=a
output-node name=output input=b"""
    components = {
        "a": ("Rbm", [("InputDim", 6), ("OutputDim", 6)]),
        "b": ("OddComponent", [("Dim", 6)]),
    }
    with pytest.raises(UnsupportedError) as caught:
        load(tmp_path / "m.raw", nnet3(config, components))
    assert "Rbm" in str(caught.value)
    assert "it is for pre-training" in str(caught.value)
    assert "OddComponent" in str(caught.value)
