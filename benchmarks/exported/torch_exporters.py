"""Both exporters of torch: of traced or scripted modules, and of programs that torch.export captures."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch

from benchmarks.exported.export import Arrays, Export

SCRIPT, DYNAMO = "torchscript", "dynamo"


def torch_export(
    name: str,
    module: Callable[[], Any],
    sizes: tuple[Arrays, Arrays],
    free: Mapping[str, Mapping[int, str]],
    *,
    exporters: tuple[str, ...] = (SCRIPT, DYNAMO),
) -> Export:
    """The export of a module that takes the inputs by position."""

    def make(export: Export, exporter: str, path: Path) -> None:
        torch.manual_seed(14)
        torch.backends.mha.set_fastpath_enabled(False)
        made = module()
        made.eval()
        with torch.no_grad():
            _settle(made)
        inputs = tuple(torch.from_numpy(array) for array in export.sizes[0].values())
        named = {"input_names": list(export.sizes[0]), "f": str(path)}
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            if exporter == SCRIPT:
                torch.onnx.export(made, inputs, dynamo=False, dynamic_axes=dict(free), opset_version=17, **named)
                return
            dims = {given: dict.fromkeys(axes, torch.export.Dim.DYNAMIC) for given, axes in free.items()}
            shapes = tuple(dims.get(given) for given in export.sizes[0])
            torch.onnx.export(
                made, inputs, dynamo=True, external_data=False, verbose=False, dynamic_shapes=shapes, **named
            )

    return Export(name, exporters, sizes, free, make)


def _settle(module: Any) -> None:
    """Statistics of batch normalisations as training leaves them: not 0 and 1, which a pass may take away."""
    for part in module.modules():
        if getattr(part, "running_var", None) is not None:
            part.running_mean.normal_(0, 0.1)
            part.running_var.uniform_(0.5, 1.5)
