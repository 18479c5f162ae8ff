"""Operations that hand on what they get."""

from __future__ import annotations

from dldt.frontends.engine.sequences import Imported
from dldt.frontends.tensorflow.framework import TENSORFLOW


def _identity(input: Imported) -> Imported:
    """The same."""
    return input


for _name in (
    "GuaranteeConst",
    "Identity",
    "RefIdentity",
    "Snapshot",
    "StopGradient",
):
    TENSORFLOW.imports(_name)(_identity)


@TENSORFLOW.imports("DeepCopy")
def deep_copy(x: Imported) -> Imported:
    """The same."""
    return x


@TENSORFLOW.imports("IdentityN")
def identity_n(*input: Imported) -> tuple[Imported, ...]:
    """The same."""
    return input


@TENSORFLOW.imports("PreventGradient")
def prevent_gradient(input: Imported, *, message: str = "") -> Imported:
    """The same."""
    return input


@TENSORFLOW.imports("Copy")
def copy(input: Imported, *, tensor_name: str = "", debug_ops_spec: tuple[str, ...] = ()) -> Imported:
    """The same."""
    return input
