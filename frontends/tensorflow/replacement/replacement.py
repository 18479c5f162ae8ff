"""One entry of a file of ``--transformations_config``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from dldt.compiler.errors import InputError


@attrs.frozen(eq=False)
class Replacement:
    """Which sub-graph is replaced, and what the operation that takes its place is told."""

    kind: str
    """Its ``id``: what is made of the sub-graph."""
    file: str
    attributes: Mapping[str, Any]
    """``custom_attributes``: they go before the pipeline file."""
    instances: Any
    """Scopes, or points where the sub-graph begins and ends."""
    inputs: Sequence[Any]
    outputs: Sequence[Any]

    def points(self, which: str) -> list[str]:
        """The names of nodes among ``start_points`` or ``end_points``. Raises InputError."""
        found = self.instances.get(which) if isinstance(self.instances, dict) else None
        return self.texts(found, f"instances.{which}")

    def names(self, attribute: str) -> list[str]:
        """The names of nodes that an attribute lists. Raises InputError."""
        return self.texts(self.attributes.get(attribute), f"custom_attributes.{attribute}")

    def scope(self) -> str:
        """The scope of names that is replaced, without the pattern before it. Raises InputError."""
        return self.texts(self.instances, "instances")[0].lstrip("^").removeprefix(".*")

    @property
    def is_scope(self) -> bool:
        """Whether a scope of names is replaced, and not what lies between points."""
        return not isinstance(self.instances, dict)

    def port_nodes(self, which: str) -> list[str]:
        """The names of the nodes, within the scope, that come first in each of ``inputs`` or ``outputs``."""
        ports = [each[0] if isinstance(each, list) and each else each for each in getattr(self, which)]
        names = [port.get("node") if isinstance(port, dict) else None for port in ports]
        return [name.rstrip("$") for name in self.texts(names, which)]

    def texts(self, found: Any, where: str) -> list[str]:
        """A list of texts in which there is something. Raises InputError."""
        if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
            raise self.error(f"{where} must be a list of names of nodes")
        return list(found)

    def error(self, reason: str) -> InputError:
        """The error that names the file and the entry."""
        return InputError(f"{self.file}: {self.kind}: {reason}")
