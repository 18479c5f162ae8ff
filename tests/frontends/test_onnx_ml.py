"""The operations of ai.onnx.ml, against onnxruntime: interpreted as imported, and as native code."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from dldt.codegen.host import resolve_target
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.interpret import interpret
from dldt.frontends.onnx.importer import import_onnx
from dldt.passes.manager import run_pipeline
from dldt.passes.pipelines import default_pipeline
from tests.codegen.native import run_native
from tests.frontends.onnx_node import feeds_of, model_of, reference, save

F32, I64 = np.float32, np.int64
RNG = np.random.default_rng(3)
X = RNG.standard_normal((40, 6)).astype(F32)


def ml_model(op_type, inputs, outputs=1, version=3, constants=(), **attributes):
    model = model_of(op_type, inputs, 17, constants, outputs, "ai.onnx.ml", **attributes)
    model.opset_import[1].version = version
    return model


@pytest.fixture
def same(tmp_path):
    """Whether a node gives what onnxruntime gives; outputs that are not named are not compared."""

    def compare(op_type, inputs, *, outputs=1, version=3, constants=(), rtol=1e-5, **attributes):
        model = ml_model(op_type, inputs, outputs, version, constants, **attributes)
        feeds = feeds_of(model, inputs)
        wanted = reference(model, feeds)
        graph = import_onnx(save(model, tmp_path))
        plain = interpret(graph, feeds)
        run_pipeline(graph, default_pipeline())
        native = run_native(graph, feeds, resolve_target("host"), tmp_path)
        for node, want in zip(graph.outputs, wanted, strict=True):
            for made in (plain[node.name], native[node.name]):
                assert (made.dtype, made.shape) == (want.dtype, want.shape)
                if want.dtype.kind == "f":
                    np.testing.assert_allclose(made, want, rtol=rtol, atol=1e-6)
                else:
                    np.testing.assert_array_equal(made, want)

    return compare


def forest(trees, depth, modes, targets, kind=F32, values=X):
    """Attributes of random trees: nodes as lists, and the leaves with their trees, ids and weights."""
    nodes = {key: [] for key in ("treeids", "nodeids", "featureids", "modes", "truenodeids", "falsenodeids", "values",
                                 "missing_value_tracks_true")}  # fmt: skip
    leaves = {"treeids": [], "nodeids": [], "ids": [], "weights": []}

    def node(tree, number, level):
        whole = level == depth or (level > 1 and RNG.uniform() < 0.2)
        feature = int(RNG.integers(values.shape[1]))
        row = {
            "treeids": tree, "nodeids": number, "featureids": 0 if whole else feature,
            "modes": "LEAF" if whole else str(RNG.choice(modes)),
            "truenodeids": 0 if whole else 2 * number + 1, "falsenodeids": 0 if whole else 2 * number + 2,
            "values": 0.0 if whole else float(kind(RNG.choice(values[:, feature]))),
            "missing_value_tracks_true": 0 if whole else int(RNG.integers(2)),
        }  # fmt: skip
        for key, value in row.items():
            nodes[key].append(value)
        if not whole:
            node(tree, 2 * number + 1, level + 1)
            node(tree, 2 * number + 2, level + 1)
            return
        for target in range(targets):
            for key, value in zip(leaves, (tree, number, target, float(RNG.standard_normal())), strict=True):
                leaves[key].append(value)

    for tree in range(trees):
        node(tree, 0, 0)
    return {f"nodes_{key}": value for key, value in nodes.items()}, leaves


MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]


@pytest.mark.parametrize("modes", [[mode] for mode in MODES] + [MODES], ids=lambda m: m[0] if len(m) < 2 else "mixed")
@pytest.mark.parametrize("missing", [False, True])
def test_tree_regressor(same, modes, missing):
    nodes, leaves = forest(7, 4, modes, 2)
    x = X.copy()
    if missing:
        x[RNG.uniform(size=x.shape) < 0.2] = np.nan
    else:
        del nodes["nodes_missing_value_tracks_true"]
    weights = {f"target_{key}": value for key, value in leaves.items()}
    same("TreeEnsembleRegressor", [x], **nodes, **weights, n_targets=2, base_values=[0.5, -1.0])


@pytest.mark.parametrize("how", ["SUM", "AVERAGE", "MIN", "MAX"])
def test_how_trees_are_joined(same, how):
    nodes, leaves = forest(5, 3, ["BRANCH_LEQ"], 1)
    weights = {f"target_{key}": value for key, value in leaves.items()}
    same("TreeEnsembleRegressor", [X], **nodes, **weights, n_targets=1, aggregate_function=how)


@pytest.mark.parametrize("transform", ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO"])
def test_tree_classifier(same, transform):
    nodes, leaves = forest(6, 4, ["BRANCH_LEQ"], 4)
    weights = {f"class_{key}": value for key, value in leaves.items()}
    labels = [10, 11, 12, 13]
    same("TreeEnsembleClassifier", [X], outputs=2, **nodes, **weights, classlabels_int64s=labels,
         post_transform=transform)  # fmt: skip


@pytest.mark.parametrize("transform", ["NONE", "LOGISTIC", "SOFTMAX"])
def test_two_classes_that_both_have_weights(transform, tmp_path):
    """onnxruntime labels these by the sign of the second score, with 0 or 1 whatever the labels are; ONNX says that the
    largest score tells."""
    nodes, leaves = forest(6, 4, ["BRANCH_LEQ"], 2)
    weights = {f"class_{key}": value for key, value in leaves.items()}
    fields = {"classlabels_int64s": [10, 11], "post_transform": transform, **nodes, **weights}
    model = ml_model("TreeEnsembleClassifier", [X], 2, **fields)
    scores = reference(model, {"x0": X})[1]
    label, made = interpret(import_onnx(save(model, tmp_path)), {"x0": X}).values()
    np.testing.assert_allclose(made, scores, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(label, 10 + scores.argmax(1))


@pytest.mark.parametrize("transform", ["NONE", "LOGISTIC", "SOFTMAX"])
@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("base", [[], [0.3]])
def test_two_classes_with_weights_for_one(same, transform, positive, base):
    nodes, leaves = forest(6, 4, ["BRANCH_LEQ"], 1)
    weights = {f"class_{key}": value for key, value in leaves.items()}
    if positive:
        weights["class_weights"] = [abs(w) / 6 for w in weights["class_weights"]]
    fields = {"classlabels_int64s": [3, 5], "post_transform": transform} | ({"base_values": base} if base else {})
    same("TreeEnsembleClassifier", [X], outputs=2, **nodes, **weights, **fields)


def test_trees_of_doubles(same):
    x = RNG.standard_normal((30, 5))
    nodes, leaves = forest(4, 4, ["BRANCH_LEQ"], 1, np.float64, x)
    tensors = {
        "nodes_values_as_tensor": numpy_helper.from_array(np.array(nodes.pop("nodes_values"))),
        "target_weights_as_tensor": numpy_helper.from_array(np.array(leaves.pop("weights"))),
    }
    weights = {f"target_{key}": value for key, value in leaves.items()}
    same("TreeEnsembleRegressor", [x], **nodes, **weights, **tensors, n_targets=1)


def test_trees_in_the_newer_form(same):
    tensor = numpy_helper.from_array
    same(
        "TreeEnsemble",
        [X],
        version=5,
        aggregate_function=1,
        leaf_targetids=[0, 1, 0, 1],
        leaf_weights=tensor(np.array([5.23, 12.12, -12.23, 7.21], F32)),
        n_targets=2,
        nodes_falseleafs=[0, 1, 1],
        nodes_falsenodeids=[2, 2, 3],
        nodes_featureids=[0, 1, 2],
        nodes_modes=tensor(np.array([0, 0, 0], np.uint8)),
        nodes_splits=tensor(np.array([0.314, 0.12, 0.42], F32)),
        nodes_trueleafs=[0, 1, 1],
        nodes_truenodeids=[1, 0, 1],
        post_transform=0,
        tree_roots=[0],
    )


def test_linear_models(same):
    weights = RNG.standard_normal((3, 6)).ravel().tolist()
    same("LinearRegressor", [X], coefficients=weights, intercepts=[0.1, 0.2, 0.3], targets=3)
    for transform in ("NONE", "LOGISTIC", "SOFTMAX"):
        same("LinearClassifier", [X], outputs=2, coefficients=weights, intercepts=[0.1, 0.2, 0.3],
             classlabels_ints=[4, 5, 6], post_transform=transform)  # fmt: skip


@pytest.mark.parametrize("transform", ["NONE", "LOGISTIC"])
def test_a_linear_classifier_of_one_row(same, transform):
    same("LinearClassifier", [X], outputs=2, coefficients=RNG.standard_normal(6).tolist(), intercepts=[0.1],
         classlabels_ints=[4, 5], post_transform=transform)  # fmt: skip


@pytest.mark.parametrize(("kernel", "given"), [
    ("LINEAR", [1.0, 0.0, 1.0]), ("RBF", [0.3, 0.0, 3.0]), ("POLY", [0.4, 1.5, 2.0]), ("SIGMOID", [0.2, 0.1, 3.0]),
])  # fmt: skip
@pytest.mark.parametrize("one_class", [0, 1])
def test_support_vectors(same, kernel, given, one_class):
    vectors = RNG.standard_normal((5, 6)).astype(F32)
    same("SVMRegressor", [X], coefficients=RNG.standard_normal(5).tolist(), kernel_type=kernel, kernel_params=given,
         n_supports=5, rho=[0.25], support_vectors=vectors.ravel().tolist(), one_class=one_class)  # fmt: skip


def pairwise(classes):
    """Attributes of a random classifier by support vectors."""
    counts = [5, 4, 6][:classes]
    return {
        "classlabels_ints": list(range(10, 10 + classes)),
        "coefficients": RNG.standard_normal((classes - 1) * sum(counts)).tolist(),
        "kernel_type": "RBF",
        "kernel_params": [0.3, 0.0, 3.0],
        "rho": (RNG.standard_normal(classes * (classes - 1) // 2) * 0.1).tolist(),
        "support_vectors": RNG.standard_normal(sum(counts) * 6).tolist(),
        "vectors_per_class": counts,
    }


@pytest.mark.parametrize("transform", ["NONE", "LOGISTIC", "SOFTMAX"])
@pytest.mark.parametrize("classes", [2, 3])
def test_support_vectors_of_classes(same, transform, classes):
    same("SVMClassifier", [X], outputs=2, **pairwise(classes), post_transform=transform)


@pytest.mark.parametrize("shift", [0.0, 0.6])
def test_support_vectors_with_probabilities(tmp_path, shift):
    """onnxruntime ends the iteration for them within 0.0025 of its end, which for two classes is the sigmoid."""
    fields = pairwise(2)
    model = ml_model("SVMClassifier", [X], 2, **fields, prob_a=[-1.3], prob_b=[shift])
    label, scores = reference(model, {"x0": X})
    plain = ml_model("SVMClassifier", [X], 2, **fields)
    decisions = reference(plain, {"x0": X})[1][:, 1]
    share = 1 / (1 + np.exp(-1.3 * decisions.astype(np.float64) + shift))
    made = interpret(import_onnx(save(model, tmp_path)), {"x0": X})
    np.testing.assert_array_equal(made["y0"], label)
    np.testing.assert_allclose(made["y1"], np.stack([share, 1 - share], 1), rtol=1e-5)
    np.testing.assert_allclose(made["y1"], scores, atol=0.01)


def test_probabilities_of_more_classes(tmp_path):
    """Both iterations end at the same turn, but where rounding decides: within 0.005 / 3 of the end."""
    model = ml_model("SVMClassifier", [X], 2, **pairwise(3), prob_a=[-1.0, -1.2, -1.1], prob_b=[0.1, 0.2, 0.3])
    label, scores = reference(model, {"x0": X})
    made = interpret(import_onnx(save(model, tmp_path)), {"x0": X})
    np.testing.assert_array_equal(made["y0"], label)
    np.testing.assert_allclose(made["y1"], scores, atol=2e-3)
    assert np.median(np.abs(made["y1"] - scores)) < 1e-6


def test_probabilities_that_do_not_fit_are_refused(tmp_path):
    model = ml_model("SVMClassifier", [X], 2, **pairwise(3), prob_a=[-1.0], prob_b=[0.1])
    with pytest.raises(InputError, match="1 and 1 numbers of prob_a and prob_b are given for 3 pairs of classes"):
        import_onnx(save(model, tmp_path))


def test_features(same):
    same("Scaler", [X], offset=RNG.standard_normal(6).tolist(), scale=RNG.standard_normal(6).tolist())
    same("Scaler", [(X * 9).astype(I64)], offset=[0.5], scale=[2.0])
    same("Binarizer", [X], threshold=0.3)
    same("ArrayFeatureExtractor", [X, np.array([[4, 0, 4]])], constants=(1,))
    for norm in ("MAX", "L1", "L2"):
        same("Normalizer", [np.abs(X)], norm=norm)
        same("Normalizer", [np.concatenate([np.abs(X), np.zeros((2, 6), F32)])], norm=norm)


def test_missing_numbers(same):
    x = X.copy()
    x[::3, ::2] = np.nan
    same("Imputer", [x], imputed_value_floats=RNG.standard_normal(6).tolist(), replaced_value_float=float("nan"))
    whole = RNG.integers(0, 4, (9, 6))
    same("Imputer", [whole], imputed_value_int64s=[7], replaced_value_int64=2)


def test_categories(same):
    whole = RNG.integers(0, 6, (9, 3))
    same("OneHotEncoder", [whole], cats_int64s=[3, 1, 4])
    same("OneHotEncoder", [whole.astype(F32)], cats_int64s=[3, 1, 4])
    same("LabelEncoder", [whole], keys_int64s=[3, 1, 4], values_floats=[0.5, 1.5, 2.5], default_float=-7.0)
    same("LabelEncoder", [whole], keys_int64s=[3, 1, 4], values_int64s=[30, 10, 40])
    keys = {"keys_floats": [3.0, 1.0, float("nan")], "values_int64s": [30, 10, 99]}
    x = whole.astype(F32)
    x[0] = np.nan
    same("LabelEncoder", [x], version=4, **keys)
    tensor = numpy_helper.from_array
    tables = {"keys_tensor": tensor(np.array([3, 1])), "values_tensor": tensor(np.array([5, 6]))}
    same("LabelEncoder", [whole], version=4, default_tensor=tensor(np.array([9])), **tables)
    same("FeatureVectorizer", [X, X[:, :2]], inputdimensions=[6, 2])


def test_the_scores_behind_a_zip_map_are_a_tensor(tmp_path):
    scores = np.abs(X[:, :3])
    model = ml_model("ZipMap", [scores], classlabels_int64s=[1, 2, 3])
    (info,) = model.graph.output
    info.type.CopyFrom(helper.make_sequence_type_proto(
        helper.make_map_type_proto(onnx.TensorProto.INT64, helper.make_tensor_type_proto(1, None))))  # fmt: skip
    (rows,) = reference(model, {"x0": scores})
    (made,) = interpret(import_onnx(save(model, tmp_path)), {"x0": scores}).values()
    np.testing.assert_array_equal(made, [[row[k] for k in (1, 2, 3)] for row in rows])


def broken():
    nodes, leaves = forest(2, 2, ["BRANCH_LEQ"], 1)
    return {**nodes, **{f"target_{key}": value for key, value in leaves.items()}, "n_targets": 1}


@pytest.mark.parametrize(
    ("name", "number", "message"),
    [
        ("nodes_truenodeids", None, "they must be of one length"),
        ("target_ids", 5, "a weight is that of a node or of a target that is not there"),
        ("target_weights", None, "weights are given"),
        ("nodes_featureids", 77, "the trees look at feature 77 of f32"),
        ("nodes_truenodeids", 99, "a node names a child, or a tree a root, that is not there"),
        ("nodes_treeids", 0, "two nodes of one tree have the same number"),
    ],
)
def test_trees_that_are_none_are_refused(name, number, message, tmp_path):
    nodes = broken()
    nodes[name] = nodes[name][:-1] if number is None else [number] * len(nodes[name])
    with pytest.raises(InputError, match=message):
        import_onnx(save(ml_model("TreeEnsembleRegressor", [X], **nodes), tmp_path))


def test_trees_of_a_scalar_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"the trees look at feature \d of f32\[\]"):
        import_onnx(save(ml_model("TreeEnsembleRegressor", [np.float32(1)], **broken()), tmp_path))


def test_a_node_that_is_its_own_child_is_refused(tmp_path):
    nodes = broken()
    nodes["nodes_truenodeids"] = [0] * len(nodes["nodes_modes"])
    with pytest.raises(InputError, match="a node has two parents: this is no tree"):
        import_onnx(save(ml_model("TreeEnsembleRegressor", [X], **nodes), tmp_path))


def test_labels_of_text_are_refused_and_the_scores_are_not(tmp_path):
    nodes, leaves = forest(3, 3, ["BRANCH_LEQ"], 2)
    fields = {**nodes, **{f"class_{key}": value for key, value in leaves.items()}, "classlabels_strings": ["a", "b"]}
    model = ml_model("TreeEnsembleClassifier", [X], 2, **fields)
    with pytest.raises(UnsupportedError, match="y0"):
        import_onnx(save(model, tmp_path))
    graph = import_onnx(save(model, tmp_path), outputs=["y1"])
    np.testing.assert_allclose(interpret(graph, {"x0": X})["y1"], reference(model, {"x0": X})[1], rtol=1e-5)
