"""LLVM IR of the functions that measure single calls of kernels, for a run that is profiled."""

from __future__ import annotations

_TEXT = """; ModuleID = 'dldt.call_clock'
declare hidden i64 @dldt_clock()

; %watch: the profile, null in a thread or run that does not measure; then the ticks when the last call began.
define hidden void @dldt_begin(ptr %watch) nounwind {
entry:
  %profile = load ptr, ptr %watch, align 8
  %none = icmp eq ptr %profile, null
  br i1 %none, label %done, label %measure
measure:
  %began.at = getelementptr i8, ptr %watch, i64 8
  %now = call i64 @dldt_clock()
  store i64 %now, ptr %began.at, align 8
  ret void
done:
  ret void
}

; Adds the ticks since then to the profile's word %at.
define hidden void @dldt_end(ptr %watch, i64 %at) nounwind {
entry:
  %profile = load ptr, ptr %watch, align 8
  %none = icmp eq ptr %profile, null
  br i1 %none, label %done, label %measure
measure:
  %now = call i64 @dldt_clock()
  %began.at = getelementptr i8, ptr %watch, i64 8
  %began = load i64, ptr %began.at, align 8
  %spent = sub i64 %now, %began
  %sum.at = getelementptr i64, ptr %profile, i64 %at
  %before = load i64, ptr %sum.at, align 8
  %sum = add i64 %before, %spent
  store i64 %sum, ptr %sum.at, align 8
  ret void
done:
  ret void
}
"""


def call_clock_module() -> str:
    """The module that defines ``dldt_begin`` and ``dldt_end``, the same for every target."""
    return _TEXT
