"""nnet3: lines that say how nodes hang together, then the components."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.frontends.kaldi.component import Component, read_component
from dldt.frontends.kaldi.descriptor import Expression, FunctionCall, NodeName, parse_descriptor
from dldt.frontends.kaldi.expansion import expand
from dldt.frontends.kaldi.matrix import read_matrix
from dldt.frontends.kaldi.network_builder import MOST_NODES, NetworkBuilder
from dldt.frontends.kaldi.retimed import retimed
from dldt.frontends.kaldi.timed_network import FrameTap, TimedNetwork
from dldt.frontends.kaldi.token_stream import TokenStream
from dldt.frontends.kaldi.widths import width_of

MOST_COMPONENTS = 100_000
_PAIR = re.compile(r"(?:^|\s)([A-Za-z][\w-]*)=")


def read_nnet3(stream: TokenStream) -> TimedNetwork:
    """The network behind <Nnet3>."""
    stream.expect("<Nnet3>")
    lines = list(_lines(stream))
    components = _components(stream)
    priors = _priors(stream)
    return _NetworkReader(NetworkBuilder(stream.path), lines, components).network(priors)


def _lines(stream: TokenStream) -> Iterator[tuple[str, dict[str, str]]]:
    """Each line's first word and its key=value pairs, up to an empty line."""
    if text := stream.line():
        yield _parsed(stream, text)
    for _ in range(MOST_NODES):
        text = stream.line()
        if not text:
            return
        yield _parsed(stream, text)
    raise stream.fail(f"there are more than {MOST_NODES} lines")


def _parsed(stream: TokenStream, text: str) -> tuple[str, dict[str, str]]:
    word, _, rest = text.partition(" ")
    pieces = _PAIR.split(rest)
    if pieces[0].strip() or not word:
        raise stream.fail(f"cannot read the line {shown(text)}")
    return word, {key: value.strip() for key, value in zip(pieces[1::2], pieces[2::2], strict=True)}


def _components(stream: TokenStream) -> dict[str, Component]:
    stream.expect("<NumComponents>")
    count = stream.integer()
    if not 0 <= count <= MOST_COMPONENTS:
        raise stream.fail(f"there are said to be {count} components")
    found: dict[str, Component] = {}
    for _ in range(count):
        stream.reading = ""
        stream.expect("<ComponentName>")
        name = stream.token()
        found[name] = read_component(stream)
    stream.reading = ""
    stream.expect("</Nnet3>")
    return found


def _priors(stream: TokenStream) -> Any:
    """An acoustic model has its contexts and its priors behind the network."""
    while stream.peek() == b"<":
        token = stream.token()
        if token == "<Priors>":
            return read_matrix(stream)
        if token not in ("<LeftContext>", "<RightContext>"):
            return None
        stream.integer()
    return None


