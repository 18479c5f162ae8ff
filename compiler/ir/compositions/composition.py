"""What a composition is, and the table of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar, dataclass_transform

import attrs

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value


class Composition:
    """Base of the compositions: the fields are a layer's attributes, the parameters of ``compose`` its inputs."""

    type: ClassVar[str]
    """The type of the layer."""

    def compose(self, *inputs: Any) -> tuple[Value, ...]:
        """The outputs, made of operations."""
        raise NotImplementedError

    def outputs(self, inputs: Sequence[Value]) -> tuple[Value, ...]:
        """Like ``compose``, with a sentence for the user where the number of inputs does not fit."""
        try:
            inspect.signature(self.compose).bind(*inputs)
        except TypeError as error:
            raise ShapeError(f"{self.type} does not take {len(inputs)} inputs") from error
        return self.compose(*inputs)


COMPOSITIONS: dict[tuple[str, int], type[Composition]] = {}
"""(type in lower case, opset that gave it this meaning, 0 where it has one alone) → its composition."""

_Class = TypeVar("_Class", bound=type[Composition])


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def composed(type_name: str, meant: int = 0) -> Callable[[_Class], _Class]:
    """Class decorator: the class is how layers of this type, in the meaning that opset ``meant`` gave it, are read."""

    def decorate(cls: _Class) -> _Class:
        made: Any = attrs.frozen(cls)
        made.type = type_name
        COMPOSITIONS[type_name.lower(), meant] = made
        frozen: _Class = made
        return frozen

    return decorate
