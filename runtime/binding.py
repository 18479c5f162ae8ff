"""Checks the caller's arrays against the model, and finds the free dims and the outputs' shapes."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from dldt.runtime.address import address
from dldt.runtime.dim_expression import DimExpression
from dldt.runtime.errors import RunMemoryError, RuntimeInputError
from dldt.runtime.metadata import Metadata, TensorInfo
from dldt.runtime.shown import shown

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
# The values of the free dims, and the shapes of the outputs.
Resolution = tuple[tuple[int, ...], list[Shape]]
# An input's element type, shape and strides, and a mask of the low bits that are 0 in an aligned address.
Plain = tuple[np.dtype[Any], Shape, Shape, int]
# How many combinations of input shapes are remembered.
_REMEMBERED = 256


class Binding:
    """The arrays of one model: checks inputs, finds the free dims, makes outputs."""

    def __init__(self, metadata: Metadata, output_shapes: Callable[[int, int], None]) -> None:
        self.inputs, self.outputs = metadata.inputs, metadata.outputs
        self._symbols = metadata.symbols
        self._names = {symbol.text: symbol.name for symbol in metadata.symbols}
        self._output_shapes = output_shapes
        self._input_names = [tensor.name for tensor in metadata.inputs]
        self._input_dtypes = [tensor.dtype for tensor in metadata.inputs]
        self.output_names = [tensor.name for tensor in metadata.outputs]
        self.output_dtypes = [tensor.dtype for tensor in metadata.outputs]
        self._resolved: dict[tuple[Shape, ...], Resolution] = {}
        self.fixed = _fixed(metadata)
        """The shapes of inputs and outputs of a model without free dims."""
        if self.fixed:
            self._resolved[tuple(self.fixed[0])] = (), self.fixed[1]

    def ordered(self, arrays: Mapping[str, Any]) -> list[Any]:
        """The arrays in the model's order; each input must be named once."""
        if not isinstance(arrays, Mapping):
            raise RuntimeInputError(f"give the inputs as a dict from names to arrays, not {_kind(arrays)}")
        ordered: list[Any] = []
        try:
            for name in self._input_names:
                ordered.append(arrays[name])
            if len(arrays) == len(ordered):
                return ordered
        except KeyError:
            pass
        names = self._input_names
        missing = [name for name in names if name not in arrays]
        unknown = [str(name) for name in arrays if name not in names]
        wrong = [f"missing {', '.join(missing)}"] if missing else []
        wrong += [f"unknown {', '.join(unknown)}"] if unknown else []
        raise RuntimeInputError(f"the inputs do not fit: {'; '.join(wrong)}; the model's inputs: {_list(self.inputs)}")

    def plain(self, shapes: Sequence[Shape]) -> list[Plain]:
        """What inputs of these shapes must be like for the artifact to read them where they are."""
        return [
            (dtype, shape, _strides(shape, dtype), dtype.alignment - 1)
            for dtype, shape in zip(self._input_dtypes, shapes, strict=True)
        ]

    def check(self, arrays: Sequence[Any]) -> list[Array]:
        """The arrays, if they are of the right types; ``resolve`` checks their shapes, and ``readable`` copies."""
        if len(arrays) != len(self.inputs):
            raise RuntimeInputError(
                f"the model takes {len(self.inputs)} inputs, {len(arrays)} were given; its inputs: {_list(self.inputs)}"
            )
        return [
            array if type(array) is np.ndarray and array.dtype is dtype else _check_input(array, tensor)
            for dtype, array, tensor in zip(self._input_dtypes, arrays, self.inputs, strict=True)
        ]

    def readable(self, arrays: Sequence[Array]) -> list[Array]:
        """The arrays where the artifact can read them; copies where byte order or layout do not fit."""
        return [
            array
            if array.flags.c_contiguous and array.flags.aligned and array.dtype.isnative
            else _copied(array, tensor)
            for array, tensor in zip(arrays, self.inputs, strict=True)
        ]

    def check_in_place(self, given: Sequence[Any], checked: Sequence[Array]) -> None:
        """Refuse inputs of which ``check`` had to make copies."""
        for tensor, array, own in zip(self.inputs, given, checked, strict=True):
            if not isinstance(array, np.ndarray) or address(array) != address(own):
                raise RuntimeInputError(
                    f"input {shown(tensor.name)} cannot be bound: it could only be read from a copy of it; bind "
                    f"numpy.require(x, numpy.{tensor.dtype.name}, 'CA') and write new values into that array"
                )

    def resolve(self, arrays: Sequence[Array]) -> Resolution:
        """Check the arrays' shapes; the free dims that they determine, in the metadata's order, and the output shapes.

        The answer is remembered, so that the same shapes cost little the next time.
        """
        key = tuple([array.shape for array in arrays])
        known = self._resolved.get(key)
        if known is None:
            symbols = self._find_symbols(arrays)
            known = symbols, self._find_shapes(symbols)
            if len(self._resolved) >= _REMEMBERED:
                self._resolved.clear()
            self._resolved[key] = known
        return known

    def _find_symbols(self, arrays: Sequence[Array]) -> tuple[int, ...]:
        found: dict[str, tuple[int, str]] = {}
        for tensor, array in zip(self.inputs, arrays, strict=True):
            if not _fits(tensor.shape, array.shape):
                raise RuntimeInputError(_shape_message(tensor, array))
            for dim, size in zip(tensor.shape, array.shape, strict=True):
                if not isinstance(dim, str) or dim not in self._names:
                    continue
                known, owner = found.setdefault(self._names[dim], (size, tensor.name))
                if known != size:
                    raise RuntimeInputError(
                        f"inputs {shown(owner)} and {shown(tensor.name)} disagree on the dim {dim}: {known} and {size}"
                        if owner != tensor.name
                        else f"input {shown(tensor.name)} has {known} and {size} for the same dim {dim}"
                    )
        self._solve(arrays, found)
        for symbol in self._symbols:
            size, owner = found[symbol.name]
            if size < symbol.min or (symbol.max is not None and size > symbol.max):
                most = "" if symbol.max is None else f" and at most {symbol.max}"
                raise RuntimeInputError(
                    f"input {shown(owner)}: the dim {symbol.text} must be at least {symbol.min}{most}, but it is {size}"
                )
        values = {name: size for name, (size, _) in found.items()}
        for tensor, array, axis, expression in self._derived(arrays):
            expected = expression(values)
            if array.shape[axis] != expected:
                raise RuntimeInputError(
                    f"input {shown(tensor.name)}: dim {axis} must be {tensor.shape[axis]} = {expected}, "
                    f"but the array has {array.shape[axis]}"
                )
        return tuple([values[symbol.name] for symbol in self._symbols])

    def _solve(self, arrays: Sequence[Array], found: dict[str, tuple[int, str]]) -> None:
        """Find the free dims that no input has as a dim of its own: a dim that is an expression of it tells it."""
        while len(found) < len(self._symbols):
            before = len(found)
            for tensor, array, axis, expression in self._derived(arrays):
                missing = [name for name in expression.names if name not in found]
                if len(missing) != 1 or not expression.can_find(missing[0]):
                    continue
                size = expression.find(missing[0], array.shape[axis], {name: n for name, (n, _) in found.items()})
                if size is None:
                    raise RuntimeInputError(
                        f"input {shown(tensor.name)}: dim {axis} must be {tensor.shape[axis]} for a whole number "
                        f"{missing[0]}, but the array has {array.shape[axis]}"
                    )
                found[missing[0]] = size, tensor.name
            assert len(found) > before, "the metadata were checked"

    def _derived(self, arrays: Sequence[Array]) -> Iterator[tuple[TensorInfo, Array, int, DimExpression]]:
        """The inputs' dims that are expressions of other dims."""
        for tensor, array in zip(self.inputs, arrays, strict=True):
            for axis, dim in enumerate(tensor.shape):
                if isinstance(dim, str) and dim not in self._names:
                    yield tensor, array, axis, DimExpression(dim)

    def _find_shapes(self, symbols: tuple[int, ...]) -> list[Shape]:
        values = (ctypes.c_int64 * max(1, len(symbols)))(*symbols)
        dims = (ctypes.c_int64 * max(1, sum(len(tensor.shape) for tensor in self.outputs)))()
        self._output_shapes(ctypes.addressof(values), ctypes.addressof(dims))
        flat = iter(dims)  # -1 where the run finds the dim
        return [tuple(next(flat) for _ in tensor.shape) for tensor in self.outputs]

    def check_outputs(self, out: Sequence[Array], shapes: Sequence[Shape], inputs: Sequence[Array]) -> list[Array]:
        """The caller's own output arrays: the artifact writes into them, so they must fit exactly."""
        if len(out) != len(self.outputs):
            raise RuntimeInputError(f"the model has {len(self.outputs)} outputs, out has {len(out)} arrays")
        for array, tensor, shape in zip(out, self.outputs, shapes, strict=True):
            if -1 in shape:
                raise RuntimeInputError(
                    f"out cannot be given: the run itself finds the shape of output {shown(tensor.name)}; run without "
                    "out"
                )
            fits = isinstance(array, np.ndarray) and array.dtype == tensor.dtype and array.shape == shape
            if not fits or not array.flags.carray:
                raise RuntimeInputError(
                    f"out for {shown(tensor.name)} must be a writable C-contiguous {tensor.dtype} array of shape "
                    f"{shape}"
                )
            if any(np.may_share_memory(array, other) for other in inputs):
                raise RuntimeInputError(
                    f"out for {shown(tensor.name)} shares memory with an input; give it memory of its own"
                )
        if any(np.may_share_memory(a, b) for i, a in enumerate(out) for b in out[:i]):
            raise RuntimeInputError("two arrays of out share memory; give each output memory of its own")
        return list(out)


