"""The sizes at which models of free dims are run: a table of known files, and a rule for all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Sizes = tuple[tuple[int, ...], ...]
"""For each run the sizes of a model's free dims, in the order in which its inputs name them."""

_BATCHES: Sizes = ((1,), (2,), (5,), (8,), (16,))
_LINES: Sizes = ((1, 48, 192), (3, 48, 192), (1, 48, 100), (6, 48, 320), (2, 48, 64))
_SPEECH: Sizes = ((1, 512), (3, 512), (1, 1024), (8, 512), (2, 1536))

KNOWN: Mapping[str, Sizes] = {
    "ch_PP-OCRv4_det_infer": ((1, 64, 64), (1, 96, 160), (1, 320, 256), (2, 128, 128), (1, 480, 320)),
    "ch_ppocr_mobile_v2.0_cls_infer": _LINES,
    "ppocr_cls_qdq_int8": _LINES,
    "PP-OCRv6_rec_tiny": ((1, 320), (2, 160), (1, 97), (4, 320), (1, 640)),
    "pnet": ((1, 48, 60), (2, 33, 41), (1, 120, 80), (1, 200, 150), (4, 24, 24)),
    "silero_vad_16k_op15": _SPEECH,
    "silero_vad_op18_ifless": _SPEECH,
}
"""Sizes that a file is made for, by the file's name."""

SCALARS: Mapping[str, int] = {"sr": 16000}
"""Inputs whose value decides what is computed."""

ROUNDED = ("int8", "fp16")
"""Parts of the names of files whose numbers are rounded, so that two programs may differ by a step of theirs."""

_IMAGES = ((64, 64), (96, 128), (224, 224), (128, 64), (320, 256))
_LENGTHS = ((16, 16), (128, 128), (64, 64), (333, 333), (48, 48))
_FEW = (1, 2, 1, 4, 3)


def sizes_of(name: str, shapes: Sequence[Sequence[str | int]]) -> Sizes:
    """Five sizes of the free dims of a model, whose inputs have these shapes."""
    if name in KNOWN:
        return KNOWN[name]
    places: dict[str, tuple[int, int]] = {}
    for shape in shapes:
        for axis, dim in enumerate(shape):
            if isinstance(dim, str):
                places.setdefault(dim, (len(shape), axis))
    if len(places) == 1 and all(axis == 0 for _, axis in places.values()):
        return _BATCHES
    return tuple(tuple(_size(run, *place) for place in places.values()) for run in range(len(_FEW)))


def _size(run: int, rank: int, axis: int) -> int:
    if axis == 0 and rank > 1:
        return _FEW[run]
    return _IMAGES[run][axis % 2] if rank == 4 else _LENGTHS[run][0]
