"""Instructions of LLVM IR as text: SSA values in, SSA values out."""

from __future__ import annotations

from collections.abc import Sequence

from dldt.codegen.llvm.ir import FLOATS, Ir, bits, constant, element, lanes, vector
from dldt.codegen.llvm.source_lines import SourceLines
from dldt.codegen.target import Target


class Instructions:
    """Collects the lines of a function and the declarations that they need. Arithmetic takes the integer or float form
    from the operands' type; a scalar is splatted where the other operand is a vector."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self._declarations: dict[str, str] = {}
        self._lines: list[str] = []
        self._counter = 0
        self.source_lines: SourceLines | None = None
        """Notes where instructions come from, where somebody wants to know."""

    def declare(self, symbol: str, declaration: str) -> None:
        """Declare an external function or global once."""
        self._declarations[symbol] = declaration

    def comment(self, text: str) -> None:
        """A comment line, which tells the reader where the code comes from."""
        self._lines.append("  ; " + text.replace("\n", " "))

    # ---- names ----------------------------------------------------------------------------------------------------

    def emit(self, type: str, text: str) -> Ir:
        """Emit ``%n = text``; returns the value, of ``type``."""
        self._counter += 1
        made = Ir(type, f"%v{self._counter}")
        self._lines.append(f"  {made.name} = {text}{self._origin()}")
        return made

    def line(self, text: str) -> None:
        """Emit an instruction without a result."""
        self._lines.append(f"  {text}{self._origin()}")

    def _origin(self) -> str:
        return "" if self.source_lines is None else self.source_lines.suffix

    def const(self, type: str, value: float) -> Ir:
        """A constant of the (scalar or vector) type."""
        return constant(type, value)

    def index(self, value: int) -> Ir:
        """An i64 constant."""
        return constant("i64", value)

    def like(self, x: Ir, value: float) -> Ir:
        """A constant of ``x``'s type."""
        return constant(x.type, value)

    # ---- arithmetic -----------------------------------------------------------------------------------------------

    def unify(self, *values: Ir) -> list[Ir]:
        """The values, with scalars splatted to the lanes of the widest operand."""
        count = max(v.lanes for v in values)
        return [self.splat(v, count) if count and not v.lanes else v for v in values]

    def binary(self, opcode: str, a: Ir, b: Ir) -> Ir:
        """Any two-operand instruction whose operands and result have one type."""
        a, b = self.unify(a, b)
        return self.emit(a.type, f"{opcode} {a.type} {a.name}, {b.name}")

    def add(self, a: Ir, b: Ir) -> Ir:
        """a + b."""
        return self.binary("fadd" if a.is_float else "add", a, b)

    def sub(self, a: Ir, b: Ir) -> Ir:
        """a - b."""
        return self.binary("fsub" if a.is_float else "sub", a, b)

    def mul(self, a: Ir, b: Ir) -> Ir:
        """a * b."""
        return self.binary("fmul" if a.is_float else "mul", a, b)

    def fdiv(self, a: Ir, b: Ir) -> Ir:
        """a / b of floats."""
        return self.binary("fdiv", a, b)

    def neg(self, a: Ir) -> Ir:
        """-a."""
        return self.emit(a.type, f"fneg {a.type} {a.name}") if a.is_float else self.sub(self.like(a, 0), a)

    def fma(self, a: Ir, b: Ir, c: Ir) -> Ir:
        """a*b + c, fused where the target can, else a multiply and an add (``llvm.fma`` would call libm there)."""
        a, b, c = self.unify(a, b, c)
        if not self.target.fma:
            return self.add(self.mul(a, b), c)
        return self.intrinsic("llvm.fma", a.type, a, b, c)

    def intrinsic(self, name: str, result: str, *arguments: Ir, suffix: str | None = None) -> Ir:
        """A call of an overloaded intrinsic: ``llvm.fma`` on ``<16 x float>`` becomes ``llvm.fma.v16f32``."""
        symbol = f"{name}.{suffix if suffix is not None else mangle(result)}" if suffix != "" else name
        kinds = ", ".join(a.type for a in arguments)
        self.declare(symbol, f"declare {result} @{symbol}({kinds})")
        listed = ", ".join(str(a) for a in arguments)
        return self.emit(result, f"call {result} @{symbol}({listed})")

    def compare(self, predicate: str, a: Ir, b: Ir, *, signed: bool = True, unordered: bool = False) -> Ir:
        """eq ne lt le gt ge → i1 lanes. Float comparisons are ordered (false on NaN), save ``ne``."""
        a, b = self.unify(a, b)
        result = vector("i1", a.lanes)
        if a.is_float:
            kind = ("u" if unordered or predicate == "ne" else "o") + predicate
            return self.emit(result, f"fcmp {kind} {a.type} {a.name}, {b.name}")
        kind = predicate if predicate in ("eq", "ne") else ("s" if signed else "u") + predicate
        return self.emit(result, f"icmp {kind} {a.type} {a.name}, {b.name}")

    def select(self, condition: Ir, a: Ir, b: Ir) -> Ir:
        """``condition ? a : b``, lane by lane (a scalar condition selects whole values)."""
        a, b = self.unify(a, b)
        if condition.lanes and not a.lanes:
            a, b = self.splat(a, condition.lanes), self.splat(b, condition.lanes)
        return self.emit(a.type, f"select {condition}, {a}, {b}")

    def bitcast(self, x: Ir, type: str) -> Ir:
        """The same bits as another type."""
        return x if x.type == type else self.emit(type, f"bitcast {x} to {type}")

    def convert(self, x: Ir, to: str, *, signed: bool = True) -> Ir:
        """A number converted to element type ``to``: int ↔ float, widened or narrowed. Float → int truncates and
        saturates (NaN gives 0), so that no input is undefined behaviour."""
        if x.element == to:
            return x
        result = vector(to, x.lanes)
        if x.is_float and to in FLOATS:
            return self._convert_float(x, to)
        if "half" in (x.element, to) or "bfloat" in (x.element, to):
            return self.convert(self.convert(x, "float", signed=signed), to, signed=signed)
        if x.is_float and x.lanes and to in ("i8", "i16"):
            return self._narrow_to_integers(x, to, signed=signed)
        if x.is_float and x.lanes:
            return self._to_integers(x, to, signed=signed)
        if x.is_float:
            name = "llvm.fptosi.sat" if signed else "llvm.fptoui.sat"
            return self.intrinsic(name, result, x, suffix=f"{mangle(result)}.{mangle(x.type)}")
        if to in FLOATS:
            return self.emit(result, f"{'sitofp' if signed and x.element != 'i1' else 'uitofp'} {x} to {result}")
        if bits(to) < bits(x.element):
            return self.emit(result, f"trunc {x} to {result}")
        return self.emit(result, f"{'sext' if signed and x.element != 'i1' else 'zext'} {x} to {result}")

    def _narrow_to_integers(self, x: Ir, to: str, *, signed: bool) -> Ir:
        """The same for vectors of short integers, by way of i32: LLVM would convert lane by lane."""
        low, high = (-(1 << (bits(to) - 1)), (1 << (bits(to) - 1)) - 1) if signed else (0, (1 << bits(to)) - 1)
        if low:
            x = self.select(self.compare("ne", x, x), self.like(x, 0), x)
        # A comparison with NaN is false: it becomes the lower bound.
        x = self.select(self.compare("gt", x, self.like(x, low)), x, self.like(x, low))
        x = self.select(self.compare("lt", x, self.like(x, high)), x, self.like(x, high))
        wide = self.emit(vector("i32", x.lanes), f"fptosi {x} to {vector('i32', x.lanes)}")
        return self.convert(wide, to)

    def _to_integers(self, x: Ir, to: str, *, signed: bool) -> Ir:
        """The same for vectors of long integers. What is above all integers is converted as 0, and replaced behind."""
        size = bits(to) - int(signed)
        if signed:
            x = self.select(self.compare("ne", x, x), self.like(x, 0), x)
            low = self.like(x, -float(1 << size))
            x = self.select(self.compare("gt", x, low), x, low)
        else:
            x = self.select(self.compare("gt", x, self.like(x, 0)), x, self.like(x, 0))
        high = self.compare("ge", x, self.like(x, float(1 << size)))
        inside = self.select(high, self.like(x, 0), x)
        result = vector(to, x.lanes)
        found = self.emit(result, f"{'fptosi' if signed else 'fptoui'} {inside} to {result}")
        return self.select(high, self.like(found, (1 << size) - 1), found)

    def round_to_odd(self, x: Ir) -> Ir:
        """A double rounded to odd as a float: rounded toward zero, with the last bit set where that is inexact.
        Rounding the result to a half type gives the same as rounding ``x`` to it directly."""
        narrow = self.emit(vector("float", x.lanes), f"fptrunc {x} to {vector('float', x.lanes)}")
        wide = self.convert(narrow, "double")
        inexact = self.emit(vector("i1", x.lanes), f"fcmp one {x.type} {wide.name}, {x.name}")
        sizes = [self.intrinsic("llvm.fabs", x.type, value) for value in (wide, x)]
        pattern = self._pattern(narrow, 32)
        above = self.convert(self.compare("gt", *sizes), "i32")
        odd = self._with(self.sub(pattern, above), "or", 1)
        return self.bitcast(self.select(inexact, odd, pattern), narrow.type)

    def round_to_bfloat(self, x: Ir) -> Ir:
        """Floats as bfloats, rounded to nearest even, with one instruction where the target has one. Denormals may
        become zero."""
        name = self.target.narrow_bfloat(x.lanes)
        if name is None:
            return self.convert(x, "bfloat")
        return self.intrinsic(name, vector("bfloat", x.lanes), x, suffix=f"{32 * x.lanes}")

    def _convert_float(self, x: Ir, to: str) -> Ir:
        """Convert one float type to another, rounded to nearest even. Halves without an instruction of the target, and
        all bfloats, are converted in integer arithmetic: LLVM would call a library function (for bfloats it may also
        choose an instruction that flushes denormals)."""
        result = vector(to, x.lanes)
        if {x.element, to} == {"float", "double"}:
            return self.emit(result, f"{'fpext' if to == 'double' else 'fptrunc'} {x} to {result}")
        if x.element == "bfloat":
            wide = self._with(self.convert(self._pattern(x, 16), "i32", signed=False), "shl", 16)
            return self.convert(self.bitcast(wide, vector("float", x.lanes)), to)
        if x.element == "half":
            return self.convert(self._widen_half(x), to)
        if x.element == "double":
            return self.convert(self.round_to_odd(x) if to == "half" else self.convert(x, "float"), to)
        return self._narrow_half(x) if to == "half" else self._narrow_bfloat(x)

    def _widen_half(self, x: Ir) -> Ir:
        result = vector("float", x.lanes)
        if self.target.converts_half:
            return self.emit(result, f"fpext {x} to {result}")
        pattern = self.convert(self._pattern(x, 16), "i32", signed=False)
        sign = self._with(self._with(pattern, "and", 0x8000), "shl", 16)
        size = self._with(self._with(pattern, "and", 0x7FFF), "shl", 13)
        normal = self._with(size, "add", 112 << 23)
        special = self.compare("ge", size, self.like(size, 0x7C00 << 13))
        normal = self.select(special, self._with(normal, "add", 112 << 23), normal)
        # A denormal counts units of 2^-24. Used as the mantissa of a number of 2^-14, it exceeds 2^-14 by exactly its
        # value.
        least = constant(result, 2.0**-14)
        excess = self.bitcast(self._with(size, "add", 113 << 23), result)
        small = self._pattern(self.sub(excess, least), 32)
        denormal = self.compare("lt", size, self.like(size, 0x0400 << 13))
        return self.bitcast(self.binary("or", sign, self.select(denormal, small, normal)), result)

    def _narrow_half(self, x: Ir) -> Ir:
        result = vector("half", x.lanes)
        if self.target.converts_half:
            return self.emit(result, f"fptrunc {x} to {result}")
        pattern = self._pattern(x, 32)
        sign = self._with(self._with(pattern, "lshr", 16), "and", 0x8000)
        size = self._with(pattern, "and", 0x7FFFFFFF)
        shifted = self._with(self._with(self._nearest_even(size, 13), "sub", 112 << 23), "lshr", 13)
        normal = self.select(self.compare("lt", shifted, self.like(size, 0x7C00)), shifted, self.like(size, 0x7C00))
        # Near 0.5, floats are 2^-24 apart, as the denormal halves are: the addition does the rounding.
        half = constant(x.type, 0.5)
        raised = self.add(self.bitcast(size, x.type), half)
        small = self.sub(self._pattern(raised, 32), self._pattern(half, 32))
        found = self.select(self.compare("lt", size, self.like(size, 113 << 23)), small, normal)
        quiet = self._with(self._with(self._with(size, "lshr", 13), "and", 0x3FF), "or", 0x7E00)
        found = self.select(self.compare("gt", size, self.like(size, 0x7F800000)), quiet, found)
        return self.bitcast(self.convert(self.binary("or", sign, found), "i16"), result)

    def _narrow_bfloat(self, x: Ir) -> Ir:
        pattern = self._pattern(x, 32)
        quiet = self._with(pattern, "or", 0x400000)
        found = self.select(self.compare("ne", x, x), quiet, self._nearest_even(pattern, 16))
        narrow = self.convert(self._with(found, "lshr", 16), "i16")
        return self.bitcast(narrow, vector("bfloat", x.lanes))

    def _nearest_even(self, pattern: Ir, dropped: int) -> Ir:
        """A pattern whose upper bits, once the ``dropped`` low bits are cut, are rounded to nearest even."""
        last = self._with(self._with(pattern, "lshr", dropped), "and", 1)
        return self.add(self._with(pattern, "add", (1 << (dropped - 1)) - 1), last)

    def _pattern(self, x: Ir, width: int) -> Ir:
        return self.bitcast(x, vector(f"i{width}", x.lanes))

    def _with(self, x: Ir, opcode: str, value: int) -> Ir:
        return self.binary(opcode, x, self.like(x, value))

    def splat(self, x: Ir, count: int) -> Ir:
        """A scalar in every lane."""
        if x.lanes or not count:
            return x
        result = vector(x.type, count)
        if not x.name.startswith("%"):
            return Ir(result, "zeroinitializer" if x.name == "0" else f"splat ({x.type} {x.name})")
        first = self.emit(result, f"insertelement {result} poison, {x}, i64 0")
        return self.emit(
            result, f"shufflevector {result} {first.name}, {result} poison, <{count} x i32> zeroinitializer"
        )

    def widen(self, x: Ir, count: int) -> Ir:
        """``x`` followed by zeros, ``count`` lanes in all."""
        if x.lanes == count:
            return x
        places = ", ".join(f"i32 {min(k, x.lanes)}" for k in range(count))
        zero = self.const(x.type, 0)
        return self.emit(vector(x.element, count), f"shufflevector {x}, {zero}, <{count} x i32> <{places}>")

    def pick(self, x: Ir, places: range) -> Ir:
        """The lanes of a vector at these places."""
        return x if places == range(x.lanes) else self.shuffle(x, places)

    def shuffle(self, x: Ir, places: Sequence[int]) -> Ir:
        """The lanes of a vector at these places, in this order."""
        listed = ", ".join(f"i32 {place}" for place in places)
        shuffled = f"shufflevector {x}, {x.type} poison, <{len(places)} x i32> <{listed}>"
        return self.emit(vector(x.element, len(places)), shuffled)

    def pack(self, low: Ir, high: Ir, *, signed: bool) -> Ir:
        """Two vectors of signed integers as one of integers of half the size, saturated. Every 128 bits of it hold
        those of ``low`` and then those of ``high``."""
        half, count = bits(low.element) // 2, 2 * low.lanes
        name = self.target.pack_integers(half, half * count, signed=signed)
        return self.intrinsic(name, vector(f"i{half}", count), low, high, suffix="")

    def concatenate(self, parts: list[Ir]) -> Ir:
        """Vectors of one width one after the other; their number is a power of two."""
        while len(parts) > 1:
            count = 2 * parts[0].lanes
            listed = ", ".join(f"i32 {place}" for place in range(count))
            kind = vector(parts[0].element, count)
            pairs = zip(parts[::2], parts[1::2], strict=True)
            parts = [self.emit(kind, f"shufflevector {x}, {y}, <{count} x i32> <{listed}>") for x, y in pairs]
        return parts[0]

    def iota(self, element_type: str, count: int) -> Ir:
        """The vector 0, 1, 2, …"""
        listed = ", ".join(f"{element_type} {i}" for i in range(count))
        return Ir(vector(element_type, count), f"<{listed}>")

    def extract(self, x: Ir, lane: int) -> Ir:
        """One lane of a vector."""
        return self.emit(x.element, f"extractelement {x}, i64 {lane}")


def mangle(type: str) -> str:
    """The suffix of an overloaded intrinsic: ``<16 x float>`` → ``v16f32``."""
    names = {"float": "f32", "double": "f64", "half": "f16", "bfloat": "bf16", "ptr": "p0"}
    scalar = names.get(element(type), element(type))
    return f"v{lanes(type)}{scalar}" if lanes(type) else scalar