def _strides(shape: Shape, dtype: np.dtype[Any]) -> Shape:
    """Bytes from one element to the next, along each axis of a dense array in C's order."""
    return tuple([dtype.itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape))])


def _fixed(metadata: Metadata) -> tuple[list[Shape], list[Shape]] | None:
    if metadata.symbols or any(isinstance(dim, str) for tensor in metadata.outputs for dim in tensor.shape):
        return None
    inputs, outputs = ([tensor.shape for tensor in tensors] for tensors in (metadata.inputs, metadata.outputs))
    return cast("list[Shape]", inputs), cast("list[Shape]", outputs)


def _copied(array: Array, tensor: TensorInfo) -> Array:
    try:
        return np.require(array, tensor.dtype, ("C", "A"))
    except MemoryError:
        raise RunMemoryError(
            f"input {shown(tensor.name)} does not lie in memory as the model reads it, and the system has no memory "
            f"for a copy of its {array.nbytes} bytes"
        ) from None


def _check_input(array: Any, tensor: TensorInfo) -> Array:
    """The slow path: say what does not fit."""
    if isinstance(array, np.generic):
        array = np.asarray(array)
    if not isinstance(array, np.ndarray):
        raise RuntimeInputError(
            f"input {shown(tensor.name)} must be a numpy array of {tensor.dtype}, not {_kind(array)}; "
            f"convert it with numpy.asarray(…, dtype=numpy.{tensor.dtype})"
        )
    if isinstance(array, np.ma.MaskedArray):
        raise RuntimeInputError(
            f"input {shown(tensor.name)} is a masked array; give it as a plain one with x.filled(…)"
        )
    if tensor.type == "bf16" and array.dtype.name == "bfloat16":
        array = array.view(np.uint16)
    expected = tensor.dtype
    # Of another byte order alone, the values are the same: ``readable`` copies them without a word.
    if array.dtype.newbyteorder("=") != expected:
        raise RuntimeInputError(
            f"input {shown(tensor.name)} must be {expected}, but the array is {array.dtype}; "
            f"convert it with x.astype(numpy.{expected.name})"
        )
    return np.asarray(array)


def _fits(shape: tuple[int | str, ...], actual: tuple[int, ...]) -> bool:
    return len(shape) == len(actual) and all(
        size == dim for dim, size in zip(shape, actual, strict=True) if isinstance(dim, int)
    )


def _shape_message(tensor: TensorInfo, array: Array) -> str:
    expected, actual = ",".join(map(str, tensor.shape)), ",".join(map(str, array.shape))
    if len(tensor.shape) != array.ndim:
        return (
            f"input {shown(tensor.name)} must have {len(tensor.shape)} dims [{expected}], but the array has [{actual}]"
        )
    return f"input {shown(tensor.name)} must have the shape [{expected}], but the array has [{actual}]"


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"


def _list(tensors: Sequence[TensorInfo]) -> str:
    return ", ".join(map(str, tensors))
