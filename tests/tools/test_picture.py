"""Pictures as inputs, against numbers worked out by hand."""

import numpy as np
import pytest
from PIL import Image

from dldt.compiler.errors import InputError, UsageError
from dldt.tools.picture import PictureOptions, parse_numbers, read_picture

RED = (200, 100, 50)


@pytest.fixture
def red(tmp_path):
    Image.new("RGB", (6, 4), RED).save(tmp_path / "red.png")
    return tmp_path / "red.png"


def read(path, shape, **options):
    return read_picture(path, shape, np.dtype(np.float32), "x", PictureOptions(**options))


def test_channels_first_and_last(red):
    first, last = read(red, (1, 3, 4, 6)), read(red, (1, 4, 6, 3))
    assert first[0, :, 0, 0].tolist() == list(RED)
    assert last[0, 3, 5].tolist() == list(RED)


def test_a_picture_is_resized_and_repeated_along_the_batch(red):
    assert read(red, (2, 3, 8, 8)).shape == (2, 3, 8, 8)
    assert np.all(read(red, (2, 3, 8, 8))[1, 1] == 100)


def test_mean_and_scale_a_channel(red):
    found = read(red, (3, 4, 6), mean=(100.0, 50.0, 0.0), scale=(2.0, 5.0, 10.0))
    assert found[:, 0, 0].tolist() == [50.0, 10.0, 5.0]


def test_reversed_channels_come_before_mean(red):
    found = read(red, (3, 4, 6), reverse=True, mean=(50.0, 0.0, 0.0))
    assert found[:, 0, 0].tolist() == [0.0, 100.0, 200.0]


def test_left_is_left_and_top_is_top(tmp_path):
    picture = Image.new("L", (3, 2))
    picture.putdata([0, 1, 2, 3, 4, 5])
    picture.save(tmp_path / "a.png")
    assert read(tmp_path / "a.png", (1, 1, 2, 3))[0, 0].tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    ("shape", "options", "error", "message"),
    [
        ((1, 4, 8, 8), {}, UsageError, "which axis of input 'x' is the channel"),
        ((1, 4, 8, 8), {"layout": "NCHW"}, InputError, "has 4 channels"),
        ((1, 3), {}, InputError, "has 2 dims; a picture needs 3 or 4"),
        ((1, 3, 4, 6), {"layout": "NHW"}, UsageError, "layout 'NHW' does not fit"),
        ((1, 3, 4, 6), {"mean": (1.0, 2.0)}, UsageError, "2 mean values are given for 3 channels"),
        ((1, 3, 4, 6), {"scale": (1.0, 0.0, 1.0)}, UsageError, "a scale value is 0"),
    ],
)
def test_what_does_not_fit_is_refused(red, shape, options, error, message):
    with pytest.raises(error, match=message):
        read(red, shape, **options)


def test_a_damaged_picture_is_refused(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nnonsense")
    with pytest.raises(InputError, match="not a sound picture"):
        read(tmp_path / "a.png", (1, 3, 4, 6))


def test_numbers_are_read_with_and_without_brackets():
    assert parse_numbers("(1, 2.5,3)") == parse_numbers("1 2.5 3") == (1.0, 2.5, 3.0)
    with pytest.raises(UsageError, match="expected numbers"):
        parse_numbers("a,b")
