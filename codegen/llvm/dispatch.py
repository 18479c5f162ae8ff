"""The choice among the programs of an artifact: where the free dims have the sizes of a specialization, it runs."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.ir import Ir
from dldt.codegen.llvm.program import ProgramFrame
from dldt.codegen.target import Target
from dldt.runtime.abi import REQUEST

_BY_DIMS = {
    "dldt_arena_size": ("i64", (("ptr", "dims"), ("ptr", "detail"))),
    "dldt_output_shapes": ("void", (("ptr", "dims"), ("ptr", "shapes"))),
    "dldt_work": ("i64", (("ptr", "dims"),)),
}


def dispatch_module(frames: Sequence[ProgramFrame], target: Target) -> str:
    """The module with the functions of a program, each of which calls that of the first program in ``frames`` that is
    made for the dims. The last one is made for all."""
    b = Builder(target)
    with b.function("dldt_main", [("ptr", "request"), ("i32", "tid"), ("i32", "threads")]) as arguments:
        dims = b.load("ptr", b.gep(arguments[0], b.index(REQUEST.offset("dims"))), 8)
        _call(b, "dldt_main", "void", arguments, dims, frames)
    for name, (returns, parameters) in _BY_DIMS.items():
        with b.function(name, parameters, returns=returns) as arguments:
            _call(b, name, returns, arguments, arguments[0], frames)
    return b.text("dldt.dispatch")


def _call(
    b: Builder, name: str, returns: str, arguments: Sequence[Ir], dims: Ir, frames: Sequence[ProgramFrame]
) -> None:
    kinds = ", ".join(argument.type for argument in arguments)
    listed = ", ".join(map(str, arguments))
    for frame in frames:
        symbol = f"{name}{frame.suffix}"
        b.declare(symbol, f"declare hidden {returns} @{symbol}({kinds})")
    *specializations, general = frames
    for frame in specializations:
        with b.when(_is_made_for(b, frame, dims)):
            _leave_with(b, returns, f"@{name}{frame.suffix}({listed})")
    if returns == "void":
        b.line(f"call void @{name}{general.suffix}({listed})")
    else:
        b.give(b.emit(returns, f"call {returns} @{name}{general.suffix}({listed})"))


def _leave_with(b: Builder, returns: str, callee: str) -> None:
    if returns == "void":
        b.line(f"call void {callee}")
        b.line("ret void")
    else:
        b.give(b.emit(returns, f"call {returns} {callee}"))
    b.start_block(b.label("unreached"))


def _is_made_for(b: Builder, frame: ProgramFrame, dims: Ir) -> Ir:
    found = b.const("i1", 1)
    for position, symbol in enumerate(frame.free):
        size = frame.fixed.get(symbol)
        if size is not None:
            held = b.load("i64", b.gep(dims, b.index(8 * position)), 8)
            found = b.binary("and", found, b.compare("eq", held, b.index(size)))
    return found
