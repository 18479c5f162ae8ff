"""LLVM IR of a program around a model: a static executable that needs no loader, no libc, and no Python.

From standard input it reads the free dims (i64 each), the sizes of the inputs in bytes (i64 each), and the inputs. It
runs the model, and writes to standard output the dims of all outputs (i64 each), then the outputs. Each array ends at
the end of a page, and the next page is not accessible: code that reaches past an array is killed at once. The same
holds for the slots. A run that ends early becomes the program's exit status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dldt.codegen.llvm.syscall import SYSCALLS, spawn_module
from dldt.codegen.target import Target
from dldt.runtime.abi import ARENA_ALIGNMENT, REQUEST, SLOT, THREAD_POOL
from dldt.runtime.dtypes import DTYPES

_LIBRARY = """; ModuleID = 'dldt.standalone'
declare i64 @dldt_syscall(i64, i64, i64, i64, i64, i64, i64)
{entries}
declare i64 @dldt_spawn(ptr, ptr, i64, i64)
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
@team = internal global [{pool_size} x i8] zeroinitializer, align {pool_alignment}
@slots = internal global [{slot_bytes} x i8] zeroinitializer, align 64
@states = internal global [{states} x i64] zeroinitializer, align 64

define internal void @leave(i64 %status) noinline {{
  %ignored = call i64 @dldt_syscall(i64 {exit_group}, i64 %status, i64 0, i64 0, i64 0, i64 0, i64 0)
  ret void
}}

