"""The modules of every artifact that do not depend on its model."""

from __future__ import annotations

from dldt.codegen.llvm.call_clock import call_clock_module
from dldt.codegen.llvm.divided import divided_module
from dldt.codegen.llvm.memory import memory_module
from dldt.codegen.llvm.run_control import run_control_module
from dldt.codegen.llvm.syscall import syscall_module
from dldt.codegen.llvm.thread_pool import team_module
from dldt.codegen.target import Target


def support_modules(target: Target) -> list[str]:
    """The LLVM modules that every artifact contains besides the model's: thread pool, system call, memory
    functions, what may end a run early, what divides steps among threads, and what measures calls."""
    made = [team_module(target), syscall_module(target), memory_module(), run_control_module(target)]
    return [*made, divided_module(target), call_clock_module()]
