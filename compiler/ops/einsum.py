"""Sums of products by Einstein's convention."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np

from dldt.compiler.dims import Dim
from dldt.compiler.errors import InputError, ShapeError
from dldt.compiler.inference import same
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import require_same_type
from dldt.compiler.ops.convolution import accumulator
from dldt.compiler.shown import shown
from dldt.compiler.types import Array, TensorType

Labels: TypeAlias = tuple[str, ...]


@op("opset7")
class Einsum(Op):
    """y = the sums of products of the inputs over the labels that the right side of ``equation`` lacks: "ij,jk->ik" is
    the product of two matrices"""

    equation: str = attrs.field(converter=str)

    def infer(self, *inputs: TensorType) -> TensorType:
        if not inputs:
            raise ShapeError("Einsum needs at least one input")
        for t in inputs[1:]:
            require_same_type(inputs[0], t, self.type)
        terms, result = parsed_equation(self.equation, [t.rank for t in inputs])
        sizes: dict[str, Dim] = {}
        for labels, t in zip(terms, inputs, strict=True):
            for label, dim in zip(labels, t.shape, strict=True):
                sizes[label] = self._joined(label, sizes.get(label, dim), dim)
        return TensorType(inputs[0].dtype, tuple(sizes[label] for label in result))

    def _joined(self, label: str, known: Dim, dim: Dim) -> Dim:
        if label[0] == "." and known == 1:
            return dim
        if (label[0] == "." and dim == 1) or same(dim, known, f"label {label}"):
            return known
        raise ShapeError(
            f"Einsum: label {label} of {shown(self.equation)} has the sizes {known} and {dim}, which differ"
        )

    def evaluate(self, *inputs: Array) -> Array:
        wide = accumulator(inputs[0].dtype)
        equation = self.equation.replace(" ", "")
        return np.asarray(np.einsum(equation, *(x.astype(wide) for x in inputs), optimize=True)).astype(inputs[0].dtype)


def parsed_equation(equation: str, ranks: Sequence[int]) -> tuple[list[Labels], Labels]:
    """The labels of each input's axes, and those of the result. The axes that an ellipsis stands for are labelled by
    their place from its end."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    texts = left.split(",")
    if len(texts) != len(ranks):
        raise InputError(f"equation {shown(equation)} has {len(texts)} terms for {len(ranks)} inputs")
    counts = (rank - len(text.replace("...", "")) for rank, text in zip(ranks, texts, strict=True) if "..." in text)
    most = max(counts, default=0)
    terms = [_labels(text, rank, most, equation) for text, rank in zip(texts, ranks, strict=True)]
    every = [label for term in terms for label in term]
    if not arrow:
        dots = tuple(sorted({label for label in every if label[0] == "."}, key=every.index))
        return terms, (*dots, *sorted(label for label in set(every) if every.count(label) == 1 and label[0] != "."))
    made = _labels(right, len(right.replace("...", "")) + (most if "..." in right else 0), most, equation)
    if len(set(made)) != len(made):
        raise InputError(f"equation {shown(equation)}: the result has a label twice")
    missing = [label for label in made if label not in every]
    if missing:
        raise InputError(f"equation {shown(equation)}: the result names {shown(missing[0])}, which no input has")
    return terms, made


def _labels(text: str, rank: int, most: int, equation: str) -> Labels:
    """One label for each axis; those of an ellipsis count from its end."""
    head, dots, tail = text.partition("...")
    names = head + tail
    letters = all(name.isascii() and name.isalpha() for name in names)
    if not letters or (rank < len(names) if dots else rank != len(names)):
        raise InputError(f"equation {shown(equation)}: {shown(text)} does not fit an input of rank {rank}")
    count = rank - len(names) if dots else 0
    return (*head, *(f".{i}" for i in range(most - count, most)), *tail)
