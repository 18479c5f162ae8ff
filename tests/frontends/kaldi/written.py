"""Kaldi files written by these tests, as Kaldi's documentation describes them: binary or text."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Fields = Sequence[tuple[str, Any]]


def value(item: Any, binary: bool, double: bool = False) -> bytes:
    """A number, a flag, a word, a vector, a matrix, a list of whole numbers or of pairs; bytes as they are."""
    if isinstance(item, bytes):
        return item
    if isinstance(item, str):
        return item.encode() + b" "
    if isinstance(item, bool):
        return (b"T" if item else b"F") + (b"" if binary else b" ")
    if isinstance(item, np.ndarray):
        return _array(item, binary, double)
    if isinstance(item, list):
        return _list(item, binary)
    if not binary:
        return f"{item!r} ".encode()
    return struct.pack("<bi" if isinstance(item, int) else "<bf", 4, item)


def _array(item: np.ndarray, binary: bool, double: bool) -> bytes:
    if not binary and item.ndim == 1:
        return b" [ " + b" ".join(repr(float(x)).encode() for x in item) + b" ]\n"
    if not binary:
        rows = b"\n  ".join(b" ".join(repr(float(x)).encode() for x in row) for row in item)
        return b" [\n  " + rows + b" ]\n"
    kind = ("D" if double else "F") + ("V " if item.ndim == 1 else "M ")
    sizes = b"".join(struct.pack("<bi", 4, size) for size in item.shape)
    return kind.encode() + sizes + item.astype("<f8" if double else "<f4").tobytes()


def _list(item: list[Any], binary: bool) -> bytes:
    flat = [x for part in item for x in (part if isinstance(part, tuple) else (part,))]
    if binary:
        return struct.pack("<bi", 4, len(item)) + np.array(flat, "<i4").tobytes()
    return b"[ " + b" ".join(",".join(map(str, p if isinstance(p, tuple) else (p,))).encode() for p in item) + b" ]\n"


def fields(given: Fields, binary: bool, double: bool = False) -> bytes:
    """Tokens, each with its value; a token that is ``""`` is none, a value that is None is none."""
    made = b""
    for token, item in given:
        made += (f"<{token}> ".encode() if token else b"") + (b"" if item is None else value(item, binary, double))
    return made


def component(kind: str, given: Fields, binary: bool = True, double: bool = False) -> bytes:
    """<Kind> fields </Kind>"""
    return f"<{kind}> ".encode() + fields(given, binary, double) + f"</{kind}> ".encode()


def nnet3(
    config: str, components: Mapping[str, tuple[str, Fields]], binary: bool = True, double: bool = False
) -> bytes:
    """A raw nnet3 network."""
    made = (b"\0B" if binary else b"") + b"<Nnet3> \n" + "\n".join(config.strip().splitlines()).encode() + b"\n\n"
    made += b"<NumComponents> " + value(len(components), binary)
    for name, (kind, given) in components.items():
        made += f"<ComponentName> {name} ".encode() + component(kind, given, binary, double)
    return made + b"</Nnet3> "


def nnet1(layers: Sequence[tuple[str, int, int, Fields]], binary: bool = True) -> bytes:
    """A network of nnet1: (kind, output width, input width, fields) a layer."""
    made = (b"\0B" if binary else b"") + b"<Nnet> "
    for kind, out, into, given in layers:
        made += f"<{kind}> ".encode() + value(out, binary) + value(into, binary) + fields(given, binary)
        made += b"<!EndOfComponent> "
    return made + b"</Nnet> "


def transition_model(binary: bool = True) -> bytes:
    """A model of transitions of one phone with two states."""
    if binary:
        numbers = (1, 2, 0, 1, 0, 0.5, -1, 0)
        topology = value([1], True) + value([0, 0], True) + b"".join(value(x, True) for x in numbers)
    else:
        topology = (
            b"<TopologyEntry> <ForPhones> 1 </ForPhones> <State> 0 <PdfClass> 0 <Transition> 0 0.5 <Transition> 1 0.5 "
            b"</State> <State> 1 </State> </TopologyEntry> "
        )
    made = (b"\0B" if binary else b"") + b"<TransitionModel> <Topology> " + topology + b"</Topology> <Triples> "
    made += b"".join(value(x, binary) for x in (1, 1, 0, 0)) + b"</Triples> <LogProbs> "
    return made + value(np.zeros(3), binary) + b"</LogProbs> </TransitionModel> "


def nnet2(components: Sequence[tuple[str, Fields]], priors: np.ndarray, binary: bool = True) -> bytes:
    """An acoustic model of nnet2."""
    made = transition_model(binary) + b"<Nnet> <NumComponents> " + value(len(components), binary) + b"<Components> "
    made += b"".join(component(kind, given, binary) for kind, given in components)
    return made + b"</Components> </Nnet> " + value(priors, binary)
