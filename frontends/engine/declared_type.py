"""What a model file says about the type of a tensor."""

from __future__ import annotations

import attrs

from dldt.compiler.printable import printable
from dldt.compiler.types import DType
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.stored import StorageType


@attrs.frozen
class DeclaredType:
    """Element type and shape, each as far as the file tells them."""

    dtype: DType | Fault | None = None
    """None: the file does not say; a Fault: not a tensor, or of a type that is not supported."""
    shape: tuple[int | str | None, ...] | None = None
    """A dim is a number, a name, or None for a free one; no shape at all: the rank is not known either."""

    stored: StorageType | None = None
    """Where numbers are only stored in the element type: that type. ``dtype`` is that of its bits then."""

    item: DeclaredType | None = None
    """Of the items, where it is a sequence of tensors."""

    def __str__(self) -> str:
        dims = (
            "…" if self.shape is None else ",".join("?" if dim is None else printable(str(dim)) for dim in self.shape)
        )
        return f"[{dims}]"
