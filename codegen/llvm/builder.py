"""A builder of LLVM IR text: one function at a time, SSA values in, SSA values out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import attrs

from dldt.codegen.llvm.instructions import Instructions, mangle
from dldt.codegen.llvm.ir import Ir, bits, lanes, vector
from dldt.codegen.target import Target


@attrs.define
class OpenLoop:
    """A counted loop. ``carried`` are the values carried between iterations: the body sets ``yields`` to their next
    values, and after the loop ``results`` holds the last ones."""

    index: Ir
    carried: list[Ir]
    yields: list[Ir] | None = None
    results: list[Ir] = attrs.field(factory=list)


@attrs.frozen
class Function:
    """A written function: its name, and separately what follows ``define``, so that it can be given another name."""

    name: str
    linkage: str
    returns: str
    parameters: str
    body: str
    origin: str = ""
    """What the head says of where the function comes from."""

    def text(self, name: str | None = None) -> str:
        """The definition, under another name if ``name`` is given."""
        head = f"define {self.linkage} {self.returns} @{name or self.name}({self.parameters}) nounwind{self.origin} {{"
        return "\n".join([head, "entry:", self.body, "}"])

    def __str__(self) -> str:
        return self.text()


class Builder(Instructions):
    """Collects one module's functions: instructions, memory and control flow."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._functions: list[Function] = []
        self._block = "entry"
        self._opening: list[str] = []
        self._opening_end = 0

    # ---- module and functions -------------------------------------------------------------------------------------

    def text(self, name: str, entry: str = "") -> str:
        """The text of a module called ``name``. If there is an ``entry`` function, it is renamed to ``name`` too."""
        head = [f"; ModuleID = '{name}'", f'target triple = "{self.target.triple}"']
        functions = [each.text(name if each.name == entry else None) for each in self._functions]
        placed = [] if self.source_lines is None else self.source_lines.metadata
        return "\n".join([*head, *functions, *self._declarations.values(), *placed, ""])

    @property
    def functions(self) -> tuple[Function, ...]:
        """The functions written so far."""
        return tuple(self._functions)

    @property
    def declarations(self) -> dict[str, str]:
        """The declarations that the functions need, by symbol."""
        return dict(self._declarations)

    @contextmanager
    def function(
        self, name: str, parameters: Sequence[tuple[str, str]], *, internal: bool = False, returns: str = "void"
    ) -> Iterator[list[Ir]]:
        """Write a function; ``parameters`` are (type with attributes, name). Yields the arguments as values. A function
        that returns something must end in ``give``."""
        self._lines, self._block, self._counter = [], "entry", 0
        self._opening, self._opening_end = [], 0
        origin = "" if self.source_lines is None else self.source_lines.function(name)
        arguments = [Ir(type.split(" ", 1)[0], f"%{label}") for type, label in parameters]
        yield arguments
        if returns == "void":
            self.line("ret void")
        self._lines[self._opening_end : self._opening_end] = self._opening
        listed = ", ".join(f"{type} %{label}" for type, label in parameters)
        linkage = "internal" if internal else "hidden"
        self._functions.append(Function(name, linkage, returns, listed, "\n".join(self._lines), origin))

    def end_opening(self) -> None:
        """Here end the first lines of the function; ``opening`` writes more of them."""
        self._opening_end = len(self._lines)

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Write the lines of the context behind the first lines of the function, see ``end_opening``. They join the
        others when the function ends, as loops know lines of theirs by number."""
        lines, self._lines = self._lines, self._opening
        yield
        self._lines = lines

    def give(self, value: Ir) -> None:
        """Return a value from the function."""
        self.line(f"ret {value}")

    # ---- memory ---------------------------------------------------------------------------------------------------

    def gep(self, pointer: Ir, offset: Ir, unit: str = "i8") -> Ir:
        """``pointer + offset`` in units of ``unit``; a vector offset gives a vector of pointers. Not ``inbounds``: row
        0 of a line buffer, or a pixel in the padding, may lie outside the array as long as it is not accessed."""
        if offset.name == "0":
            return pointer
        return self.emit(vector("ptr", offset.lanes), f"getelementptr {unit}, {pointer}, {offset}")

    def load(self, type: str, pointer: Ir, align: int, *, invariant: bool = False) -> Ir:
        """A load of a scalar or vector."""
        if invariant:
            self.declare("!0", "!0 = !{}")
        return self.emit(type, f"load {type}, {pointer}, align {align}" + (", !invariant.load !0" if invariant else ""))

    def store(self, value: Ir, pointer: Ir, align: int) -> None:
        """A store of a scalar or vector."""
        self.line(f"store {value}, {pointer}, align {align}")

    def masked_load(self, type: str, pointer: Ir, mask: Ir, align: int) -> Ir:
        """Load the lanes under ``mask``; the others become zero, and their memory is not touched."""
        arguments = f"{pointer}, i32 {align}, {mask}, {type} zeroinitializer"
        symbol = f"llvm.masked.load.{mangle(type)}.p0"
        self.declare(symbol, f"declare {type} @{symbol}(ptr, i32 immarg, {mask.type}, {type})")
        return self.emit(type, f"call {type} @{symbol}({arguments})")

    def masked_store(self, value: Ir, pointer: Ir, mask: Ir, align: int) -> None:
        """Write only the lanes under ``mask``."""
        if self.target.widens_single_stores(bits(value.element), value.lanes):
            # LLVM must not know which lanes these are.
            mask = self.emit(mask.type, f'call {mask.type} asm "", "=k,0"({mask})')
        symbol = f"llvm.masked.store.{mangle(value.type)}.p0"
        self.declare(symbol, f"declare void @{symbol}({value.type}, ptr, i32 immarg, {mask.type})")
        self.line(f"call void @{symbol}({value}, {pointer}, i32 {align}, {mask})")

    def gather(self, type: str, pointers: Ir, mask: Ir, align: int) -> Ir:
        """Load one element for each lane under ``mask``; the other lanes become zero."""
        symbol = f"llvm.masked.gather.{mangle(type)}.v{lanes(type)}p0"
        self.declare(symbol, f"declare {type} @{symbol}({pointers.type}, i32 immarg, {mask.type}, {type})")
        return self.emit(type, f"call {type} @{symbol}({pointers}, i32 {align}, {mask}, {type} zeroinitializer)")

    def scatter(self, value: Ir, pointers: Ir, mask: Ir, align: int) -> None:
        """Store one element for each lane under ``mask``."""
        symbol = f"llvm.masked.scatter.{mangle(value.type)}.v{value.lanes}p0"
        self.declare(symbol, f"declare void @{symbol}({value.type}, {pointers.type}, i32 immarg, {mask.type})")
        self.line(f"call void @{symbol}({value}, {pointers}, i32 {align}, {mask})")

    # ---- control flow ---------------------------------------------------------------------------------------------

    def label(self, stem: str) -> str:
        """A fresh block name."""
        self._counter += 1
        return f"{stem}{self._counter}"

    def start_block(self, name: str) -> None:
        """Start block ``name``: all following instructions belong to it."""
        self._lines.append(f"{name}:")
        self._block = name

    @contextmanager
    def loop(
        self,
        lower: Ir,
        upper: Ir,
        step: int = 1,
        carried: Sequence[Ir] = (),
        stem: str = "loop",
        *,
        guarded: bool = False,
    ) -> Iterator[OpenLoop]:
        """``for (i = lower; i < upper; i += step)``; set ``yields`` in the body where values are carried. A ``guarded``
        loop also ends when the first of them, an i1, is false."""
        head, body, done = self.label(stem), self.label("body"), self.label("done")
        before = self._block
        self.line(f"br label %{head}")
        self.start_block(head)
        slot = len(self._lines)
        self._lines.append("")
        self._counter += 1
        index = Ir("i64", f"%i{self._counter}")
        phis = [Ir(value.type, f"%c{self._counter}.{k}") for k, value in enumerate(carried)]
        condition = self.compare("lt", index, upper)
        if guarded:
            condition = self.binary("and", condition, phis[0])
        self.line(f"br i1 {condition.name}, label %{body}, label %{done}")
        self.start_block(body)
        loop = OpenLoop(index, phis)
        yield loop
        following = self.emit("i64", f"add nsw i64 {index.name}, {step}")
        yields = loop.yields if loop.yields is not None else []
        rows = [f"  {index.name} = phi i64 [ {lower.name}, %{before} ], [ {following.name}, %{self._block} ]"]
        for phi, start, next_value in zip(phis, carried, yields, strict=True):
            rows.append(
                f"  {phi.name} = phi {phi.type} [ {start.name}, %{before} ], [ {next_value.name}, %{self._block} ]"
            )
        self._lines[slot] = "\n".join(rows)
        self.line(f"br label %{head}")
        self.start_block(done)
        loop.results = phis

    @contextmanager
    def when(self, condition: Ir) -> Iterator[None]:
        """Emits the body under a branch: it runs only where the scalar ``condition`` holds."""
        then, done = self.label("then"), self.label("endif")
        self.line(f"br i1 {condition.name}, label %{then}, label %{done}")
        self.start_block(then)
        yield
        self.line(f"br label %{done}")
        self.start_block(done)

    def choose(self, condition: Ir, first: Callable[[], Ir], second: Callable[[], Ir]) -> Ir:
        """``condition ? first() : second()`` by a branch: only the chosen side is computed."""
        then, other, done = self.label("then"), self.label("else"), self.label("join")
        self.line(f"br i1 {condition.name}, label %{then}, label %{other}")
        self.start_block(then)
        a = first()
        then_end = self._block
        self.line(f"br label %{done}")
        self.start_block(other)
        b = second()
        count = max(a.lanes, b.lanes)
        b = self.splat(b, count)
        other_end = self._block
        self.line(f"br label %{done}")
        self.start_block(done)
        if count and not a.lanes:
            raise ValueError("the first side of a choice must be as wide as the second")
        return self.emit(b.type, f"phi {b.type} [ {a.name}, %{then_end} ], [ {b.name}, %{other_end} ]")
