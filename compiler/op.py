"""The operation: one class holds its attributes, its type inference and its meaning in numpy."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeVar, dataclass_transform

import attrs
import numpy as np

from dldt.compiler.dims import maximum_of, minimum_of
from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.inference import is_found, require
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.compiler.traits import IMPURE, Trait
from dldt.compiler.types import MAX_VALUE_ELEMENTS, Array, TensorType

MAX_RANK = 64
MAX_ELEMENTS = 2**40
OPSETS = tuple(f"opset{number}" for number in range(1, 17))
EXTENSION = "dldt"
"""The operation set of what OpenVINO has no operation for; it has number 0. OpenVINO does not read it."""


class Operand(Protocol):
    """What an operation knows of a value: the graph that it can add a node to."""

    @property
    def graph(self) -> Any:
        """The graph that the value belongs to."""


V = TypeVar("V", bound=Operand)


@attrs.frozen
class Op:
    """Base of every operation. Subclasses are made by ``@op``; their fields are the attributes of the OpenVINO opset.

    An instance is a function: ``Clamp(0.0, 6.0)(x)`` adds a node to ``x.graph`` and returns its first output.
    """

    type: ClassVar[str]
    opset: ClassVar[str]
    ports: ClassVar[tuple[str, ...]]
    """The parameter names of ``evaluate``; a variadic operation has one."""
    required: ClassVar[int]
    """How many inputs must be given."""
    variadic: ClassVar[bool]
    shape_values: ClassVar[bool] = False
    """Whether ``evaluate`` also works on object arrays of dims: such operations carry shape arithmetic."""
    traits: ClassVar[Trait] = Trait.NONE
    """The facts that hold for every instance; those of a subclass are added by ``@op``. Ask by ``has``."""

    @classmethod
    def has(cls, trait: Trait) -> bool:
        """Whether ``trait`` (or each of several, joined by ``|``) holds. The class answers as an instance does."""
        return trait in cls.traits

    @classmethod
    def is_pure(cls) -> bool:
        """Whether the outputs follow from the inputs alone: no state, no randomness."""
        return not cls.traits & IMPURE

    def infer(self, *types: Any) -> TensorType | tuple[TensorType, ...]:
        """The output type(s) for the input types (None for an input left out). Raises ShapeError."""
        raise NotImplementedError(f"{self.type} has no infer")

    def evaluate(self, *arrays: Any) -> Array | tuple[Array, ...]:
        """The output(s) in numpy: the definition that constant folding, the interpreter and the tests share."""
        raise NotImplementedError(f"{self.type} has no evaluate")

    @property
    def bodies(self) -> tuple[Any, ...]:
        """The sub-graphs that the operation holds; ``Node.bodies`` has them with their type."""
        return ()

    def retyped(self, *inputs: TensorType | None) -> Op:
        """The operation for other input types: itself, unless it holds sub-graphs, whose Parameters follow."""
        return self

    def types(self, *inputs: TensorType | None) -> tuple[TensorType, ...]:
        """The output types, checked for arity, with the content of small shape tensors carried along."""
        self._check_arity(inputs)
        inferred = self.infer(*inputs)
        outputs = inferred if isinstance(inferred, tuple) else (inferred,)
        for t in outputs:
            self._check_size(t)
        return self._carry_values(inputs, outputs)

    def _check_size(self, t: TensorType) -> None:
        if t.rank > MAX_RANK:
            raise ShapeError(f"{self.type}: the output would have {t.rank} dimensions, at most {MAX_RANK} are possible")
        for dim in t.shape:
            if is_found(dim) and minimum_of(dim) < 0:
                require("ge", dim, 0, "a dim of the result")
        if any(maximum_of(dim) < 0 for dim in t.shape):
            raise ShapeError(f"{self.type}: the output would have a negative dimension, {t}")
        if minimum_of(t.elements) > MAX_ELEMENTS:
            raise ShapeError(f"{self.type}: the output {t} would have more than 2^40 elements")

    def __call__(self, *inputs: V | Array | float | None, name: str = "") -> V:
        """Add a node; numbers and arrays become constants (a plain number takes the first value's dtype)."""
        return self.all(*inputs, name=name)[0]

    def all(self, *inputs: V | Array | float | None, name: str = "") -> tuple[V, ...]:
        """Like a call, for operations with several outputs: returns every output."""
        first = next((x for x in inputs if hasattr(x, "graph")), None)
        if first is None:
            raise ShapeError(f"{self.type}: at least one input must be a value of a graph")
        made: tuple[V, ...] = first.graph.add(self, inputs, name=name)
        return made

    def _check_arity(self, inputs: tuple[TensorType | None, ...]) -> None:
        given = len(inputs)
        if given < self.required or any(x is None for x in inputs[: self.required]):
            raise ShapeError(f"{self.type} needs {self.required} inputs ({', '.join(self.ports)}), {given} given")
        if given > len(self.ports) and not self.variadic:
            raise ShapeError(f"{self.type} takes at most {len(self.ports)} inputs, {given} given")

    def _carry_values(
        self, inputs: tuple[TensorType | None, ...], outputs: tuple[TensorType, ...]
    ) -> tuple[TensorType, ...]:
        if not self.shape_values or any(t.value is not None for t in outputs):
            return outputs
        if any(maximum_of(t.elements) > MAX_VALUE_ELEMENTS for t in outputs):
            return outputs
        contents = [None if t is None else t.content for t in inputs]
        if any(content is None for t, content in zip(inputs, contents, strict=True) if t is not None):
            return outputs
        try:
            result = self.evaluate(*contents)
        except (TypeError, ShapeError, ZeroDivisionError):
            return outputs  # symbolic arithmetic cannot compute the content: only the type is known
        arrays = result if isinstance(result, tuple) else (result,)
        return tuple(t.with_value(a) for t, a in zip(outputs, arrays, strict=True))


REGISTRY: dict[str, dict[int, type[Op]]] = {}
"""type → opset number → class. Types are looked up case-insensitively, as OpenVINO does."""

_Class = TypeVar("_Class", bound=type[Op])


@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def op(opset: str, name: str | None = None, *, traits: Trait = Trait.NONE) -> Callable[[_Class], _Class]:
    """Class decorator: freezes the class with attrs and registers it as operation ``name`` of ``opset``.

    ``name`` is given where the IR's type differs from the class name (``Const``, or a newer version of an operation
    whose older one keeps the plain class name). ``traits`` are added to those of the base classes.
    """

    def decorate(cls: _Class) -> _Class:
        frozen: Any = attrs.frozen(cls, eq=True) if _has_fields(cls) else cls
        frozen.type = name or cls.__name__
        frozen.opset = opset
        frozen.traits = cls.traits | traits
        _read_ports(frozen)
        versions = REGISTRY.setdefault(frozen.type.lower(), {})
        number = 0 if opset == EXTENSION else OPSETS.index(opset) + 1
        if number in versions:
            raise RuntimeError(f"{frozen.type} is registered twice for {opset}")
        versions[number] = frozen
        made: _Class = frozen
        return made

    return decorate


def find_op(type_name: str, opset: str) -> type[Op]:
    """The class of an operation: the newest version not newer than ``opset``. UnsupportedError where there is none."""
    versions = REGISTRY.get(type_name.lower(), {})
    if opset == EXTENSION and 0 in versions:
        return versions[0]
    if opset not in OPSETS:
        raise UnsupportedError(f"operation set {shown(opset)} is not known ({OPSETS[0]} to {OPSETS[-1]} are)")
    asked = OPSETS.index(opset) + 1
    known = [number for number in versions if 0 < number <= asked]
    if not known:
        raise UnsupportedError(f"operation {printable(type_name)} of {opset} is not supported")
    return versions[max(known)]


def opset_name(number: int) -> str:
    """The name of the operation set with this number."""
    return f"opset{number}" if number else EXTENSION


def field(*, ir: str | None = None, default: Any = attrs.NOTHING, converter: Any = None, factory: Any = None) -> Any:
    """An attribute with an odd spelling in the IR: ``exclude_pad: bool = field(ir="exclude-pad")``."""
    metadata = {"ir": ir} if ir else {}
    if factory is not None:
        return attrs.field(factory=factory, metadata=metadata, converter=converter)
    return attrs.field(default=default, metadata=metadata, converter=converter)


def _has_fields(cls: type) -> bool:
    """Whether a class declares attributes of its own. One that does not compares and prints as its base class does:
    making it an attrs class once more would only take time at every start."""
    return any("ClassVar" not in str(kind) for kind in inspect.get_annotations(cls).values())


def _read_ports(cls: Any) -> None:
    parameters = list(inspect.signature(cls.evaluate).parameters.values())[1:]
    positional = [p for p in parameters if p.kind is not inspect.Parameter.KEYWORD_ONLY]
    cls.ports = tuple(p.name for p in positional)
    cls.variadic = any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in positional)
    cls.required = sum(
        p.default is inspect.Parameter.empty and p.kind is not inspect.Parameter.VAR_POSITIONAL for p in positional
    )


def constant_like(x: object, dtype: np.dtype[np.generic]) -> Array:
    """``x`` as an array; a plain Python number takes ``dtype``."""
    if isinstance(x, int | float | bool) and not isinstance(x, np.generic):
        return np.asarray(x, dtype=dtype)
    return np.asarray(x)
