"""``CustomLayersMapping.xml`` of the old Model Optimizer: the layers whose shapes Caffe itself was to compute."""

from __future__ import annotations

import re
from pathlib import Path

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.printable import printable
from dldt.compiler.safe_open import read_regular
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.engine.model_record import ModelRecord

_LAYER = re.compile(rb"<CustomLayer\b[^<>]*?\bNativeType\s*=\s*[\"']([^\"'<>]{1,200})[\"']")
_MAX_BYTES = 1 << 20


def refuse_custom_layers(model: ModelRecord, file: Path) -> None:
    """Raises UnsupportedError where the net has layers that the mapping names, InputError where it is none."""
    content = read_regular(file, max_bytes=_MAX_BYTES)
    if b"<CustomLayer" not in content:
        raise InputError(f"{file}: not a mapping of custom layers: it has no <CustomLayer NativeType=…>")
    named = {found.decode("utf-8", "replace").lower() for found in _LAYER.findall(content)}
    used = [node for node in model.graph.nodes if node.op_type.lower() in named and CAFFE.find(node.op_type) is None]
    if used:
        types = ", ".join(dict.fromkeys(printable(node.op_type) for node in used))
        raise UnsupportedError(
            f"{model.path}: {len(used)} layers ({types}) are custom ones of {file}: what they compute "
            f"stood in a build of Caffe, which is not used here; cut the model before {used[0]} with --output"
        )
