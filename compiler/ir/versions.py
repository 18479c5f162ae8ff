"""Which operation a layer's type and version mean."""

from __future__ import annotations

from dldt.compiler.errors import UnsupportedError
from dldt.compiler.op import OPSETS, Op, find_op

_RENEWED: dict[str, tuple[int, ...]] = {
    "assign": (6,),
    "avgpool": (14, 16),
    "batchnorminference": (5,),
    "broadcast": (3,),
    "deformableconvolution": (8,),
    "detectionoutput": (8,),
    "gather": (7, 8),
    "gathernd": (8,),
    "gelu": (7,),
    "interpolate": (4, 11),
    "lstmcell": (4,),
    "lstmsequence": (5,),
    "maxpool": (8, 14),
    "multiclassnms": (9,),
    "mvn": (6,),
    "nonmaxsuppression": (3, 4, 5, 9),
    "onehot": (16,),
    "pad": (12,),
    "priorbox": (8,),
    "proposal": (4,),
    "range": (4,),
    "readvalue": (6,),
    "roialign": (9,),
    "scatterelementsupdate": (12,),
    "scatterndupdate": (15,),
    "shapeof": (3,),
    "softmax": (8,),
    "squeeze": (15,),
    "topk": (3, 11),
}
"""The opsets in which OpenVINO gave an operation a new meaning, after its first."""

_MISPLACED = {("mvn", "opset1"): "opset2", ("roipooling", "opset1"): "opset2", ("reorgyolo", "opset1"): "opset2"}
"""Operations that writers of version 10 file under an older opset than the one that has them."""

_LEGACY_SETS = ("experimental", "extension")
_LEGACY_OPS = ("grucell", "rnncell", "proposal")


def find_version(type_name: str, version: str) -> type[Op]:
    """The class for a layer of ``type_name`` and ``version``. Raises UnsupportedError, also where only an older
    version of the operation, with another meaning, is there."""
    kind = type_name.lower()
    version = _MISPLACED.get((kind, version), version)
    if version in _LEGACY_SETS and (kind in _LEGACY_OPS or kind.startswith("experimentaldetectron")):
        version = "opset6"
    if version not in OPSETS:
        raise UnsupportedError(f"operation {type_name} of {version}, an operation set that is not known")
    found = find_op(type_name, version)
    ours, asked = (OPSETS.index(opset) + 1 for opset in (found.opset, version))
    if any(ours < renewed <= asked for renewed in _RENEWED.get(kind, ())):
        raise UnsupportedError(f"operation {type_name} of {version} is not supported, only that of {found.opset}")
    return found
