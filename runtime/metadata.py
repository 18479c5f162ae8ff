"""What an artifact says about its model: names, shapes, types, and what it needs to run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from dldt.runtime.dim_expression import DimExpression
from dldt.runtime.dtypes import DTYPES
from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.shown import shown

FORMAT = 1
_MAX_RANK = 64
_MAX_DIM = 1 << 48
_MAX_COUNT = 1 << 20


class TensorInfo(NamedTuple):
    """An input or an output; in ``shape``, an int is a fixed dim and a text a free one (or an expression of them)."""

    name: str
    type: str
    shape: tuple[int | str, ...]
    rank_of: str = ""
    """Of an output that tells how many dims another one has: the name of this."""

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The numpy type of its arrays; bfloat16 (``type`` is ``bf16``) travels as uint16."""
        return DTYPES[self.type]

    def __str__(self) -> str:
        return f"{self.name}: {self.type}[{','.join(map(str, self.shape))}]"


class StateInfo(NamedTuple):
    """A state variable, which one run leaves for the next, and the slot that holds it; a text in ``shape`` stands for a
    dim that may be another one after each run."""

    name: str
    type: str
    shape: tuple[int | str, ...]
    slot: int

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """The numpy type of its arrays; bfloat16 (``type`` is ``bf16``) travels as uint16."""
        return DTYPES[self.type]

    def __str__(self) -> str:
        return f"{self.name}: {self.type}[{','.join(map(str, self.shape))}]"


class DimBounds(NamedTuple):
    """A free dim with its inclusive bounds; ``max`` None means none. ``text`` stands for it in shapes: its name, in
    quotes where that is no identifier."""

    name: str
    min: int
    max: int | None
    text: str


class SpecializationInfo(NamedTuple):
    """A program for free dims that have the sizes in ``dims`` (None: any size), in the order of the metadata. Its steps
    are those from number ``start`` on."""

    dims: tuple[int | None, ...]
    start: int

    def fits(self, dims: tuple[int, ...]) -> bool:
        """Whether it is made for free dims of these sizes."""
        return all(size is None or size == dim for size, dim in zip(self.dims, dims, strict=True))


class StepInfo(NamedTuple):
    """One call of a kernel in a run: what it computes, and how much (None where it depends on the free dims).

    ``flops`` are the operations by definition, ``operations`` those that the algorithm really computes. ``bytes`` are
    those of all operands, ``weights`` the bytes of the constant ones among them, ``passed`` what is written to the
    threads' scratch memory and read again. One instruction sums ``pair`` products in each lane: 2 in bf16, else 1 (or
    None). Steps with the same ``row_tiles`` take turns, a tile of image rows at a time. 0 (or None) stands for none.
    """

    kernel: str
    what: str
    output: str
    algorithm: str
    flops: int | None
    bytes: int | None
    parallel: bool
    operations: int | None = None
    weights: int | None = None
    passed: int | None = None
    pair: int | None = None
    row_tiles: int | None = None


class Metadata(NamedTuple):
    """The metadata of an artifact.

    ``dims`` counts the free dims and those that are found while the model runs, ``slots`` the buffers for tensors whose
    sizes are found, and for the state variables ``states``. ``conditions`` are the sentences of what must hold of the
    dims. Of ``specializations``, the first that fits the dims runs, else the general program, whose steps come first.
    ``arena`` is the bytes that a request needs, None where they depend on the free dims; behind the arena, at a
    multiple of 64, each thread needs ``scratch`` bytes. ``parallel`` tells whether threads can share any step.
    ``short`` tells that a run is too short for threads to pay, unless many runs follow each other without a pause.
    ``listed`` is the JSON text of the steps and of the plan, which no run needs; it is empty where the artifact lists
    none.
    """

    path: str
    name: str
    producer: str
    arch: str
    target: str
    features: tuple[str, ...]
    symbols: tuple[DimBounds, ...]
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    arena: int | None
    dims: int
    slots: int
    states: tuple[StateInfo, ...]
    conditions: tuple[str, ...]
    specializations: tuple[SpecializationInfo, ...]
    scratch: int
    parallel: bool
    short: bool
    raw: dict[str, Any]
    listed: bytes

    @property
    def steps(self) -> tuple[StepInfo, ...]:
        """The steps of a run, parsed anew at each access; empty where none are listed. RuntimeLoadError if damaged."""
        first = self.listed.partition(b"\0")[0]
        items = _loads(first, self.path) if first else []
        try:
            if not isinstance(items, list):
                raise _BadError("has steps that are not a list")
            return tuple(map(_step, items))
        except _BadError as error:
            raise _damaged(error, self.path) from None

    def steps_for(self, dims: tuple[int, ...]) -> range:
        """The numbers of the steps that run where the free dims have these sizes."""
        count = len(self.steps)
        starts = [0, *(min(special.start, count) for special in self.specializations), count]
        chosen = next((k for k, special in enumerate(self.specializations, 1) if special.fits(dims)), 0)
        return range(starts[chosen], starts[chosen + 1])

    @property
    def plan(self) -> Any:
        """How every task is carried out, as JSON has it; None where the artifact does not say. RuntimeLoadError if
        damaged."""
        last = self.listed.partition(b"\0")[2]
        return _loads(last, self.path) if last else None


