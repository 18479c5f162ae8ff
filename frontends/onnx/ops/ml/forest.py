"""Decision trees as tables: every tree goes down one level at once, all by the same table look-ups."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.budget import budget
from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Add, Multiply
from dldt.compiler.ops.comparison import GreaterEqual, LessEqual
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import Gather, GatherElements
from dldt.compiler.ops.logical import IsNaN, LogicalAnd, LogicalOr
from dldt.compiler.ops.select import Select
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, DType

_ZERO = np.array(0, np.int64)
_LEAF = "LEAF"
_MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ")


@attrs.frozen(eq=False)
class Forest:
    """Nodes of all trees in one table. The branch of node i is true where ``low[i] <= x[feature[i]] <= high[i]``, or x
    is NaN and ``tracks[i]``; ``children[2 * i + true]`` comes next, a leaf is its own. ``roots``: one a tree."""

    feature: Array
    low: Array
    high: Array
    tracks: Array
    children: Array
    roots: Array
    depth: int

    @classmethod
    def of(
        cls,
        modes: Sequence[str],
        features: Sequence[int],
        splits: Array,
        true: Sequence[int],
        false: Sequence[int],
        tracks: Sequence[int],
        roots: Sequence[int],
        *,
        shared: bool = False,
    ) -> Forest:
        """The table of nodes whose children are given by their places; ``shared``: a node may have several parents.
        Raises InputError where they are no trees."""
        count = len(modes)
        lengths = {len(part) for part in (features, splits, true, false)} | ({len(tracks)} if len(tracks) else set())
        if not count or lengths != {count}:
            raise InputError(
                f"the lists of nodes have {sorted({*lengths, count})} elements; they must be of one length"
            )
        unknown = sorted({*modes} - {*_MODES, _LEAF})
        if unknown:
            raise UnsupportedError(f"nodes of mode {shown(unknown[0])} are not supported ({', '.join(_MODES)} are)")
        leaf = np.array([mode == _LEAF for mode in modes])
        own = np.arange(count)
        low, high, swapped = _bounds(modes, splits)
        first, second = (np.where(leaf, own, np.asarray(side, np.int64)) for side in (true, false))
        first, second = np.where(swapped, second, first), np.where(swapped, first, second)
        depth = _depth(first, second, leaf, roots, shared=shared)
        follows = np.asarray(tracks, bool) if len(tracks) else np.zeros(count, bool)
        feature = np.where(leaf, 0, np.asarray(features, np.int64))
        children = np.stack([second, first], 1).ravel().astype(np.int32)
        return cls(
            feature.astype(np.int32),
            low,
            high,
            follows & ~swapped & ~leaf,
            children,
            np.asarray(roots, np.int32),
            depth,
        )

    def leaves(self, x: Value) -> Value:
        """For x [N,F], the leaf to which each tree leads: i32[N,trees]."""
        width = x.type.shape[-1] if x.type.rank else 1
        most = int(self.feature.max(initial=0))
        if x.type.rank != 2 or (isinstance(width, int) and most >= width) or self.feature.min(initial=0) < 0:
            raise InputError(f"the trees look at feature {most} of {x.type}")
        rows = Multiply()(Convert(DType.i32)(Gather()(x, np.array([0], np.int64), np.array(1, np.int64))), _i32(0))
        at = Add()(rows, self.roots)
        for _ in range(self.depth):
            at = self._step(x, at)
        return at

    def _step(self, x: Value, at: Value) -> Value:
        """The children of the nodes ``at``."""
        seen = GatherElements(1)(x, self._of(x, self.feature, at))
        taken = LessEqual()(seen, self._of(x, self.high, at))
        if np.isfinite(self.low).any():
            taken = LogicalAnd()(taken, GreaterEqual()(seen, self._of(x, self.low, at)))
        if self.tracks.any():
            missing = LogicalAnd()(IsNaN()(seen), self._of(x, self.tracks, at))
            taken = LogicalOr()(taken, missing)
        place = Add()(Multiply()(at, _i32(2)), Select()(taken, _i32(1), _i32(0)))
        return self._of(x, self.children, place)

    def _of(self, x: Value, table: Array, at: Value) -> Value:
        """An entry of a table for each node."""
        return Gather()(x.graph.constant(table), at, _ZERO)


def _i32(number: int) -> Array:
    return np.array(number, np.int32)


def _bounds(modes: Sequence[str], splits: Array) -> tuple[Array, Array, Array]:
    """The least and the largest number for which a branch is taken, and where its sides are swapped."""
    kind = splits.dtype.type
    infinite = kind(np.inf)
    low, high = np.full(len(modes), -infinite, kind), np.full(len(modes), infinite, kind)
    mode = np.array(modes)
    high = np.where(mode == "BRANCH_LEQ", splits, high)
    high = np.where(mode == "BRANCH_LT", np.nextafter(splits, -infinite), high)
    low = np.where(mode == "BRANCH_GTE", splits, low)
    low = np.where(mode == "BRANCH_GT", np.nextafter(splits, infinite), low)
    swapped = mode == "BRANCH_NEQ"
    equal = (mode == "BRANCH_EQ") | swapped
    return np.where(equal, splits, low), np.where(equal, splits, high), swapped


def _depth(first: Array, second: Array, leaf: Array, roots: Sequence[int], *, shared: bool) -> int:
    """The number of branches from a root to the farthest leaf. Raises InputError where nodes are missing, or one is
    above itself, or has two parents and is not ``shared``."""
    count, seen, depth = len(leaf), np.zeros(len(leaf), bool), 0
    level = np.asarray(roots, np.int64)
    while level.size:
        budget().tick()
        if level.min() < 0 or level.max() >= count:
            raise InputError("a node names a child, or a tree a root, that is not there")
        if not shared and (seen[level].any() or len(np.unique(level)) < len(level)):
            raise InputError("a node has two parents: this is no tree")
        if depth > count:
            raise InputError("a node is above itself: this is no tree")
        seen[level] = True
        inner = level[~leaf[level]]
        depth += bool(inner.size)
        below = np.concatenate([first[inner], second[inner]])
        level = np.unique(below) if shared else below
    return depth
