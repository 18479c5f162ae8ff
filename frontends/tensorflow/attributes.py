"""An AttrValue → a plain value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dldt.compiler.errors import InputError
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.element_types import element_type
from dldt.frontends.tensorflow.tensor import read_tensor, tensor_shape

_MISSING = Fault(InputError, "has no value")


def plain_attribute(value: Any) -> Any:
    """int, float, bool; str for bytes and for the name of a function; DType (a Fault where the type is no tensor's);
    a shape as a tuple of int and None (None where the rank is not known); TensorRecord; a tuple of these for a list."""
    if value.HasField("list"):
        return _list(value.list)
    kind = next((name for name in _KINDS if value.HasField(name)), None)
    return _MISSING if kind is None else _KINDS[kind](getattr(value, kind))


def is_type(value: Any) -> bool:
    """Whether an AttrValue is an element type, or a list of them."""
    return value.HasField("type") or (value.HasField("list") and len(value.list.type) > 0)


def _list(value: Any) -> tuple[Any, ...]:
    for kind, plain in _KINDS.items():
        items = getattr(value, kind)
        if items:
            return tuple(map(plain, items))
    return ()


def _tensor(proto: Any) -> TensorRecord:
    return TensorRecord(lambda what: read_tensor(proto, what))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _same(value: Any) -> Any:
    return value


_KINDS: dict[str, Callable[[Any], Any]] = {
    "s": _text,
    "i": _same,
    "f": _same,
    "b": _same,
    "type": element_type,
    "shape": tensor_shape,
    "tensor": _tensor,
    "func": lambda value: value.name,
}
