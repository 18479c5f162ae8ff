"""What a node of nnet3 reads: expressions such as ``Append(Offset(a, -1), Sum(b, Scale(0.5, c)))``."""

from __future__ import annotations

import re
from typing import TypeAlias

import attrs

from dldt.compiler.errors import InputError
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown

LARGEST_OFFSET = 1 << 20
"""Frames that an expression may look back or ahead."""
DEEPEST = 50
"""How deep expressions may stand in one another."""

Expression: TypeAlias = "NodeName | FunctionCall"


@attrs.frozen
class NodeName:
    """The output of a node."""

    name: str


@attrs.frozen
class FunctionCall:
    """One of ``GRAMMAR``, with what it is of and its numbers."""

    function: str
    operands: tuple[Expression, ...]
    numbers: tuple[float, ...] = ()


GRAMMAR: dict[str, str] = {
    "Append": "e+",
    "Sum": "ee",
    "Switch": "e+",
    "Failover": "ee",
    "IfDefined": "e",
    "Offset": "eii?",
    "Round": "ei",
    "ReplaceIndex": "evi",
    "Scale": "fe",
    "Const": "fi",
}
"""The functions with their arguments: e an expression, i a whole number, f a number, v one of t and x; ``+``: one or
more of them, ``?``: may be left out."""

_WORD = re.compile(r"\s*([(),]|[^\s(),]+)")


def parse_descriptor(text: str, where: str) -> Expression:
    """The expression in ``text``. Raises InputError; ``where`` says whose it is."""
    words = _WORD.findall(text)
    if "".join(words) != "".join(text.split()):
        raise InputError(f"{where}: cannot read {shown(text)}")
    parser = _Parser(words, where, text)
    found = parser.expression(0)
    if parser.place != len(words):
        raise parser.fail(f"{shown(words[parser.place])} stands behind the end")
    return found


class _Parser:
    def __init__(self, words: list[str], where: str, text: str) -> None:
        self.words, self.where, self.text, self.place = words, where, text, 0

    def fail(self, what: str) -> InputError:
        return InputError(f"{self.where}: {printable(what)} in {shown(self.text)}")

    def next(self) -> str:
        if self.place == len(self.words):
            raise self.fail("the end is missing")
        self.place += 1
        return self.words[self.place - 1]

    def expect(self, wanted: str) -> None:
        found = self.next()
        if found != wanted:
            raise self.fail(f"{shown(wanted)} is expected, {shown(found)} is there")

    def expression(self, depth: int) -> Expression:
        if depth > DEEPEST:
            raise self.fail(f"expressions stand more than {DEEPEST} deep in one another")
        word = self.next()
        if word in ("(", ")", ","):
            raise self.fail(f"a name is expected, {shown(word)} is there")
        if self.place == len(self.words) or self.words[self.place] != "(":
            return NodeName(word)
        if word not in GRAMMAR:
            raise self.fail(f"{shown(word)} is not one of {', '.join(GRAMMAR)}")
        self.place += 1
        return self._call(word, GRAMMAR[word], depth)

    def _call(self, function: str, kinds: str, depth: int) -> FunctionCall:
        operands: list[Expression] = []
        numbers: list[float] = []
        for position, kind in enumerate(kinds):
            left_out = kinds[position + 1 : position + 2] == "?" and self.words[self.place : self.place + 1] == [")"]
            if kind in "+?" or left_out:
                continue
            if position:
                self.expect(",")
            if kind == "e":
                operands.append(self.expression(depth + 1))
                continue
            numbers.append(self._number(kind))
        while kinds.endswith("+") and self.place < len(self.words) and self.words[self.place] == ",":
            self.place += 1
            operands.append(self.expression(depth + 1))
        self.expect(")")
        return FunctionCall(function, tuple(operands), tuple(numbers))

    def _number(self, kind: str) -> float:
        word = self.next()
        if kind == "v":
            if word not in ("t", "x"):
                raise self.fail(f"t or x is expected, {shown(word)} is there")
            return float(word == "x")
        try:
            value = int(word) if kind == "i" else float(word)
        except ValueError:
            raise self.fail(f"a number is expected, {shown(word)} is there") from None
        if kind == "i" and abs(value) > LARGEST_OFFSET:
            raise self.fail(f"{printable(word)} is more than {LARGEST_OFFSET}")
        return value
