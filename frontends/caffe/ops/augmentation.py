"""FlowNet's preparation of pictures, as it is when a net is used."""

from __future__ import annotations

import numpy as np

from dldt.compiler.errors import InputError, UnsupportedError
from dldt.compiler.graph import Value
from dldt.compiler.ops.arithmetic import Subtract
from dldt.compiler.ops.slice import Slice
from dldt.frontends.caffe.framework import CAFFE
from dldt.frontends.caffe.shaping import fixed_space
from dldt.frontends.engine.known import required_array

_AXES = np.array([2, 3], np.int64)


@CAFFE.imports("DataAugmentation")
def data_augmentation(
    bottom: Value,
    iterations: Value | None = None,
    mean_picture: Value | None = None,
    mean_pixel: Value | None = None,
    *,
    crop_width: int = 0,
    crop_height: int = 0,
    write_augmented: str = "",
    max_multiplier: float = 255.0,
    augment_during_test: bool = False,
    recompute_mean: int = 0,
    write_mean: str = "",
    mean_per_pixel: bool = True,
    mean: tuple[float, ...] = (),
    mode: str = "add",
) -> Value:
    """The middle of x, if it is cropped, minus the mean that training stored, or the one that is given: nothing is
    changed at random when a net is used"""
    if augment_during_test:
        raise UnsupportedError("augment_during_test asks for random changes of the picture; set it to false")
    x = _cropped(bottom, crop_height, crop_width) if crop_height and crop_width else bottom
    if recompute_mean:
        blob = mean_picture if mean_per_pixel else mean_pixel
        if blob is None:
            raise InputError("recompute_mean is set, and the blob of the mean is missing: the .caffemodel is needed")
        return Subtract()(x, _shaped(required_array(blob, "the blob of the mean"), x, whole=mean_per_pixel))
    if len(mean) == 3 and not mean_per_pixel:
        return Subtract()(x, _shaped(np.array(mean, np.float32), x, whole=False))
    return x


def _shaped(mean: np.ndarray[tuple[int, ...], np.dtype[np.float32]], x: Value, *, whole: bool) -> Value:
    dims = x.type.shape[1:] if whole else (x.type.shape[1], 1, 1)
    if not all(isinstance(dim, int) for dim in dims) or mean.size != np.prod([int(dim) for dim in dims], dtype=object):
        raise InputError(f"the mean has {mean.size} numbers, which do not fit {x.type}")
    return x.graph.constant(mean.reshape([1, *map(int, dims)]))


def _cropped(x: Value, height: int, width: int) -> Value:
    rows, columns = fixed_space(x)
    if height > rows or width > columns or (rows - height) % 2 or (columns - width) % 2:
        raise UnsupportedError(
            f"crop_height {height} and crop_width {width} of {x.type}: the middle of a picture is supported where it "
            "begins at a whole pixel"
        )
    start = np.array([(rows - height) // 2, (columns - width) // 2], np.int64)
    made: Value = Slice()(x, start, start + np.array([height, width]), np.array([1, 1], np.int64), _AXES)
    return made