def parse_metadata(text: bytes, path: str) -> Metadata:
    """The metadata in ``text``; RuntimeLoadError naming ``path`` when it is not of this format or not consistent.

    One JSON object; behind it, each after a zero byte, an artifact may list its steps, and the plan of its tasks.
    """
    first, _, listed = text.partition(b"\0")
    raw = _loads(first, path)
    try:
        return _metadata(raw, listed, path)
    except _BadError as error:
        raise _damaged(error, path) from None


def _loads(text: bytes, path: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RuntimeLoadError(
            f"{path} is damaged: its metadata is not JSON ({error}); copy or compile it again"
        ) from None


class _BadError(Exception):
    """What is wrong with the metadata, as the end of a sentence."""


def _damaged(error: _BadError, path: str) -> RuntimeLoadError:
    return RuntimeLoadError(f"{path} is damaged: its metadata {error}; copy or compile it again")


def _metadata(raw: Any, listed: bytes, path: str) -> Metadata:
    if not isinstance(raw, dict):
        raise _BadError("is not an object")
    if raw.get("format") != FORMAT:
        raise _BadError(f"is of format {shown(raw.get('format'))}, and this runtime reads format {FORMAT}")
    symbols = tuple(_symbol(item) for item in _list(raw, "symbols"))
    names = [symbol.name for symbol in symbols]
    texts = {symbol.text: symbol.name for symbol in symbols}
    inputs = tuple(_tensor(item, texts) for item in _list(raw, "inputs"))
    outputs = tuple(_tensor(item, None) for item in _list(raw, "outputs"))
    for kind, found in (
        ("a symbol", names),
        ("an input", [tensor.name for tensor in inputs]),
        ("an output", [tensor.name for tensor in outputs]),
    ):
        if len(set(found)) != len(found):
            raise _BadError(f"names {kind} twice")
    bound = _bound(inputs, texts)
    unbound = [name for name in names if name not in bound]
    if unbound:
        raise _BadError(f"has free dims that no input determines: {', '.join(unbound)}")
    if not outputs:
        raise _BadError("lists no output")
    ranked = {tensor.name: tensor.rank_of for tensor in outputs if tensor.rank_of}
    for name, of in ranked.items():
        if of in ranked or all(tensor.name != of for tensor in outputs):
            raise _BadError(f"says that output {name} is the rank of {shown(of)}, which is not an output")
    arena = raw.get("arena")
    if arena is not None and not _is_size(arena):
        raise _BadError(f"gives the arena as {shown(arena)}")
    scratch = raw.get("scratch", 0)
    if not _is_size(scratch):
        raise _BadError(f"gives the scratch memory of a thread as {shown(scratch)}")
    features = _list(raw, "features")
    dims, slots = raw.get("dims", len(symbols)), raw.get("slots", 0)
    if not _is_count(dims) or dims < len(symbols) or not _is_count(slots):
        raise _BadError(f"counts {shown(dims)} dims and {shown(slots)} slots")
    states = _states(raw.get("states", []), slots)
    conditions = raw.get("conditions", [])
    if not isinstance(conditions, list) or not all(isinstance(text, str) for text in conditions):
        raise _BadError("has conditions that are not texts")
    return Metadata(
        path=path,
        name=_text(raw, "name"),
        producer=_text(raw, "producer"),
        arch=_text(raw, "arch"),
        target=_text(raw, "target"),
        features=tuple(map(str, features)),
        symbols=symbols,
        inputs=inputs,
        outputs=outputs,
        arena=arena,
        dims=dims,
        slots=slots,
        states=states,
        conditions=tuple(conditions),
        specializations=_specializations(raw.get("specializations", []), names),
        scratch=scratch,
        parallel=raw.get("parallel") is not False,
        short=raw.get("short") is True,
        raw=raw,
        listed=listed,
    )


def _bound(inputs: Iterable[TensorInfo], texts: dict[str, str]) -> set[str]:
    """The free dims that the inputs' dims determine: those that are one, and then what a dim of one more name tells."""
    written = [dim for tensor in inputs for dim in tensor.shape if isinstance(dim, str)]
    known = {texts[dim] for dim in written if dim in texts}
    expressions = [DimExpression(dim) for dim in written if dim not in texts]
    before = -1
    while len(known) > before:
        before = len(known)
        for expression in expressions:
            missing = set(expression.names) - known
            known |= {name for name in missing if len(missing) == 1 and expression.can_find(name)}
    return known


def _list(raw: dict[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    if not isinstance(value, list):
        raise _BadError(f"has no list {shown(key)}")
    return value


def _text(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise _BadError(f"has no text {shown(key)}")
    return value


def _is_size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_DIM


def _is_count(value: Any) -> bool:
    return _is_size(value) and value <= _MAX_COUNT


def _is_expression(text: str, symbols: dict[str, str] | None) -> bool:
    if symbols is None or text in symbols:
        return True
    try:
        return set(DimExpression(text).names) <= set(symbols.values())
    except ValueError:
        return False


def _symbol(item: Any) -> DimBounds:
    if not isinstance(item, dict):
        raise _BadError("has a symbol that is not an object")
    name, low, high = _text(item, "name"), item.get("min", 1), item.get("max")
    if not _is_size(low) or not (high is None or _is_size(high)):
        raise _BadError(f"gives the free dim {name} wrong bounds")
    return DimBounds(name, low, high, _text({"text": name, **item}, "text"))


def _specializations(items: Any, names: list[str]) -> tuple[SpecializationInfo, ...]:
    if not isinstance(items, list):
        raise _BadError("has specializations that are not a list")
    return tuple(_specialization(item, names) for item in items)


def _specialization(item: Any, names: list[str]) -> SpecializationInfo:
    dims = item.get("dims") if isinstance(item, dict) else None
    if not isinstance(dims, dict) or not _is_count(item.get("start")) or not all(map(_is_size, dims.values())):
        raise _BadError("has a specialization without dims or without a first step")
    return SpecializationInfo(tuple(dims.get(name) for name in names), item["start"])


def _states(items: Any, slots: int) -> tuple[StateInfo, ...]:
    if not isinstance(items, list):
        raise _BadError("has states that are not a list")
    states = tuple(map(_state, items))
    if len({state.name for state in states}) != len(states):
        raise _BadError("names a state twice")
    if len({state.slot for state in states}) != len(states) or any(state.slot >= slots for state in states):
        raise _BadError("gives a state a slot that is not its own")
    return states


def _state(item: Any) -> StateInfo:
    tensor = _tensor(item, None)
    slot = item.get("slot")
    if not _is_count(slot):
        raise _BadError(f"gives the state {tensor.name} the slot {shown(slot)}")
    return StateInfo(tensor.name, tensor.type, tensor.shape, slot)


def _step(item: Any) -> StepInfo:
    """Only profiles show steps, so a field that is wrong is left out instead of refused."""
    if not isinstance(item, dict):
        raise _BadError("has a step that is not an object")
    kernel, what, output, algorithm = (str(item.get(key, "")) for key in ("kernel", "what", "output", "algorithm"))
    # Artifacts of before call the key ``chain``.
    item = {"row_tiles": item.get("chain"), **item}
    sizes = {
        key: item[key] if _is_size(item.get(key)) else None
        for key in ("flops", "bytes", "operations", "weights", "passed", "pair", "row_tiles")
    }
    return StepInfo(kernel, what, output, algorithm, parallel=item.get("parallel") is not False, **sizes)


def _tensor(item: Any, symbols: dict[str, str] | None) -> TensorInfo:
    """``symbols`` are the free dims that an input may use, by their texts; an output's text is for people alone."""
    if not isinstance(item, dict):
        raise _BadError("has a tensor that is not an object")
    name, kind, shape = _text(item, "name"), item.get("dtype"), _list(item, "shape")
    if kind not in DTYPES:
        raise _BadError(f"gives {name} the unknown element type {shown(kind)}")
    if len(shape) > _MAX_RANK:
        raise _BadError(f"gives {name} {len(shape)} dims")
    for dim in shape:
        known = _is_expression(dim, symbols) if isinstance(dim, str) else _is_size(dim)
        if not known:
            raise _BadError(f"gives {name} the dim {shown(dim)}")
    rank_of = item.get("rank_of", "")
    if not isinstance(rank_of, str):
        raise _BadError(f"says of {name} that it is the rank of {shown(rank_of)}")
    return TensorInfo(name, kind, tuple(shape), rank_of)
