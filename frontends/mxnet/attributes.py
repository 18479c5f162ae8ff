"""The attributes of a node that its importer is told."""

from __future__ import annotations

from collections.abc import Mapping

from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.mxnet_text import MxnetText

IGNORED = frozenset(
    ("workspace", "cudnn_tune", "cudnn_off", "cudnn_algo_verbose", "ctx", "num_args", "momentum", "grad_scale")
) | frozenset(("sparse_grad", "min_calib_range", "max_calib_range", "use_global_stats", "forward_stype", "infer_range"))
"""What no result depends on when a model is used: memory, libraries, devices, training. ``num_args`` is the number of
inputs."""

IGNORED_OF: Mapping[str, frozenset[str]] = {
    "Dropout": frozenset(("p", "axes")),
    "MakeLoss": frozenset(("valid_thresh", "normalization")),
    "RNN": frozenset(("p",)),
    "SVMOutput": frozenset(("margin", "regularization_coefficient", "use_linear")),
    "SoftmaxOutput": frozenset(("ignore_label", "use_ignore", "normalization", "out_grad", "smooth_alpha")),
    "_contrib_SyncBatchNorm": frozenset(("ndev", "key")),
    "_contrib_fft": frozenset(("compute_size",)),
    "_contrib_ifft": frozenset(("compute_size",)),
    "_npi_einsum": frozenset(("optimize",)),
    "_npi_nan_to_num": frozenset(("copy",)),
    "ones_like": frozenset(("dtype",)),  # MXNet takes the type of the input in any case
    "zeros_like": frozenset(("dtype",)),
    "_contrib_gradientmultiplier": frozenset(("scalar", "is_int")),
}
"""The same, of single operations."""

_OF_USERS = frozenset(("ctx_group", "lr_mult", "wd_mult", "force_mirroring", "mirror_stage"))
_USERS_ENDS = ("_lr_mult", "_wd_mult", "_ctx_group", "_mirror_stage", "_force_mirroring")
_LAST_WAS_ALL = 905
"""Before this version ``axis=-1`` of argmax and argmin meant all axes."""


def node_attributes(op_type: str, given: Mapping[str, str], version: int) -> dict[str, MxnetText]:
    """What is left of ``given``: without notes for training, and without None where the importer has it as default."""
    importer = MXNET.find(op_type)
    name = op_type if importer is None else importer.op_type
    unset = {a.name for a in importer.signature.attributes.values() if a.default is None} if importer else set()
    own = IGNORED_OF.get(name, frozenset())
    known = importer.signature.attributes if importer else {}
    kept: dict[str, MxnetText] = {}
    for key, text in given.items():
        if key not in known and (key in IGNORED or key in own or _is_note(key)):
            continue
        if key in unset and text == "None":
            continue
        kept[key] = MxnetText(text)
    if name in ("argmax", "argmin") and version < _LAST_WAS_ALL and kept.get("axis") == "-1":
        del kept["axis"]
    return kept


def _is_note(key: str) -> bool:
    return (key.startswith("__") and key.endswith("__")) or key in _OF_USERS or key.endswith(_USERS_ENDS)
