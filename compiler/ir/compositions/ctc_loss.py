"""The loss of connectionist temporal classification, by the sums of all paths."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, like, number, scalar, size_of
from dldt.compiler.ops.arithmetic import Add, Maximum, Multiply, Subtract
from dldt.compiler.ops.body_ports import BodyOutput, InvariantInput, MergedInput, SliceInput
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal, Less, LessEqual, NotEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.gather import GatherElements
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reduce import ReduceMax, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Negative
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.softmax import LogSoftmax
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.tensor_iterator import TensorIterator
from dldt.compiler.ops.unary import Exp, Log
from dldt.compiler.types import DType, TensorType

_ONE = np.array([1])
_NEVER = -1e30
"""The logarithm of the probability of what cannot be: finite, so that differences of two are numbers."""


@composed("CTCLoss")
class CTCLoss(Composition):
    """-log of the probability of the labels: that of all paths that, without repeats and blanks, are the labels."""

    preprocess_collapse_repeated: bool = attrs.field(default=False)
    ctc_merge_repeated: bool = attrs.field(default=True)
    unique: bool = attrs.field(default=False)

    def compose(
        self, logits: Value, logit_length: Value, labels: Value, label_length: Value, blank_index: Value | None = None
    ) -> tuple[Value, ...]:
        if self.preprocess_collapse_repeated or not self.ctc_merge_repeated or self.unique:
            raise UnsupportedError(
                "of CTCLoss only ctc_merge_repeated without preprocess_collapse_repeated and unique is supported"
            )
        if logits.type.rank != 3 or labels.type.rank != 2:
            raise ShapeError(f"logits {logits.type} must be [N, T, C], labels {labels.type} [N, T]")
        blank = Subtract()(size_of(logits, 2), number(1)) if blank_index is None else scalar(blank_index)
        lengths, counts = (Unsqueeze()(Convert(DType.i64)(x), _ONE) for x in (logit_length, label_length))
        path = _interleaved(Convert(DType.i64)(labels), blank)
        end = Multiply()(counts, number(2))
        state = _summed(LogSoftmax(2)(logits), path, blank, lengths)
        place = counted(size_of(path, 1))
        last = LogicalAnd()(LessEqual()(place, end), Less()(Subtract()(end, number(2)), place))
        return (Negative()(_total(Select()(last, state, like(logits, _NEVER)))),)


def _interleaved(labels: Value, blank: Value) -> Value:
    """[N, 2 * L + 1]: a blank before, between and behind the labels."""
    blanks = Broadcast()(blank, ShapeOf()(labels))
    pairs = Concat(2)(*(Unsqueeze()(x, np.array([2])) for x in (blanks, labels)))
    flat = Reshape(True)(pairs, np.array([0, -1]))
    return Concat(1)(flat, Slice()(blanks, np.array([0]), _ONE, _ONE, _ONE))


def _summed(scores: Value, path: Value, blank: Value, lengths: Value) -> Value:
    """The logarithms of the sums of all ways to each place of the path, at the end of each sequence."""
    skips = LogicalAnd()(NotEqual()(path, blank), NotEqual()(path, _shifted(path, 2, number(-1))))
    start = Select()(Less()(counted(size_of(path, 1)), number(1)), like(scores, 0), like(scores, _NEVER))
    start = Broadcast()(start, ShapeOf()(path))
    body = Graph(f"{scores.graph.name}/{scores.name}/paths")
    batch, _, classes = scores.type.shape
    score = body.parameter("scores", TensorType(scores.type.dtype, (batch, 1, classes)))
    step = body.parameter("step", TensorType(DType.i64, (1,)))
    before = body.parameter("before", start.type)
    along, jump = body.parameter("path", path.type), body.parameter("skips", skips.type)
    limit = body.parameter("lengths", lengths.type)
    never = like(scores, _NEVER)
    ways = [before, _shifted(before, 1, never), Select()(jump, _shifted(before, 2, never), never)]
    # The first step begins at the first blank, which stays, or at the first label.
    ways[2] = Select()(Equal()(step, number(0)), never, ways[2])
    joined = _total(Concat(2)(*(Unsqueeze()(way, np.array([2])) for way in ways)), 2)
    own = GatherElements(1)(Squeeze()(score, _ONE), along)
    body.result(Select()(Less()(step, limit), Maximum()(Add()(joined, own), never), before), "after")
    ports = (
        SliceInput(1, input=0, parameter=0),
        SliceInput(input=1, parameter=1),
        MergedInput(2, 2, 0),
        *(InvariantInput(i, i) for i in (3, 4, 5)),
    )
    steps = counted(size_of(scores, 1))
    return TensorIterator(body, ports, (BodyOutput(0),))(scores, steps, start, path, skips, lengths)


def _shifted(x: Value, count: int, filling: object) -> Value:
    """The elements of a row ``count`` places later."""
    padded = Pad("constant")(x, np.array([0, count]), np.array([0, 0]), np.asarray(filling))
    return Slice()(padded, np.array([0]), np.array([-count]), _ONE, _ONE)


def _total(x: Value, axis: int = 1) -> Value:
    """The logarithm of the sum of what these are logarithms of."""
    axes = np.array([axis])
    most = ReduceMax(True)(x, axes)
    return Add()(Log()(ReduceSum()(Exp()(Subtract()(x, most)), axes)), Squeeze()(most, axes))
