"""What an operation asks of a sub-graph that it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self

from dldt.compiler.dims import Dim
from dldt.compiler.types import TensorType


class Body(Protocol):
    """A sub-graph, as the operation sees it that holds it: ``Graph`` is one."""

    name: str

    @property
    def inputs(self) -> Sequence[Any]:
        """The Parameters as values."""

    @property
    def output_values(self) -> Sequence[Any]:
        """The values that the Results take."""

    def known(self, dim: Dim) -> Dim:
        """The dim, written with what the sub-graph knows to be equal."""

    def copy(self) -> Self:
        """An independent sub-graph with the same nodes."""

    def retype(self, inputs: dict[str, TensorType]) -> None:
        """Change the types of the named Parameters."""
