"""The type in which each tensor between kernels is stored: fewer bits where the user allows it and its readers gain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import attrs

from dldt.codegen.kernels.families import anchor_family
from dldt.codegen.llvm.arithmetic import F32
from dldt.codegen.loop.buffers import Layout
from dldt.codegen.task.numerics import Numerics
from dldt.codegen.task.region import Region, is_product
from dldt.compiler import ops
from dldt.compiler.dims import product
from dldt.compiler.graph import Node, Value
from dldt.compiler.traits import Trait
from dldt.compiler.types import TensorType

FEWEST_ROWS = 16
"""Rows below which reading the matrix bounds a matrix product: storing the rows as floats costs nothing there."""


def stored_types(
    regions: Iterable[Sequence[Region | Node]], layouts: Mapping[Value, Layout], numerics: Numerics
) -> dict[Value, TensorType]:
    """The type in memory of every region's root."""
    every = [region for each in regions for region in each if isinstance(region, Region)]
    return {region.root: stored_type(region, layouts[region.root], numerics) for region in every}


def stored_type(region: Region, layout: Layout, numerics: Numerics) -> TensorType:
    """The type in memory of a region's root.

    With a reduced precision, two kinds of tensors are rounded to it when they are stored: all tensors in channel
    blocks, and rows that are multiplied by a constant matrix. Contractions multiply them as they are, and all other
    readers read fewer bytes. Outputs of the model and states of recurrent layers are not rounded.
    """
    plain = attrs.evolve(region.root.type, value=None, constant=None)
    return plain if _kept(region, layout, numerics) else attrs.evolve(plain, dtype=numerics.precision)


def why_stored_so(
    regions: Iterable[Sequence[Region | Node]], layouts: Mapping[Value, Layout], numerics: Numerics
) -> dict[Value, str]:
    """Where a reduced precision is allowed: for each region's root why it is rounded to it, or why not, for people."""
    if numerics.precision is F32.data:
        return {}
    every = [region for each in regions for region in each if isinstance(region, Region)]
    gains = "contractions multiply it as it is, and other readers read fewer bytes"
    return {region.root: _kept(region, layouts[region.root], numerics) or gains for region in every}


def _kept(region: Region, layout: Layout, numerics: Numerics) -> str:
    """Why a region's root is stored in the graph's type; nothing, where it is rounded."""
    root = region.root
    if numerics.precision is F32.data:
        return "no other precision is allowed"
    if root.type.dtype is not F32.data:
        return f"it is no {F32.data}"
    family = anchor_family(region.anchor)
    if family is not None and family.states:
        return "a recurrent layer reads its states again"
    if any(node.op.has(Trait.BOUNDARY) for node, _ in root.uses):
        return "it is an output"
    if layout.block or _is_multiplied(root):
        return ""
    return "it is not in channel blocks, and no product with a constant matrix reads many rows of it"


def _is_multiplied(root: Value) -> bool:
    """Whether a product with a constant matrix reads many rows of the value, and no product of two computed matrices
    reads it."""
    rows = product(root.type.shape[:-1])
    readers = [(node, node.op, port) for node, port in root.uses]
    products = [(node, op.transpose_a, port) for node, op, port in readers if isinstance(op, ops.MatMul)]
    if not products or any(is_product(node) or turned or port != 0 for node, turned, port in products):
        return False
    return not isinstance(rows, int) or rows >= FEWEST_ROWS
