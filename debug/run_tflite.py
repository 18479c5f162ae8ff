"""A TensorFlow Lite model as TensorFlow Lite's interpreter computes it."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dldt.compiler.graph import Graph
from dldt.compiler.types import Array

PACKAGES = ("ai_edge_litert.interpreter", "tflite_runtime.interpreter", "tensorflow.lite")
"""Where the interpreter may be, the first that is installed."""


def run_tflite(path: Path, inputs: Mapping[str, Array], graph: Graph) -> dict[str, Array]:
    """Every tensor of the main subgraph, by its name, in the interpreter's reference kernels."""
    module = _module()
    resolver = module.experimental.OpResolverType if hasattr(module, "experimental") else module.OpResolverType
    interpreter = module.Interpreter(
        model_path=str(path),
        experimental_op_resolver_type=resolver.BUILTIN_REF,
        experimental_preserve_all_tensors=True,
    )
    fed = _fed(interpreter, inputs)
    for detail, array in fed:
        if list(array.shape) != list(detail["shape"]):
            interpreter.resize_tensor_input(detail["index"], array.shape)
    interpreter.allocate_tensors()
    for detail, array in fed:
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    given = {value.name for value in graph.inputs}
    made: dict[str, Array] = {}
    for detail in interpreter.get_tensor_details():
        if detail["dtype"] is np.object_ or not detail["name"] or detail["name"] in given:
            continue  # to read a variable's handle ends the process
        with contextlib.suppress(ValueError):  # a tensor that is never made
            made[detail["name"]] = interpreter.get_tensor(detail["index"]).copy()
    details = interpreter.get_output_details()
    outputs = zip(graph.outputs, details, strict=True) if len(graph.outputs) == len(details) else ()
    return {**made, **{node.name: interpreter.get_tensor(detail["index"]).copy() for node, detail in outputs}}


def _fed(interpreter: Any, inputs: Mapping[str, Array]) -> list[tuple[Any, Array]]:
    """Each input of the interpreter with its array: of the same name, else in the same place."""
    details, arrays = interpreter.get_input_details(), list(inputs.values())
    return [(detail, inputs.get(detail["name"], arrays[place])) for place, detail in enumerate(details)]


def _module() -> Any:
    for name in PACKAGES:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            continue
    raise ModuleNotFoundError(name=PACKAGES[0])
