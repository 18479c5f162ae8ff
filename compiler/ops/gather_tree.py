"""The sequences of a beam search, read from their ends."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.op import Op, op
from dldt.compiler.ops.axes import require_equal, require_rank, require_same_type
from dldt.compiler.types import Array, TensorType


@op("opset1")
class GatherTree(Op):
    """y[:, b, w] = the tokens of beam w: the last of the first max_seq_len[b] steps of ``step_ids`` [T, B, W], before
    it the one of the beam that ``parent_idx`` names there, and so on; ``end_token`` behind the first end token and
    behind the last step"""

    def infer(
        self, step_ids: TensorType, parent_idx: TensorType, max_seq_len: TensorType, end_token: TensorType
    ) -> TensorType:
        require_rank(step_ids, "step_ids", (3,), self.type)
        require_rank(parent_idx, "parent_idx", (3,), self.type)
        require_rank(max_seq_len, "max_seq_len", (1,), self.type)
        for t in (parent_idx, max_seq_len, end_token):
            require_same_type(step_ids, t, self.type)
        for axis in range(3):
            what = f"dimensions {axis} of step_ids and parent_idx"
            require_equal(step_ids.shape[axis], parent_idx.shape[axis], what, self.type)
        require_equal(max_seq_len.shape[0], step_ids.shape[1], "the batches of max_seq_len and step_ids", self.type)
        if end_token.elements != 1:
            raise ShapeError(f"GatherTree: end_token must be one number, it is {end_token}")
        return TensorType(step_ids.dtype, step_ids.shape)

    def evaluate(self, step_ids: Array, parent_idx: Array, max_seq_len: Array, end_token: Array) -> Array:
        made = np.full(step_ids.shape, end_token.reshape(()), step_ids.dtype)
        steps, batch, width = step_ids.shape
        beams = np.broadcast_to(np.arange(width), (batch, width))
        for step in reversed(range(steps)):
            counts = (step < max_seq_len)[:, None]
            at = np.clip(beams, 0, width - 1)
            made[step] = np.where(counts, np.take_along_axis(step_ids[step], at, 1), end_token.reshape(()))
            parents = np.take_along_axis(parent_idx[step], at, 1).astype(np.int64)
            beams = np.where(counts, parents, beams)
        ended = np.cumsum(made == end_token.reshape(()), axis=0) > 0
        return np.where(ended, end_token.reshape(()), made).astype(step_ids.dtype)