@attrs.define
class _NetworkReader:
    builder: NetworkBuilder
    lines: Sequence[tuple[str, dict[str, str]]]
    components: dict[str, Component]
    expressions: dict[str, Expression] = attrs.field(factory=dict)

    def network(self, priors: Any) -> TimedNetwork:
        for word, given in self.lines:
            self._declare(word, given)
        outputs: dict[str, FrameTap] = {}
        for word, given in self.lines:
            name = given.get("name", "")
            if word == "component-node":
                self._component(name, given)
            elif word == "dim-range-node":
                self.builder.making = name
                size, start = self._number(given, "dim"), self._number(given, "dim-offset")
                source = self._known(given.get("input-node", ""), f"node {shown(name)}")
                self.builder.add("DimRange", name, (FrameTap(source),), size, start=start, size=size)
            elif word == "output-node":
                tap = self._tap(self.expressions[name], name, 0)
                outputs[name] = tap
        path = self.builder.path
        if not outputs:
            raise InputError(f"{path}: the network has no output-node")
        made = TimedNetwork(path, self.builder.inputs, self.builder.nodes, outputs, {"kaldi": "nnet3"}, priors)
        return retimed(made)

    def _declare(self, word: str, given: dict[str, str]) -> None:
        """The widths of inputs and nodes, and the expressions, before any node is made: they read one another."""
        path, name = self.builder.path, given.get("name", "")
        if word in ("component-node", "dim-range-node", "output-node", "input-node") and not name:
            raise InputError(f"{path}: a {printable(word)} has no name")
        if word in ("component-node", "output-node"):
            self.expressions[name] = parse_descriptor(given.get("input", ""), f"{path}: input of node {shown(name)}")
        if word == "input-node":
            self.builder.input(name, self._number(given, "dim"))
        elif word == "component-node":
            self.builder.widths[name] = self._width(name, given.get("component", ""))
        elif word == "dim-range-node":
            self.builder.widths[name] = self._number(given, "dim")
        elif word not in ("output-node", "component"):
            raise InputError(f"{path}: {shown(word)} is no kind of node of nnet3")

    def _width(self, name: str, own: str) -> int:
        if own not in self.components:
            raise InputError(
                f"{self.builder.path}: node {shown(name)} has component {shown(own)}, which the file does not have"
            )
        component = self.components[own]
        while component.parts:
            component = component.parts[-1]
        fields = component.fields
        try:
            vector = fields.get("scales", fields.get("bias", fields.get("params", fields.get("offsets"))))
            before = fields.get("dim", fields.get("input_dim")) or (len(vector) if vector is not None else 0)
            return width_of(component.type, fields, before)
        except (KeyError, ZeroDivisionError, AttributeError, IndexError, TypeError, ValueError) as error:
            raise InputError(
                f"{self.builder.path}: component {shown(own)} ({printable(component.type)}) lacks fields or has wrong "
                f"ones ({error}); the file is damaged"
            ) from error

    def _component(self, name: str, given: dict[str, str]) -> None:
        self.builder.making = name
        source = self._tap(self.expressions[name], name, 0)
        made = expand(self.builder, name, self.components[given["component"]], source)
        if made.source != name:
            assert name not in self.builder.nodes, f"a part of component {name!r} has the name of the whole"
            self.builder.add("NoOpComponent", name, (made,), self.builder.widths[made.source])

    def _number(self, given: dict[str, str], key: str) -> int:
        try:
            return int(given[key])
        except (KeyError, ValueError):
            raise InputError(
                f"{self.builder.path}: node {shown(given.get('name'))} needs a whole number {key}="
            ) from None

    def _known(self, name: str, whose: str) -> str:
        if name not in self.builder.widths:
            raise InputError(f"{self.builder.path}: {whose} reads {shown(name)}, which is no node")
        return name

    def _tap(self, expression: Expression, owner: str, shift: int) -> FrameTap:
        """What reads the expression, as many frames later."""
        builder = self.builder
        if isinstance(expression, NodeName):
            return FrameTap(self._known(expression.name, f"node {shown(owner)}"), shift)
        function, numbers, own = expression.function, expression.numbers, f"{owner}.{expression.function}"
        if function in ("Offset", "Round", "ReplaceIndex", "Switch"):
            return self._in_time(expression, owner, shift)
        if function == "Const":
            return builder.add("Const", own, (), int(numbers[1]), value=numbers[0])
        taps = tuple(self._tap(operand, owner, shift) for operand in expression.operands)
        if function == "IfDefined":
            return attrs.evolve(taps[0], edge="zero")
        if function == "Append":
            return builder.append(own, taps)
        width = builder.widths[taps[0].source]
        if any(builder.widths[tap.source] != width for tap in taps):
            raise InputError(f"{builder.path}: node {shown(owner)}: what {function} takes differs in width")
        if function == "Scale":
            return builder.add("Scale", own, taps, width, value=numbers[0])
        if function == "Failover":
            taps = (attrs.evolve(taps[0], edge="zero"), taps[1])
        return builder.add(function, own, taps, width)

    def _in_time(self, expression: FunctionCall, owner: str, shift: int) -> FrameTap:
        function, numbers, builder = expression.function, expression.numbers, self.builder
        (first, *_), own = expression.operands, f"{owner}.{expression.function}"
        if function == "Offset":
            if len(numbers) > 1 and numbers[1]:
                raise UnsupportedError(f"{builder.path}: node {shown(owner)} reads another x, which only training does")
            return self._tap(first, owner, shift + int(numbers[0]))
        if function == "ReplaceIndex":
            if not numbers[0] and numbers[1]:
                raise UnsupportedError(
                    f"{builder.path}: node {shown(owner)} reads frame {numbers[1]:.0f}; only 0 is known"
                )
            if not numbers[0] and isinstance(first, NodeName) and first.name in builder.inputs:
                width = builder.widths[first.name]
                builder.input(first.name, width, still=True)
            elif not numbers[0]:
                raise UnsupportedError(f"{builder.path}: node {shown(owner)}: ReplaceIndex is known of inputs alone")
            return self._tap(first, owner, 0 if not numbers[0] else shift)
        if function == "Switch":
            taps = tuple(self._tap(operand, owner, shift) for operand in expression.operands)
        else:
            period = int(numbers[0])
            if not 1 <= period <= 1000:
                raise InputError(
                    f"{builder.path}: node {shown(owner)} rounds to multiples of {period}; from 1 to 1000 is possible"
                )
            taps = tuple(self._tap(first, owner, shift - late) for late in range(period))
        return builder.add("Switch", own, taps, builder.widths[taps[0].source], phase=shift)
