"""Which operation a layer's type and version mean."""

from __future__ import annotations

from typing import Any

import attrs

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.ir.adapt import ADAPTATIONS, Adaptation
from dldt.compiler.ir.compositions.composition import COMPOSITIONS
from dldt.compiler.op import EXTENSION, OPSETS, REGISTRY, find_op
from dldt.compiler.printable import printable

_MEANINGS: dict[str, tuple[int, ...]] = {
    "assign": (3, 6),
    "avgpool": (1, 14, 16),
    "batchnorminference": (1, 5),
    "broadcast": (1, 3),
    "deformableconvolution": (1, 8),
    "detectionoutput": (1, 8),
    "gather": (1, 7, 8),
    "gathernd": (5, 8),
    "gelu": (2, 7),
    "interpolate": (1, 4, 11),
    "lstmcell": (1, 4),
    "lstmsequence": (1, 5),
    "maxpool": (1, 8, 14),
    "multiclassnms": (8, 9),
    "mvn": (2, 6),
    "nonmaxsuppression": (1, 3, 4, 5, 9),
    "onehot": (1, 16),
    "pad": (1, 12),
    "priorbox": (1, 8),
    "proposal": (1, 4),
    "range": (1, 4),
    "readvalue": (3, 6),
    "roialign": (3, 9),
    "scatterelementsupdate": (3, 12),
    "scatterndupdate": (4, 15),
    "shapeof": (1, 3),
    "softmax": (1, 8),
    "squeeze": (1, 15),
    "topk": (1, 3, 11),
}
"""The opsets in which OpenVINO gave an operation a meaning, where there are several."""

_FIRST = {"mvn": 2, "reorgyolo": 2, "reverse": 3, "rnncell": 3, "roipooling": 2, "shufflechannels": 3}
"""Operations that some writers file under an older opset than the first that documents them."""

_LEGACY_SETS = ("experimental", "extension")
_LEGACY_OPS = ("grucell", "rnncell", "proposal")


@attrs.frozen
class Meaning:
    """The operation of a layer, and how its attributes and inputs become the operation's; or its Composition."""

    operation: type[Any]
    adaptation: Adaptation | None = None


def find_meaning(type_name: str, version: str) -> Meaning:
    """What a layer of ``type_name`` and ``version`` is. Raises UnsupportedError; an operation of another version, with
    another meaning, is never taken instead."""
    kind = type_name.lower()
    if version in _LEGACY_SETS and (kind in _LEGACY_OPS or kind.startswith("experimentaldetectron")):
        version = "opset6"
    if version == EXTENSION and 0 in REGISTRY.get(kind, {}):
        return Meaning(find_op(type_name, EXTENSION))
    if version not in OPSETS:
        raise UnsupportedError(f"operation {printable(type_name)} of {version}, an operation set that is not known")
    asked = max(OPSETS.index(version) + 1, _FIRST.get(kind, 1))
    meant = max((number for number in _MEANINGS.get(kind, ()) if number <= asked), default=0)
    composition = COMPOSITIONS.get((kind, meant))
    if composition is not None:
        return Meaning(composition)
    adaptation = ADAPTATIONS.get((kind, meant))
    if adaptation is not None and meant not in REGISTRY.get(kind, {}):
        return Meaning(find_op(adaptation.type or type_name, OPSETS[adaptation.opset - 1]), adaptation)
    found = find_op(type_name, OPSETS[asked - 1])
    if OPSETS.index(found.opset) + 1 < meant:
        raise UnsupportedError(
            f"operation {printable(type_name)} of {version} is not supported, only that of {found.opset}"
        )
    return Meaning(found)
