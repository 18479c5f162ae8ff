"""The parts of checkpoints: checksums, compressed blocks, keys of slices."""

import numpy as np
import pytest

from dldt.compiler.errors import InputError
from dldt.frontends.tensorflow.checkpoint import Checkpoint
from dldt.frontends.tensorflow.crc32c import crc32c, masked
from dldt.frontends.tensorflow.proto import PROTO
from dldt.frontends.tensorflow.slice_key import place, slice_key
from dldt.frontends.tensorflow.snappy import snappy

PLAIN = b"checkpoint/" * 40 + bytes(range(200)) + b"checkpoint/layer" * 3
PACKED = (
    bytes.fromhex("b00528636865636b706f696e742ffe0b00fe0b00fe0b00fe0b00fe0b00fe0b00b20b00f0c9")
    + bytes(range(200))
    + bytes.fromhex("63685580106c617965725d85521000")
)
"""Made by cramjam 2.14.0."""


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_checksums_are_those_of_rfc_3720(data, crc):
    assert crc32c(data) == crc


@pytest.mark.parametrize("size", [1, 3, 4, 5, 1023, 1024, 1025, 5000])
def test_a_checksum_does_not_depend_on_how_the_bytes_are_cut(size):
    data = np.random.default_rng(size).bytes(size)
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x82F63B78 if register & 1 else 0)
    assert crc32c(data) == register ^ 0xFFFFFFFF


def test_a_stored_checksum_is_masked():
    assert masked(0) == 0xA282EAD8
    assert masked(0x8000) == (1 + 0xA282EAD8)


def test_a_block_that_snappy_packed():
    assert snappy(PACKED, 1 << 20) == PLAIN


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (PACKED[:-1], "it ends in the middle of a copy"),
        (b"\xff\xff\xff\xff\xff", "its length does not end"),
        (b"\x05\x01\x01", "it repeats bytes that are not there"),
        (b"\x7f\x10a", "it ends in the middle of bytes"),
    ],
)
def test_a_packed_block_that_is_damaged(data, message):
    with pytest.raises(ValueError, match=message):
        snappy(data, 1 << 20)


def test_a_packed_block_makes_no_more_than_it_may():
    with pytest.raises(ValueError, match="it stands for 688 bytes, 100 are allowed"):
        snappy(PACKED, 100)


def test_a_slice_that_leaves_its_tensor():
    proto = PROTO["TensorSliceProto"]()
    proto.extent.add(start=2, length=3)
    proto.extent.add()
    assert place(proto, (5, 7)) == (slice(2, 5), slice(0, 7))
    with pytest.raises(InputError, match="a slice goes from 2 over 3 elements, the dim is 4"):
        place(proto, (4, 7))
    assert slice_key(b"w", proto).startswith(b"\0w\0\1\1\2")


def test_a_folder_without_a_checkpoint(tmp_path):
    with pytest.raises(InputError, match="the directory holds no checkpoint"):
        Checkpoint.open(tmp_path)
