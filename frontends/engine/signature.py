"""The inputs and attributes of an operation: read off its importer, or as its framework declares them."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import attrs
import numpy as np

Tensor: TypeAlias = np.ndarray[Any, Any]
"""The annotation of an attribute that is a tensor."""

Vector: TypeAlias = np.ndarray[tuple[int], Any]
"""The annotation of an attribute that is a tensor of rank 1."""

Matrix: TypeAlias = np.ndarray[tuple[int, int], Any]
"""The annotation of an attribute that is a tensor of rank 2."""

TENSORS: dict[Any, int | None] = {Tensor: None, Vector: 1, Matrix: 2}
"""The annotations of tensors, each with the rank that it asks for."""


@attrs.frozen
class Port:
    """An input of an operation: a positional parameter of the importer."""

    name: str
    optional: bool = False
    variadic: bool = False


@attrs.frozen
class Attribute:
    """An attribute: a keyword-only parameter of the importer. ``kind`` is its annotation without None."""

    name: str
    kind: Any
    required: bool = False
    default: Any = None


@attrs.frozen
class Signature:
    """Ports in their order, attributes by name."""

    inputs: tuple[Port, ...]
    attributes: dict[str, Attribute]

    def differences(self, schema: Signature) -> list[str]:
        """What an importer of this signature has wrong; ``schema`` is what the framework declares, or a table of the
        fields in its file format. For the framework's tests: the list must be empty."""
        found = [] if self.inputs == schema.inputs else [f"inputs are {schema.inputs}, not {self.inputs}"]
        found += [f"attribute {name!r} is missing" for name in schema.attributes if name not in self.attributes]
        found += [f"attribute {name!r} is not one" for name in self.attributes if name not in schema.attributes]
        for name, wanted in schema.attributes.items():
            declared = self.attributes.get(name, wanted)
            for field in ("kind", "required", "default"):
                here, there = getattr(declared, field), getattr(wanted, field)
                if not _equal(here, there):
                    found.append(f"the {field} of attribute {name!r} is {there!r}, not {here!r}")
        return found


def _equal(here: Any, there: Any) -> bool:
    """Equal, numbers as far as 32 bits hold them: so frameworks store their defaults."""
    if isinstance(here, float) and isinstance(there, float):
        return math.isclose(here, there, rel_tol=1e-6)
    return bool(here == there)
