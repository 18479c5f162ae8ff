"""Labels of a sequence from the scores of each step."""

from __future__ import annotations

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ops.comparison import Less, NotEqual
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.gather import GatherND
from dldt.compiler.ops.logical import LogicalAnd
from dldt.compiler.ops.non_zero import NonZero
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reduce import ReduceMax, ReduceSum
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.rounding import Negative
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.split import Split
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.top_k import CumSum, TopK
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.types import DType
from dldt.frontends.tensorflow.framework import TENSORFLOW
from dldt.frontends.tensorflow.numbers import count_up, integer, ints, like, size, wide


@TENSORFLOW.imports("CTCGreedyDecoder")
def ctc_greedy_decoder(
    inputs: Value, sequence_length: Value, *, merge_repeated: bool = False, blank_index: int = -1
) -> tuple[Value, ...]:
    """The best class of each step, blanks left out: places, classes and shape of a sparse tensor, and for each item
    minus the sum of the best scores."""
    if inputs.type.rank != 3:
        raise ShapeError(f"scores [time, batch, classes] are needed, not {inputs.type}")
    kinds = inputs.type.shape[2]
    if not isinstance(kinds, int):
        raise ShapeError(f"the number of classes must be fixed, the scores are {inputs.type}")
    if kinds < 1:
        raise ShapeError(f"there are no classes, the scores are {inputs.type}")
    blank = blank_index % kinds
    scores, place = TopK(2, "max", "value", DType.i64).all(Transpose()(inputs, ints(1, 0, 2)), integer(1))
    best, score = Squeeze()(place, ints(2)), Squeeze()(scores, ints(2))
    step = Unsqueeze()(count_up(inputs, size(inputs, 0)), ints(0))
    counted = Less()(step, Unsqueeze()(wide(sequence_length), ints(1)))
    kept = LogicalAnd()(counted, NotEqual()(best, integer(blank)))
    if merge_repeated:
        before = Slice()(
            Pad("constant")(best, ints(0, 1), ints(0, 0), integer(-1)), ints(0), ints(-1), ints(1), ints(1)
        )
        kept = LogicalAnd()(kept, NotEqual()(best, before))
    number = wide(kept)
    upto = CumSum(exclusive=True)(number, integer(1))
    found = Transpose()(NonZero()(kept), ints(1, 0))
    rows = Split(2).all(found, integer(1))[0]
    places = Concat(1)(rows, Unsqueeze()(GatherND()(upto, found), ints(1)))
    longest = ReduceMax()(ReduceSum()(number, ints(1)), ints(0))
    shape = Concat(0)(Reshape()(size(inputs, 1), ints(1)), Reshape()(longest, ints(1)))
    total = ReduceSum(True)(Select()(counted, score, like(score, 0)), ints(1))
    return places, GatherND()(best, found), shape, Negative()(total)
