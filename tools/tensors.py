"""Input data from the command line: .npy, .npz, raw bytes, pictures, random numbers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np

from dldt.compiler.errors import InputError, UsageError
from dldt.compiler.listed import listed
from dldt.compiler.printable import printable
from dldt.compiler.shown import shown
from dldt.tools.picture import PictureOptions, read_picture

Array: TypeAlias = "np.ndarray[Any, Any]"

PICTURES = (".png", ".jpg", ".jpeg", ".ppm", ".pgm", ".bmp", ".webp", ".tif", ".tiff")
FILLS = ("random", "zeros", "ones")


class InputInfo(Protocol):
    """What a loaded model says about an input. Free dims are texts, other dims are ints."""

    @property
    def name(self) -> str:
        """The tensor's name."""

    @property
    def shape(self) -> Sequence[int | str]:
        """The dims."""

    @property
    def dtype(self) -> Any:
        """The numpy dtype."""


def parse_shapes(text: str | None) -> dict[str, tuple[int, ...]]:
    """Shapes by name from ``x[1,3,640,640],y[2,4]``; every dim must be a number. Raises UsageError."""
    found: dict[str, tuple[int, ...]] = {}
    rest = text or ""
    while rest:
        match = re.match(r"([^\[\]]+)\[([0-9,\s]*)\](?:,|$)", rest)
        if match is None:
            raise UsageError(f"cannot read shape {shown(rest)}: expected name[1,3,640,640]")
        found[match[1].strip()] = tuple(int(token) for token in re.split(r"[,\s]+", match[2].strip()) if token)
        rest = rest[match.end() :]
    return found


def require_inputs(shapes: Mapping[str, tuple[int, ...]], infos: Sequence[InputInfo]) -> None:
    """Raises UsageError where a shape belongs to no input."""
    names = [info.name for info in infos]
    unknown = [name for name in shapes if name not in names]
    if unknown:
        raise UsageError(f"--shape: the model has no input {', '.join(unknown)}; its inputs are {listed(names)}")


def read_inputs(
    words: Iterable[str],
    infos: Sequence[InputInfo],
    shapes: Mapping[str, tuple[int, ...]],
    pictures: PictureOptions,
    seed: int = 0,
) -> dict[str, Array]:
    """An array for every input of the model.

    A word is ``name=FILE``, ``name=random|zeros|ones``, FILE.npz with arrays by name, or only FILE if the model has one
    input. Inputs that no word names are random (seeded). Raises UsageError for a name of no input, InputError for a
    file that does not match the input.
    """
    require_inputs(shapes, infos)
    names = [info.name for info in infos]
    given: dict[str, str] = {}
    arrays: dict[str, Array] = {}
    for word in words:
        name, file = _split(word, names)
        if name is None and file.endswith(".npz"):
            arrays.update(_from_npz(Path(file), names))
            continue
        if name is None and len(names) != 1:
            raise UsageError(f"the model has {len(names)} inputs: write name=FILE, with one of {listed(names)}")
        given[name or names[0]] = file
    generator = np.random.default_rng(seed)
    for info in infos:
        if info.name not in arrays:
            shape = shapes.get(info.name)
            arrays[info.name] = _read(given.get(info.name, "random"), info, shape, pictures, generator)
    return arrays


def is_filled(name: str, words: Sequence[str], inputs: int) -> bool:
    """Whether an input of that name, one of so many, gets numbers of ours: no word names a file for it."""
    own = [word.removeprefix(f"{name}=") for word in words if inputs == 1 or word.startswith(f"{name}=")]
    return not any(word.endswith(".npz") for word in words) and all(word in FILLS for word in own)


def assumed_dims(infos: Sequence[InputInfo], shapes: Mapping[str, tuple[int, ...]]) -> str:
    """A sentence on the free dims of ``infos`` that are taken to be 1, for no shape is given; nothing where all are
    known."""
    left = [info for info in infos if info.name not in shapes and any(isinstance(dim, str) for dim in info.shape)]
    if not left:
        return ""
    dims = dict.fromkeys(dim for info in left for dim in info.shape if isinstance(dim, str))
    example = ",".join(f"{printable(info.name)}[{','.join(map(str, info.shape))}]" for info in left)
    return f"{', '.join(dims)} = 1 (free; choose with --shape, numbers in place of the names: {example!r})"


