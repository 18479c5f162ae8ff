"""The inputs of a net: declared in one of three forms, or the tops of layers that bring data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.compiler.types import DType
from dldt.frontends.caffe.training import DATA
from dldt.frontends.engine.declared_type import DeclaredType


def declared_inputs(net: Any, file: Path) -> dict[str, DeclaredType]:
    """The inputs that the net itself names, with their shapes. Raises InputError."""
    names = list(net.input)
    if net.input_shape and net.input_dim:
        raise InputError(f"{file}: the net has both input_shape and input_dim; give one of them")
    if len(set(names)) < len(names):
        raise InputError(f"{file}: an input is named twice")
    if net.input_dim:
        if len(net.input_dim) != 4 * len(names):
            raise InputError(f"{file}: {len(net.input_dim)} of input_dim for {len(names)} inputs; each needs 4")
        dims = list(net.input_dim)
        shapes = [tuple(dims[4 * i : 4 * i + 4]) for i in range(len(names))]
    else:
        shapes = [tuple(shape.dim) for shape in net.input_shape]
        if shapes and len(shapes) != len(names):
            raise InputError(f"{file}: {len(shapes)} of input_shape for {len(names)} inputs")
    return {name: _type(name, shapes[i] if shapes else None, file) for i, name in enumerate(names)}


def brings_data(layer: Any) -> bool:
    """Whether the layer's tops are inputs of the net: DummyData that is a constant is none, Python code that reads
    nothing is one."""
    kind = layer.type.lower()
    if kind == "python":
        return not layer.bottom
    constant = all(filler.type == "constant" for filler in layer.dummy_data_param.data_filler)
    return kind in DATA and not (kind == "dummydata" and constant)


def data_inputs(layer: Any, file: Path) -> dict[str, DeclaredType]:
    """The inputs that a layer's tops are."""
    tops = list(layer.top)
    kind = layer.type.lower()
    given: list[tuple[int, ...]] = []
    if kind == "input":
        given = [tuple(shape.dim) for shape in layer.input_param.shape]
    elif kind == "dummydata":
        given = [tuple(shape.dim) for shape in layer.dummy_data_param.shape]
    elif kind == "memorydata":
        data = layer.memory_data_param
        given = [(data.batch_size, data.channels, data.height, data.width)] + [(data.batch_size,)] * (len(tops) - 1)
    if len(given) not in (0, 1, len(tops)):
        raise InputError(f"{file}: layer {shown(layer.name)} has {len(given)} shapes for {len(tops)} tops")
    shapes: list[tuple[int, ...] | None] = [None] * len(tops)
    if given:
        shapes = [*given] * (len(tops) if len(given) == 1 else 1)
    return {top: _type(top, shape, file) for top, shape in zip(tops, shapes, strict=True)}


def _type(name: str, shape: tuple[int, ...] | None, file: Path) -> DeclaredType:
    """Dims of -1 are free."""
    if shape is not None and any(dim < -1 or dim > 1 << 31 for dim in shape):
        raise InputError(
            f"{file}: input {shown(name)} has the shape {list(shape[:32])}; a dim is -1, or from 0 to 2**31"
        )
    return DeclaredType(DType.f32, None if shape is None else tuple(None if dim == -1 else dim for dim in shape))
