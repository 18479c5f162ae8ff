"""Fourier transforms of the frames of a signal, and the signal that frames make."""

from __future__ import annotations

import attrs
import numpy as np

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Value
from dldt.compiler.ir.compositions.composition import Composition, composed
from dldt.compiler.ir.compositions.sizes import counted, like, number, scalar, size_of
from dldt.compiler.ops.arithmetic import Add, Divide, Maximum, Multiply, Subtract
from dldt.compiler.ops.broadcast import Broadcast
from dldt.compiler.ops.comparison import Equal
from dldt.compiler.ops.concat import Concat
from dldt.compiler.ops.convert import Convert
from dldt.compiler.ops.fourier import IRDFT, RDFT
from dldt.compiler.ops.gather import Gather
from dldt.compiler.ops.pad import Pad
from dldt.compiler.ops.reshape import Reshape
from dldt.compiler.ops.scatter import ScatterNDUpdate
from dldt.compiler.ops.select import Select
from dldt.compiler.ops.shape_of import ShapeOf
from dldt.compiler.ops.slice import Slice
from dldt.compiler.ops.squeeze import Squeeze, Unsqueeze
from dldt.compiler.ops.transpose import Transpose
from dldt.compiler.ops.unary import Sqrt

_FIRST, _ONE, _ALL = np.array([0]), np.array([1]), np.array([-1])


@composed("STFT")
class STFT(Composition):
    """The spectra of all frames [B, frames, n/2 + 1, 2]; ``transpose_frames``: frames and frequencies exchanged."""

    transpose_frames: bool = attrs.field()

    def compose(self, signal: Value, window: Value, frame_size: Value, frame_step: Value) -> tuple[Value, ...]:
        rank = signal.type.rank
        if rank not in (1, 2) or window.type.rank != 1:
            raise ShapeError(f"signal {signal.type} must be a vector or rows, window {window.type} a vector")
        size, step = scalar(frame_size), scalar(frame_step)
        frames = Add()(Divide()(Subtract()(size_of(signal, -1), size), step), number(1))
        cut = Gather()(signal, frame_places(frames, size, step), number(rank - 1))
        made = RDFT()(Multiply()(cut, _widened(window, size)), np.array([rank]))
        order = [*range(rank - 1), rank, rank - 1, rank + 1]
        return (Transpose()(made, np.array(order)) if self.transpose_frames else made,)


@composed("ISTFT")
class ISTFT(Composition):
    """The signal whose frames have the given spectra: the frames, each times the window, are added where they overlap,
    and divided by the sum of the squares of their windows; ``center`` cuts half a frame off the ends."""

    center: bool = attrs.field()
    normalized: bool = attrs.field()

    def compose(
        self,
        data: Value,
        window: Value,
        frame_size: Value,
        frame_step: Value,
        signal_length: Value | None = None,
    ) -> tuple[Value, ...]:
        if data.type.rank not in (3, 4) or window.type.rank != 1:
            raise ShapeError(f"spectra {data.type} must be of rank 3 or 4, window {window.type} a vector")
        batch = data if data.type.rank == 4 else Unsqueeze()(data, _FIRST)
        size, step = scalar(frame_size), scalar(frame_step)
        count = size_of(batch, 2)
        frames = IRDFT()(Transpose()(batch, np.array([0, 2, 1, 3])), np.array([2]), Reshape()(size, _ONE))
        length = Add()(Multiply()(Subtract()(count, number(1)), step), size)
        signal = _overlapped(frames, _widened(window, size), frame_places(count, size, step), length)
        if self.normalized:
            signal = Multiply()(signal, Sqrt()(Convert(data.type.dtype)(size)))
        signal = self._cut(signal, length, size, signal_length)
        return (signal if data.type.rank == 4 else Squeeze()(signal, _FIRST),)

    def _cut(self, signal: Value, length: Value, size: Value, wanted: Value | None) -> Value:
        if self.center:
            margin = Divide()(size, number(2))
            end = Subtract()(length, margin) if wanted is None else length
            ends = [Reshape()(x, _ONE) for x in (margin, end)]
            signal = Slice()(signal, ends[0], ends[1], _ONE, _ONE)
        if wanted is None:
            return signal
        given = scalar(wanted)
        room = Maximum()(Subtract()(given, size_of(signal, 1)), number(0))
        filled = Pad("constant")(signal, np.array([0, 0]), Multiply()(Reshape()(room, _ONE), np.array([0, 1])))
        return Slice()(filled, _FIRST, Reshape()(given, _ONE), _ONE, _ONE)


def frame_places(frames: Value, size: Value, step: Value) -> Value:
    """[frames, size]: where the elements of the frames lie in the signal."""
    return Add()(Unsqueeze()(Multiply()(counted(frames), step), _ONE), Unsqueeze()(counted(size), _FIRST))


def _widened(window: Value, size: Value) -> Value:
    """The window in the middle of a frame."""
    room = Subtract()(size, size_of(window, 0))
    left = Divide()(room, number(2))
    return Pad("constant")(window, Reshape()(left, _ONE), Reshape()(Subtract()(room, left), _ONE))


def _overlapped(frames: Value, window: Value, places: Value, length: Value) -> Value:
    """Frames [B, frames, size] as a signal [B, length]."""
    at = Reshape()(places, np.array([-1, 1]))
    rows = Transpose()(Reshape(True)(Multiply()(frames, window), np.array([0, -1])), np.array([1, 0]))
    zero, long = frames.graph.constant(like(frames, 0)), Reshape()(length, _ONE)
    empty = Broadcast()(zero, Concat(0)(long, Gather()(ShapeOf()(frames), _FIRST, number(0))))
    total = ScatterNDUpdate("sum")(empty, at, rows)
    weights = Reshape()(Broadcast()(Multiply()(window, window), ShapeOf()(places)), _ALL)
    divisor = Unsqueeze()(ScatterNDUpdate("sum")(Broadcast()(zero, long), at, weights), _ONE)
    outside = Equal()(divisor, like(frames, 0))
    made = Select()(outside, like(frames, 0), Divide()(total, Select()(outside, like(frames, 1), divisor)))
    return Transpose()(made, np.array([1, 0]))