def concrete_shape(info: InputInfo, shape: tuple[int, ...] | None) -> tuple[int, ...]:
    """The input's shape in numbers: the given shape, else the model's shape with 1 for each free dim."""
    if shape is None:
        return tuple(dim if isinstance(dim, int) else 1 for dim in info.shape)
    if len(shape) != len(info.shape):
        raise UsageError(f"shape of {shown(info.name)} has {len(shape)} dims, the model's input {len(info.shape)}")
    return shape


def fill(info: InputInfo, shape: tuple[int, ...], how: str, generator: np.random.Generator) -> Array:
    """Numbers for an input: standard normal for floats, 0 to 255 (or the type's largest) for integers."""
    dtype = np.dtype(info.dtype)
    if how != "random":
        return np.full(shape, how == "ones", dtype)
    if dtype == np.bool_:
        return generator.integers(0, 2, shape).astype(dtype)
    if np.issubdtype(dtype, np.integer):
        return generator.integers(0, min(np.iinfo(dtype).max, 255), shape, endpoint=True).astype(dtype)
    return generator.standard_normal(shape).astype(dtype)


def _split(word: str, names: Sequence[str]) -> tuple[str | None, str]:
    for name in names:
        if word.startswith(f"{name}="):
            return name, word[len(name) + 1 :]
    head, equals, _ = word.partition("=")
    if equals and not Path(word).exists():
        raise UsageError(f"the model has no input {shown(head)}; its inputs are {listed(names)}")
    return None, word


def _read(
    source: str,
    info: InputInfo,
    shape: tuple[int, ...] | None,
    pictures: PictureOptions,
    generator: np.random.Generator,
) -> Array:
    if source in FILLS:
        return fill(info, concrete_shape(info, shape), source, generator)
    path = Path(source)
    if not path.is_file():
        raise InputError(f"{path}: no such file (for input {shown(info.name)}; or write {', '.join(FILLS)})")
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        return read_picture(path, concrete_shape(info, shape), np.dtype(info.dtype), info.name, pictures)
    if suffix == ".npz":
        found = _load(path)
        if info.name in found:
            return found[info.name]
        if len(found) == 1:
            return next(iter(found.values()))
        raise InputError(f"{path}: has no array {shown(info.name)}; it has {', '.join(found)}")
    if suffix == ".npy":
        return next(iter(_load(path).values()))
    return _raw(path, info, shape)


def _raw(path: Path, info: InputInfo, shape: tuple[int, ...] | None) -> Array:
    """An array of raw numbers, little-endian, in C order. The size must match; a free first dim is computed from it."""
    dtype = np.dtype(info.dtype).newbyteorder("<")
    size = path.stat().st_size
    wanted = list(shape or (dim if isinstance(dim, int) else -1 for dim in info.shape))
    known = int(np.prod([dim for dim in wanted if dim >= 0], dtype=object)) * dtype.itemsize
    free = sum(dim < 0 for dim in wanted)
    if free > 1 or (free and (known == 0 or size % known)) or (not free and size != known):
        raise InputError(
            f"{path}: has {size} bytes, input {shown(info.name)} ({dtype.name}{list(info.shape)}) needs "
            f"{'a multiple of ' * bool(free)}{known}; give the shape with --shape"
        )
    return np.fromfile(path, dtype).reshape(wanted)


def _from_npz(path: Path, names: Sequence[str]) -> dict[str, Array]:
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    found = _load(path)
    if len(found) == 1 and len(names) == 1:
        return {names[0]: next(iter(found.values()))}
    unknown = [name for name in found if name not in names]
    if unknown:
        raise InputError(f"{path}: the model has no input {', '.join(unknown)}; its inputs are {listed(names)}")
    return found


def _load(path: Path) -> dict[str, Array]:
    """The arrays of a .npy (a single one, without a name) or of a .npz. Pickles are refused."""
    try:
        loaded = np.load(path, allow_pickle=False)
        return {"": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except ValueError as error:
        if "pickle" not in str(error):
            raise InputError(f"{path}: not a sound .npy or .npz file: {error}") from error
        raise InputError(
            f"{path}: not a sound .npy or .npz file: it holds Python objects (a pickle), which could run code; save "
            "plain arrays of numbers: numpy.savez(FILE, name=array)"
        ) from error
    except (EOFError, zipfile.BadZipFile, KeyError) as error:
        raise InputError(f"{path}: not a sound .npy or .npz file: {error}") from error


def load_arrays(path: Path) -> dict[str, Array]:
    """The arrays of a .npz by name. Raises InputError."""
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    return _load(path)
