"""The states of a streaming model as records: tensors that are read at the beginning of a call, and written."""

from __future__ import annotations

import attrs

from dldt.frontends.engine.declared_type import DeclaredType
from dldt.frontends.kaldi.timed_records import TimedRecords, frames_type

COUNTER = "frames_before"
"""The variable with the number of frames that earlier calls took."""


@attrs.define
class StateRecords:
    """``keep`` says what is needed of a tensor, ``delayed`` gives it, ``finish`` writes what the next call reads."""

    chunk: int
    variables: bool
    """Whether states are variables; otherwise inputs and outputs."""
    records: TimedRecords = attrs.field(factory=TimedRecords)
    inputs: dict[str, DeclaredType] = attrs.field(factory=dict)
    outputs: list[str] = attrs.field(factory=list)
    effects: list[str] = attrs.field(factory=list)
    kept: dict[str, tuple[int, int, bool]] = attrs.field(factory=dict)
    """Of each tensor: frames, width, and whether all frames before the first one are like it."""
    read: dict[str, str] = attrs.field(factory=dict)
    counted: bool = False
    behind: str = ""

    def keep(self, source: str, frames: int, width: int, repeat: bool) -> None:
        """At least so many frames of a tensor are kept."""
        if frames > 0:
            self.kept[source] = (max(frames, self.kept.get(source, (0,))[0]), width, repeat)

    def delayed(self, source: str, frames: int) -> str:
        """The tensor, so many frames late. From the state alone, where that has all of them: so a tensor can be read
        before it is made."""
        if frames == 0:
            return source
        kept = self.kept[source][0]
        if frames >= self.chunk:
            return self.records.window(self._state(source), 0, 0, kept - frames, frames - self.chunk)
        return self.records.window(self._joined(source), 0, 0, kept - frames, frames)

    def loop_state(self, source: str, frames: int, width: int) -> str:
        """What a recurrence handed on in the call before."""
        return self._variable(f"{source}/before", frames, width)

    def loop_next(self, source: str, tensor: str) -> None:
        """What it hands on to the next one."""
        self._write(f"{source}/before", tensor)

    def valid(self, low: int | None, high: int | None, ended: str) -> str:
        """1 for each frame of the call that is at least the ``low``-th of all (from 0) and at most the ``high``-th
        behind the end (1 is the first one)."""
        inputs: tuple[str, ...] = ()
        if low is not None:
            inputs += (self.frame_number(-low),)
        if high is not None:
            inputs += (self.records.add("FramesLeft", f"frames_behind/{high}", (self._behind(ended),), last=high),)
        return self.records.add("Valid", "valid", inputs)

    def frame_number(self, more: int) -> str:
        """The number of each frame of the call, counted from the first one of all, and ``more``."""
        return self.records.add("Count", f"{COUNTER}{more:+d}", (self._counter(),), frames=self.chunk, more=more)

    def finish(self) -> None:
        """Writes the states."""
        for source, (kept, _, _) in self.kept.items():
            if kept <= self.chunk:
                following = self.records.window(source, 0, 0, self.chunk - kept, 0)
            else:
                following = self.records.window(self._joined(source), 0, 0, self.chunk, 0)
            self._write(f"{source}/history", following)
        if self.counted:
            self._write(
                COUNTER, self.records.add("Advance", f"{COUNTER}/advanced", (self._counter(),), frames=self.chunk)
            )

    def _behind(self, ended: str) -> str:
        """How many frames behind the end there were, up to each frame of the call."""
        if not self.behind:
            before = self._variable("frames_behind", 1, 1)
            self.behind = self.records.add("RunningCount", "frames_behind/count", (before, ended))
            self._write("frames_behind", self.records.window(self.behind, 0, 0, self.chunk - 1, 0))
        return self.behind

    def _counter(self) -> str:
        self.counted = True
        return self._variable(COUNTER, 1, 1)

    def _state(self, source: str) -> str:
        """The frames of the calls before, oldest first; in the first call all are like the first frame."""
        kept, width, repeat = self.kept[source]
        state = self._variable(f"{source}/history", kept, width)
        if not repeat:
            return state
        return self.records.add("FirstFrames", f"{source}/history/filled", (state, source, self._counter()))

    def _joined(self, source: str) -> str:
        return self.records.add("Rows", f"{source}/history/joined", (self._state(source), source))

    def _variable(self, name: str, frames: int, width: int) -> str:
        if name in self.read:
            return self.read[name]
        if self.variables:
            made = self.records.add("ReadState", name, (), variable=name, frames=frames, width=width)
        else:
            made = self.records.free(name)
            self.inputs[made] = frames_type(frames, width)
        self.read[name] = made
        return made

    def _write(self, name: str, tensor: str) -> None:
        if self.variables:
            self.effects.append(self.records.add("WriteState", f"{name}/write", (tensor,), variable=name))
            return
        own = self.records.node("NoOpComponent", f"{name}/next", (tensor,), {})
        self.outputs.append(own)
