"""The facts about operations that other parts ask for by name: ``op.has(Trait.COMMUTATIVE)``."""

from __future__ import annotations

import enum


class Trait(enum.Flag):
    """A fact that holds for an operation whatever its attributes and inputs are.

    Traits are given where the class is defined, ``@op("opset1", traits=Trait.VIEW)``, and hold for subclasses too.
    ``tests/ops/test_traits.py`` checks each against ``evaluate``.
    """

    NONE = 0
    """No fact."""

    COMMUTATIVE = enum.auto()
    """The two inputs may be swapped: f(a, b) = f(b, a)."""

    ELEMENTWISE = enum.auto()
    """Each output element depends on the input elements at its place alone, the inputs being broadcast as numpy does
    it: f commutes with every permutation of the places."""

    NONNEGATIVE = enum.auto()
    """No element of an output of floating-point numbers is below zero."""

    IDENTITY_IF_TYPED_ALIKE = enum.auto()
    """Where the first output has the type of the first input, it is the first input. A Reshape to the same shape, a
    Convert to the same element type, and a sum over axes of size 1 change nothing."""

    PERMUTATION = enum.auto()
    """The output holds each element of the first input exactly once, its value unchanged."""

    VIEW = enum.auto()
    """A permutation that keeps the elements in their order too: only the shape changes, no data moves."""

    SLICE = enum.auto()
    """Each output element is an element of the first input, and none is taken twice."""

    CONTRACTION = enum.auto()
    """Sums products of two inputs: a convolution or a matrix product."""

    LINEAR = enum.auto()
    """Linear in the first input, with the weights as second: f(a*x + y, w) = a*f(x, w) + f(y, w)."""

    CONVOLUTION = enum.auto()
    """A contraction of data [N, C, spatial...] with a kernel that slides over the spatial axes."""

    GROUPED = enum.auto()
    """A convolution whose weights have the groups as first axis."""

    TRANSPOSED = enum.auto()
    """A transposed convolution (deconvolution): each input element is spread over the output by the kernel."""

    POOLING = enum.auto()
    """Combines the elements of a window that slides over the spatial axes of [N, C, spatial...], channel by channel."""

    READS_ONCE = enum.auto()
    """A reduction along axes that reads each element once: what produces the element may be computed on the way."""

    LAYOUT_AGNOSTIC = enum.auto()
    """Works on blocks of channels as well as on single ones, and its output has the channels on the axis where the
    first input has them. Element-wise operations do so without being marked."""

    SEQUENCE = enum.auto()
    """A recurrent layer over a whole sequence, step by step."""

    EXACT = enum.auto()
    """Nothing is rounded: each output element is, but for its sign, an element of an input, or a bound."""

    ROUNDING = enum.auto()
    """Rounds to whole numbers or compares: half a unit in the last place of an input may decide an output element."""

    STATEFUL = enum.auto()
    """Reads or writes what outlives one inference."""

    RANDOM = enum.auto()
    """Two runs on the same inputs may differ."""

    SINK = enum.auto()
    """Has an effect beyond its outputs: it stays though nothing reads these."""

    SOURCE = enum.auto()
    """Has no inputs: a Parameter or a Constant."""

    INTERFACE = enum.auto()
    """Part of the graph's signature: a Parameter or a Result."""

    BOUNDARY = enum.auto()
    """Where a graph begins or ends: a Parameter, a Constant or a Result. It computes nothing."""


IMPURE = Trait.STATEFUL | Trait.RANDOM
"""Where one of these holds, the output does not follow from the inputs alone: never folded, never shared."""