; Read or write (by the call's number) all `size` bytes; leaves with status 3 when the other end is gone.
define internal void @transfer(i64 %call, i64 %file, ptr %data, i64 %size) noinline {{
entry:
  br label %head
head:
  %done = phi i64 [ 0, %entry ], [ %sum, %more ]
  %left = sub i64 %size, %done
  %over = icmp eq i64 %left, 0
  br i1 %over, label %end, label %piece
piece:
  %at = getelementptr i8, ptr %data, i64 %done
  %address = ptrtoint ptr %at to i64
  %count = call i64 @dldt_syscall(i64 %call, i64 %file, i64 %address, i64 %left, i64 0, i64 0, i64 0)
  %ok = icmp sgt i64 %count, 0
  br i1 %ok, label %more, label %fail
more:
  %sum = add i64 %done, %count
  br label %head
fail:
  call void @leave(i64 3)
  br label %end
end:
  ret void
}}

; Memory of `size` bytes, a multiple of `align` before a page that may not be touched.
define internal ptr @guarded(i64 %size, i64 %align) noinline {{
  %padded = add i64 %size, 131071
  %usable = and i64 %padded, -65536
  %all = add i64 %usable, 65536
  %start = call i64 @dldt_syscall(i64 {mmap}, i64 0, i64 %all, i64 0, i64 34, i64 -1, i64 0)
  %opened = call i64 @dldt_syscall(i64 {mprotect}, i64 %start, i64 %usable, i64 3, i64 0, i64 0, i64 0)
  %end = add i64 %start, %usable
  %first = sub i64 %end, %size
  %mask = sub i64 0, %align
  %aligned = and i64 %first, %mask
  %result = inttoptr i64 %aligned to ptr
  ret ptr %result
}}

; New memory for a slot; what was there before stays allocated, and is never used again.
define internal i32 @grow(ptr %request, i32 %slot, i64 %bytes, i64 %kept) noinline {{
  %wide = zext i32 %slot to i64
  %offset = mul i64 %wide, {slot_size}
  %own = getelementptr i8, ptr @slots, i64 %offset
  %old = load ptr, ptr %own
  %data = call ptr @guarded(i64 %bytes, i64 64)
  call void @llvm.memcpy.p0.p0.i64(ptr %data, ptr %old, i64 %kept, i1 false)
  store ptr %data, ptr %own
  %size.at = getelementptr i8, ptr %own, i64 {slot_length}
  store i64 %bytes, ptr %size.at
  ret i32 0
}}

; A stack for a worker, and the worker.
define internal void @hire(i64 %index) noinline {{
  %stack = call i64 @dldt_syscall(i64 {mmap}, i64 0, i64 1048576, i64 3, i64 34, i64 -1, i64 0)
  %top = add i64 %stack, 1048576
  %thread = call i64 @dldt_spawn(ptr @dldt_worker, ptr @team, i64 %index, i64 %top)
  ret void
}}

define void @_start() alignstack(64) "stackrealign" {{
  %symbols = alloca [{symbols} x i64], align 64
  %sizes = alloca [{inputs} x i64], align 64
  %dims = alloca [{dims} x i64], align 64
  %inputs = alloca [{inputs} x ptr], align 64
  %outputs = alloca [{outputs} x ptr], align 64
  %request = alloca [{request_size} x i8], align 64
  store [{request_size} x i8] zeroinitializer, ptr %request, align 64
  {prepare}
  call void @transfer(i64 {read}, i64 0, ptr %symbols, i64 {symbol_bytes})
  call void @transfer(i64 {read}, i64 0, ptr %sizes, i64 {size_bytes})
{body}
  %arena.bytes = call i64 @dldt_arena_size(ptr %symbols, ptr null)
  %arena.padded = add i64 %arena.bytes, {scratch}
  %arena.size = and i64 %arena.padded, -{arena_alignment}
  %arena = call ptr @guarded(i64 %arena.size, i64 {arena_alignment})
  %at.inputs = getelementptr i8, ptr %request, i64 {request_inputs}
  store ptr %inputs, ptr %at.inputs
  %at.outputs = getelementptr i8, ptr %request, i64 {request_outputs}
  store ptr %outputs, ptr %at.outputs
  %at.arena = getelementptr i8, ptr %request, i64 {request_arena}
  store ptr %arena, ptr %at.arena
  %at.dims = getelementptr i8, ptr %request, i64 {request_dims}
  store ptr %symbols, ptr %at.dims
  %at.slots = getelementptr i8, ptr %request, i64 {request_slots}
  store ptr @slots, ptr %at.slots
  %at.grow = getelementptr i8, ptr %request, i64 {request_grow}
  store ptr @grow, ptr %at.grow
  %at.states = getelementptr i8, ptr %request, i64 {request_states}
  store ptr @states, ptr %at.states
  %at.output_dims = getelementptr i8, ptr %request, i64 {request_output_dims}
  store ptr %dims, ptr %at.output_dims
  %at.pool = getelementptr i8, ptr %request, i64 {request_pool}
  store ptr @team, ptr %at.pool
  %threads.at = getelementptr i8, ptr @team, i64 {pool_threads}
  store i32 {threads}, ptr %threads.at
{hiring}
  br label %run
run:
  %turn = phi i64 [ 0, %0 ], [ %next, %run ]
  %status = call i32 @dldt_run(ptr %request)
  %next = add i64 %turn, 1
  %good = icmp eq i32 %status, 0
  %more = icmp ult i64 %next, {runs}
  %again = and i1 %good, %more
  br i1 %again, label %run, label %answer
answer:
  br i1 %good, label %write, label %end
write:
  call void @transfer(i64 {write}, i64 1, ptr %dims, i64 {dim_bytes})
{answer}
  br label %end
end:
  %wide = sext i32 %status to i64
  call void @leave(i64 %wide)
  unreachable
}}
"""


_LINKED = """declare i32 @dldt_run(ptr)
declare i64 @dldt_arena_size(ptr, ptr)
declare void @dldt_output_shapes(ptr, ptr)
declare hidden void @dldt_worker(ptr, i32)"""

# Without a link: the whole artifact is mapped at run time, because its offsets are its addresses.
_MAPPED = """@base = internal global ptr null
@numbers = internal global [5 x i64] zeroinitializer, align 64
@path = internal global [4096 x i8] zeroinitializer, align 64
define internal i64 @number(i64 %index) noinline {{
  %at = getelementptr i64, ptr @numbers, i64 %index
  %value = load volatile i64, ptr %at
  ret i64 %value
}}
define internal ptr @entry(i64 %index) noinline {{
  %base = load volatile ptr, ptr @base
  %offset = call i64 @number(i64 %index)
  %address = getelementptr i8, ptr %base, i64 %offset
  ret ptr %address
}}
define internal i32 @dldt_run(ptr %request) {{
  %function = call ptr @entry(i64 1)
  %status = call i32 %function(ptr %request)
  ret i32 %status
}}
define internal void @dldt_worker(ptr %team, i32 %index) {{
  %function = call ptr @entry(i64 2)
  call void %function(ptr %team, i32 %index)
  ret void
}}
define internal i64 @dldt_arena_size(ptr %symbols, ptr %detail) {{
  %function = call ptr @entry(i64 3)
  %size = call i64 %function(ptr %symbols, ptr null)
  ret i64 %size
}}
define internal void @dldt_output_shapes(ptr %symbols, ptr %dims) {{
  %function = call ptr @entry(i64 4)
  call void %function(ptr %symbols, ptr %dims)
  ret void
}}
define internal void @prepare() noinline {{
  call void @transfer(i64 {read}, i64 0, ptr @numbers, i64 40)
  call void @transfer(i64 {read}, i64 0, ptr @path, i64 4096)
  %size = call i64 @number(i64 0)
  %path = ptrtoint ptr @path to i64
  %file = call i64 @dldt_syscall(i64 {openat}, i64 -100, i64 %path, i64 0, i64 0, i64 0, i64 0)
  %start = call i64 @dldt_syscall(i64 {mmap}, i64 0, i64 %size, i64 5, i64 2, i64 %file, i64 0)
  %base = inttoptr i64 %start to ptr
  store volatile ptr %base, ptr @base
  ret void
}}"""


def standalone_modules(
    metadata: Mapping[str, Any], target: Target, *, threads: int = 1, runs: int = 1, mapped: bool = False
) -> tuple[str, str]:
    """The modules that define ``_start`` for the model that ``metadata`` describes; see ``link_executable``.

    The program runs the model ``runs`` times on the same inputs, on ``threads`` threads. ``mapped``: the model is an
    artifact, which the program maps first. Standard input then starts with five numbers (i64: the file's size, and the
    offsets of ``dldt_run``, ``dldt_worker``, ``dldt_arena_size`` and ``dldt_output_shapes``) and the artifact's path in
    4096 bytes.
    """
    symbols, inputs, outputs = (len(metadata[key]) for key in ("symbols", "inputs", "outputs"))
    ranks = [len(tensor["shape"]) for tensor in metadata["outputs"]]
    sizes = [_item_size(tensor) for tensor in metadata["outputs"]]
    body, answer = [], []
    for index, tensor in enumerate(metadata["inputs"]):
        body += _input(index, _item_size(tensor))
    body.append("  call void @dldt_output_shapes(ptr %symbols, ptr %dims)")
    first = 0
    for index, (rank, size) in enumerate(zip(ranks, sizes, strict=True)):
        name = f"%y{index}"
        if "?" in metadata["outputs"][index]["shape"]:
            answer += [*_size(name, first, rank, size), *_taken(name, index)]
        else:
            body += [*_size(name, first, rank, size), *_given(name, index, size)]
        answer.append(f"  call void @transfer(i64 {{write}}, i64 1, ptr {name}, i64 {name}.size)")
        first += rank
    calls = SYSCALLS[target.arch]
    program = _LIBRARY.format(
        entries=_MAPPED.format(**calls) if mapped else _LINKED,
        prepare="call void @prepare()" if mapped else "",
        threads=threads,
        pool_size=THREAD_POOL.size,
        pool_alignment=THREAD_POOL.alignment,
        pool_threads=THREAD_POOL.offset("threads"),
        request_size=REQUEST.size,
        **{f"request_{field.name}": field.offset for field in REQUEST.fields},
        arena_alignment=ARENA_ALIGNMENT,
        scratch=ARENA_ALIGNMENT - 1 + metadata.get("scratch", 0) * threads,
        runs=runs,
        hiring="\n".join(f"  call void @hire(i64 {index})" for index in range(1, threads)),
        symbols=max(1, symbols, metadata.get("dims", 0)),
        slot_bytes=SLOT.size * max(1, metadata.get("slots", 0)),
        slot_size=SLOT.size,
        slot_length=SLOT.offset("size"),
        states=1 + sum(1 + len(state["shape"]) for state in metadata.get("states", ())),
        inputs=max(1, inputs),
        outputs=outputs,
        dims=max(1, first),
        symbol_bytes=8 * symbols,
        size_bytes=8 * inputs,
        dim_bytes=8 * first,
        body="\n".join(body).format(**calls),
        answer="\n".join(answer).format(**calls),
        **calls,
    )
    return program, spawn_module(target)


def _item_size(tensor: Mapping[str, Any]) -> int:
    return DTYPES[tensor["dtype"]].itemsize


def _input(index: int, item: int) -> list[str]:
    name = f"%x{index}"
    return [
        f"  {name}.at = getelementptr i64, ptr %sizes, i64 {index}",
        f"  {name}.size = load i64, ptr {name}.at",
        f"  {name} = call ptr @guarded(i64 {name}.size, i64 {item})",
        f"  call void @transfer(i64 {{read}}, i64 0, ptr {name}, i64 {name}.size)",
        f"  {name}.slot = getelementptr ptr, ptr %inputs, i64 {index}",
        f"  store ptr {name}, ptr {name}.slot",
    ]


def _size(name: str, first: int, rank: int, item: int) -> list[str]:
    """The bytes of an output, by its dims."""
    lines, size = [], str(item)
    for dim in range(rank):
        lines += [
            f"  {name}.d{dim}.at = getelementptr i64, ptr %dims, i64 {first + dim}",
            f"  {name}.d{dim} = load i64, ptr {name}.d{dim}.at",
            f"  {name}.s{dim} = mul i64 {size}, {name}.d{dim}",
        ]
        size = f"{name}.s{dim}"
    return [*lines, f"  {name}.size = add i64 {size}, 0"]


def _given(name: str, index: int, item: int) -> list[str]:
    """An output whose shape is known when the run starts."""
    return [
        f"  {name} = call ptr @guarded(i64 {name}.size, i64 {item})",
        f"  {name}.slot = getelementptr ptr, ptr %outputs, i64 {index}",
        f"  store ptr {name}, ptr {name}.slot",
    ]


def _taken(name: str, index: int) -> list[str]:
    """An output whose shape the run has found."""
    return [
        f"  {name}.slot = getelementptr ptr, ptr %outputs, i64 {index}",
        f"  {name} = load ptr, ptr {name}.slot",
    ]
