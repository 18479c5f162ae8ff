"""Tree ensembles: regressors, classifiers, and the newer form of both."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Divide
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.reduce import ReduceMax, ReduceMin, ReduceSum
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.onnx.framework import ONNX
from dldt.frontends.onnx.ops.ml.domain import ML
from dldt.frontends.onnx.ops.ml.forest import Forest
from dldt.frontends.onnx.ops.ml.member_branches import MemberBranches
from dldt.frontends.onnx.ops.ml.scores import label_above, labels_of, transformed, two_scores

Ints = tuple[int, ...] | None
Floats = tuple[float, ...] | None
Texts = tuple[str, ...] | None

_TREES = np.array([1], np.int64)


@attrs.frozen
class _Nodes:
    """The lists of nodes of the older forms: each names its children by their numbers in its tree."""

    treeids: Ints
    nodeids: Ints
    featureids: Ints
    modes: Texts
    truenodeids: Ints
    falsenodeids: Ints
    tracks: Ints
    values: Array

    def forest(self) -> tuple[Forest, dict[tuple[int, int], int]]:
        """The forest, and the place of each node by the numbers of its tree and of itself."""
        trees, numbers = self.treeids or (), self.nodeids or ()
        if len(trees) != len(numbers):
            raise InputError(f"{len(trees)} nodes_treeids and {len(numbers)} nodes_nodeids are given")
        places = {key: place for place, key in enumerate(zip(trees, numbers, strict=True))}
        if len(places) != len(trees):
            raise InputError("two nodes of one tree have the same number")
        modes = self.modes or ()
        true, false = (self._places(side or (), trees, modes, places) for side in (self.truenodeids, self.falsenodeids))
        roots = list({tree: place for place, tree in reversed(list(enumerate(trees)))}.values())[::-1]
        made = Forest.of(modes, self.featureids or (), self.values, true, false, self.tracks or (), roots)
        return made, places

    def _places(
        self, numbers: Sequence[int], trees: Sequence[int], modes: Sequence[str], places: dict[tuple[int, int], int]
    ) -> list[int]:
        inner = zip(trees, numbers, modes, strict=False)
        return [-1 if mode == "LEAF" else places.get((tree, number), -1) for tree, number, mode in inner]


def _weights(
    places: dict[tuple[int, int], int],
    count: int,
    trees: Ints,
    nodes: Ints,
    targets: Sequence[int],
    weights: Array,
    columns: int,
) -> Array:
    """The weights of each node [nodes,columns]."""
    keys = list(zip(trees or (), nodes or (), strict=False))
    if not len(keys) == len(targets) == len(weights):
        raise InputError(f"{len(keys)} leaves, {len(targets)} ids and {len(weights)} weights are given")
    if any(not 0 <= target < columns for target in targets) or any(key not in places for key in keys):
        raise InputError("a weight is that of a node or of a target that is not there")
    table = np.zeros((count, columns), weights.dtype)
    np.add.at(table, ([places[key] for key in keys], list(targets)), weights)
    return table


def _aggregated(leaves: Value, table: Array, how: str, base: Array | None, trees: int) -> Value:
    """The weights of the leaves [N,trees] joined over the trees, plus the base values: [N,columns]."""
    found = Gather()(leaves.graph.constant(table), leaves, np.array(0, np.int64))
    kinds = {"SUM": ReduceSum, "AVERAGE": ReduceSum, "MIN": ReduceMin, "MAX": ReduceMax}
    if how not in kinds:
        raise UnsupportedError(f"aggregate_function {shown(how)} is not supported ({', '.join(kinds)} are)")
    made = kinds[how](False)(found, _TREES)
    if how == "AVERAGE":
        made = Divide()(made, np.asarray(trees, table.dtype))
    return made if base is None or not base.any() else Add()(made, base.astype(table.dtype))


def _array(values: Floats, tensor: Array | None, name: str) -> Array:
    if values is not None and tensor is not None:
        raise InputError(f"{name} and {name}_as_tensor are both given")
    return np.array(values or (), np.float32) if tensor is None else tensor.ravel()


def _numbers(x: Value, wanted: np.dtype[np.generic]) -> Value:
    """x as floats of the type of the splits."""
    dtype = DType.f64 if wanted == np.float64 else DType.f32
    return x if x.type.dtype is dtype else Convert(dtype)(x)


@ONNX.imports("TreeEnsembleRegressor", since=1, domain=ML)
def tree_ensemble_regressor_1(
    X: Value,
    *,
    aggregate_function: str = "SUM",
    base_values: Floats = None,
    n_targets: int | None = None,
    nodes_falsenodeids: Ints = None,
    nodes_featureids: Ints = None,
    nodes_hitrates: Floats = None,
    nodes_missing_value_tracks_true: Ints = None,
    nodes_modes: Texts = None,
    nodes_nodeids: Ints = None,
    nodes_treeids: Ints = None,
    nodes_truenodeids: Ints = None,
    nodes_values: Floats = None,
    post_transform: str = "NONE",
    target_ids: Ints = None,
    target_nodeids: Ints = None,
    target_treeids: Ints = None,
    target_weights: Floats = None,
) -> Value:
    """For X [N,F] the weights of the leaves, joined over the trees: [N,n_targets]."""
    return tree_ensemble_regressor_3(
        X,
        aggregate_function=aggregate_function,
        base_values=base_values,
        n_targets=n_targets,
        nodes_falsenodeids=nodes_falsenodeids,
        nodes_featureids=nodes_featureids,
        nodes_missing_value_tracks_true=nodes_missing_value_tracks_true,
        nodes_modes=nodes_modes,
        nodes_nodeids=nodes_nodeids,
        nodes_treeids=nodes_treeids,
        nodes_truenodeids=nodes_truenodeids,
        nodes_values=nodes_values,
        post_transform=post_transform,
        target_ids=target_ids,
        target_nodeids=target_nodeids,
        target_treeids=target_treeids,
        target_weights=target_weights,
    )


@ONNX.imports("TreeEnsembleRegressor", since=3, domain=ML, until=5)
def tree_ensemble_regressor_3(
    X: Value,
    *,
    aggregate_function: str = "SUM",
    base_values: Floats = None,
    base_values_as_tensor: Tensor | None = None,
    n_targets: int | None = None,
    nodes_falsenodeids: Ints = None,
    nodes_featureids: Ints = None,
    nodes_hitrates: Floats = None,
    nodes_hitrates_as_tensor: Tensor | None = None,
    nodes_missing_value_tracks_true: Ints = None,
    nodes_modes: Texts = None,
    nodes_nodeids: Ints = None,
    nodes_treeids: Ints = None,
    nodes_truenodeids: Ints = None,
    nodes_values: Floats = None,
    nodes_values_as_tensor: Tensor | None = None,
    post_transform: str = "NONE",
    target_ids: Ints = None,
    target_nodeids: Ints = None,
    target_treeids: Ints = None,
    target_weights: Floats = None,
    target_weights_as_tensor: Tensor | None = None,
) -> Value:
    """As before; splits and weights may be f64."""
    splits = _array(nodes_values, nodes_values_as_tensor, "nodes_values")
    weights = _array(target_weights, target_weights_as_tensor, "target_weights")
    base = _array(base_values, base_values_as_tensor, "base_values")
    columns = n_targets or 1
    forest, places = _Nodes(
        nodes_treeids, nodes_nodeids, nodes_featureids, nodes_modes, nodes_truenodeids, nodes_falsenodeids,
        nodes_missing_value_tracks_true, splits,
    ).forest()  # fmt: skip
    table = _weights(places, len(splits), target_treeids, target_nodeids, target_ids or (), weights, columns)
    leaves = forest.leaves(_numbers(X, splits.dtype))
    made = _aggregated(leaves, table, aggregate_function, base if base.size else None, len(forest.roots))
    made = transformed(made, post_transform)
    return made if made.type.dtype is DType.f32 else Convert(DType.f32)(made)


@ONNX.imports("TreeEnsembleClassifier", since=1, domain=ML)
def tree_ensemble_classifier_1(
    X: Value,
    *,
    base_values: Floats = None,
    class_ids: Ints = None,
    class_nodeids: Ints = None,
    class_treeids: Ints = None,
    class_weights: Floats = None,
    classlabels_int64s: Ints = None,
    classlabels_strings: Texts = None,
    nodes_falsenodeids: Ints = None,
    nodes_featureids: Ints = None,
    nodes_hitrates: Floats = None,
    nodes_missing_value_tracks_true: Ints = None,
    nodes_modes: Texts = None,
    nodes_nodeids: Ints = None,
    nodes_treeids: Ints = None,
    nodes_truenodeids: Ints = None,
    nodes_values: Floats = None,
    post_transform: str = "NONE",
) -> tuple[Value | None, Value]:
    """For X [N,F] the label of the class with the largest sum of weights, and the scores [N,classes]."""
    return tree_ensemble_classifier_3(
        X,
        base_values=base_values,
        class_ids=class_ids,
        class_nodeids=class_nodeids,
        class_treeids=class_treeids,
        class_weights=class_weights,
        classlabels_int64s=classlabels_int64s,
        classlabels_strings=classlabels_strings,
        nodes_falsenodeids=nodes_falsenodeids,
        nodes_featureids=nodes_featureids,
        nodes_missing_value_tracks_true=nodes_missing_value_tracks_true,
        nodes_modes=nodes_modes,
        nodes_nodeids=nodes_nodeids,
        nodes_treeids=nodes_treeids,
        nodes_truenodeids=nodes_truenodeids,
        nodes_values=nodes_values,
        post_transform=post_transform,
    )


@ONNX.imports("TreeEnsembleClassifier", since=3, domain=ML, until=5)
def tree_ensemble_classifier_3(
    X: Value,
    *,
    base_values: Floats = None,
    base_values_as_tensor: Tensor | None = None,
    class_ids: Ints = None,
    class_nodeids: Ints = None,
    class_treeids: Ints = None,
    class_weights: Floats = None,
    class_weights_as_tensor: Tensor | None = None,
    classlabels_int64s: Ints = None,
    classlabels_strings: Texts = None,
    nodes_falsenodeids: Ints = None,
    nodes_featureids: Ints = None,
    nodes_hitrates: Floats = None,
    nodes_hitrates_as_tensor: Tensor | None = None,
    nodes_missing_value_tracks_true: Ints = None,
    nodes_modes: Texts = None,
    nodes_nodeids: Ints = None,
    nodes_treeids: Ints = None,
    nodes_truenodeids: Ints = None,
    nodes_values: Floats = None,
    nodes_values_as_tensor: Tensor | None = None,
    post_transform: str = "NONE",
) -> tuple[Value | None, Value]:
    """As before; splits and weights may be f64. Where two classes have weights for the first of them alone, these
    are the share of the second class if all are positive, else its score against the first."""
    splits = _array(nodes_values, nodes_values_as_tensor, "nodes_values")
    weights = _array(class_weights, class_weights_as_tensor, "class_weights")
    base = _array(base_values, base_values_as_tensor, "base_values")
    classes = len(classlabels_strings or classlabels_int64s or ())
    forest, places = _Nodes(
        nodes_treeids, nodes_nodeids, nodes_featureids, nodes_modes, nodes_truenodeids, nodes_falsenodeids,
        nodes_missing_value_tracks_true, splits,
    ).forest()  # fmt: skip
    leaves = forest.leaves(_numbers(X, splits.dtype))
    ids = class_ids or ()
    alone = classes == 2 and {*ids} == {0}
    columns = 1 if alone else classes
    table = _weights(places, len(splits), class_treeids, class_nodeids, ids, weights, columns)
    if base.size not in (0, columns, classes):
        raise InputError(f"{base.size} base_values are given for {classes} classes")
    start = base[-columns:] if base.size else None
    sums = _aggregated(leaves, table, "SUM", start, len(forest.roots))
    if sums.type.dtype is not DType.f32:
        sums = Convert(DType.f32)(sums)
    if not alone:
        scores = transformed(sums, post_transform)
        return labels_of(sums, classlabels_int64s, classlabels_strings), scores
    share = bool((weights >= 0).all())
    label = label_above(sums, 0.5 if share else 0.0, classlabels_int64s, classlabels_strings)
    return label, two_scores(sums, post_transform, share=share)


_AGGREGATES = ("AVERAGE", "SUM", "MIN", "MAX")
_TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")
_MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER")


@ONNX.imports("TreeEnsemble", since=5, domain=ML)
def tree_ensemble_5(
    X: Value,
    *,
    aggregate_function: int = 1,
    leaf_targetids: tuple[int, ...],
    leaf_weights: Tensor,
    membership_values: Tensor | None = None,
    n_targets: int | None = None,
    nodes_falseleafs: tuple[int, ...],
    nodes_falsenodeids: tuple[int, ...],
    nodes_featureids: tuple[int, ...],
    nodes_hitrates: Tensor | None = None,
    nodes_missing_value_tracks_true: Ints = None,
    nodes_modes: Tensor,
    nodes_splits: Tensor,
    nodes_trueleafs: tuple[int, ...],
    nodes_truenodeids: tuple[int, ...],
    post_transform: int = 0,
    tree_roots: tuple[int, ...],
) -> Value:
    """Branches and leaves are two lists; a child is a leaf where ``nodes_trueleafs`` or ``nodes_falseleafs`` is 1."""
    splits, modes = nodes_splits.ravel(), nodes_modes.ravel().astype(np.int64)
    count, leaves = len(splits), len(leaf_targetids)
    if modes.size and not 0 <= modes.min() <= modes.max() < len(_MODES):
        raise InputError(f"nodes_modes holds {int(modes.max())}, there are modes 0 to {len(_MODES) - 1}")
    if not 0 <= aggregate_function < len(_AGGREGATES) or not 0 <= post_transform < len(_TRANSFORMS):
        raise InputError(f"aggregate_function is {aggregate_function}, post_transform {post_transform}: not defined")
    lengths = {
        "nodes_modes": len(modes),
        "nodes_featureids": len(nodes_featureids),
        "nodes_truenodeids": len(nodes_truenodeids),
        "nodes_trueleafs": len(nodes_trueleafs),
        "nodes_falsenodeids": len(nodes_falsenodeids),
        "nodes_falseleafs": len(nodes_falseleafs),
        "nodes_missing_value_tracks_true": len(nodes_missing_value_tracks_true or splits),
    }
    for name, length in lengths.items():
        if length != count:
            raise InputError(f"{name} has {length} numbers, nodes_splits has {count}")
    names = [_MODES[mode] for mode in modes] + ["LEAF"] * leaves
    true, false = (
        [place + count if leaf else place for place, leaf in zip(ids, kinds, strict=False)] + [-1] * leaves
        for ids, kinds in ((nodes_truenodeids, nodes_trueleafs), (nodes_falsenodeids, nodes_falseleafs))
    )
    tracks = (*(nodes_missing_value_tracks_true or (0,) * count), *(0,) * leaves)
    padded = np.concatenate([splits, np.zeros(leaves, splits.dtype)])
    nodes = MemberBranches(tuple(names), (*nodes_featureids, *(0,) * leaves), padded, tuple(true), tuple(false), tracks)
    shared = "BRANCH_MEMBER" in names
    if shared:
        nodes = nodes.apart(np.zeros(0) if membership_values is None else membership_values)
    lists = (nodes.modes, nodes.features, nodes.splits, nodes.true, nodes.false, nodes.tracks)
    forest = Forest.of(*lists, tree_roots, shared=shared)
    columns = n_targets or 1
    weights = leaf_weights.ravel()
    if len(weights) != leaves or any(not 0 <= target < columns for target in leaf_targetids):
        raise InputError(f"{len(weights)} weights for {leaves} leaves and {columns} targets do not fit")
    table = np.zeros((len(nodes.modes), columns), weights.dtype)
    table[np.arange(count, count + leaves), list(leaf_targetids)] = weights
    found = forest.leaves(_numbers(X, splits.dtype))
    made = _aggregated(found, table, _AGGREGATES[aggregate_function], None, len(tree_roots))
    return transformed(made, _TRANSFORMS[post_transform])
