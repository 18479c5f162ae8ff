"""Branches that ask whether a number is one of a set, as branches that ask for one number after the other."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from dldt.compiler.errors import InputError
from dldt.compiler.types import Array

_MEMBER = "BRANCH_MEMBER"


@attrs.frozen(eq=False)
class MemberBranches:
    """The lists of all nodes, in which a set is a row of nodes of mode BRANCH_EQ that share the side they lead to. What
    is added stands behind what there was."""

    modes: tuple[str, ...]
    features: tuple[int, ...]
    splits: Array
    true: tuple[int, ...]
    false: tuple[int, ...]
    tracks: tuple[int, ...]

    def apart(self, members: Array) -> MemberBranches:
        """``members``: the numbers of all sets, in the order of their nodes, with NaN behind each set."""
        places = [place for place, mode in enumerate(self.modes) if mode == _MEMBER]
        sets = _sets(members)
        if len(sets) != len(places):
            raise InputError(f"membership_values holds {len(sets)} sets, {len(places)} nodes are of mode {_MEMBER}")
        modes, features, splits = list(self.modes), list(self.features), list(self.splits)
        true, false, tracks = list(self.true), list(self.false), list(self.tracks)
        for place, values in zip(places, sets, strict=True):
            modes[place], splits[place], last = "BRANCH_EQ", values[0], false[place]
            at = place
            for value in values[1:]:
                false[at] = at = len(modes)
                modes.append("BRANCH_EQ")
                features.append(features[place])
                splits.append(value)
                true.append(true[place])
                false.append(last)
                tracks.append(tracks[place])
        numbers = np.array(splits, self.splits.dtype)
        return MemberBranches(tuple(modes), tuple(features), numbers, tuple(true), tuple(false), tuple(tracks))


def _sets(members: Array) -> list[Sequence[float]]:
    """The numbers of each set; of an empty one NaN, which nothing equals."""
    flat = members.ravel()
    ends = np.flatnonzero(np.isnan(flat))
    parts = np.split(flat, ends + 1)
    parts = parts[:-1] if not parts[-1].size else parts
    kept = [part[~np.isnan(part)] for part in parts]
    return [part.tolist() if part.size else [float("nan")] for part in kept]
