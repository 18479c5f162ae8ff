"""Damaged files are read, or refused with an error of ours, quickly and within bounds: nothing else may happen.

python -m tests.frontends.kaldi.test_mutants 2000 [.nnet|nnet2|.raw|.ark|.scp|.counts]     more, and how they end
"""

from __future__ import annotations

import random
import resource
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dldt.compiler.budget import limited
from dldt.compiler.errors import DldtError, InternalError
from dldt.frontends.kaldi.archive import read_archive
from dldt.frontends.read_model import read_model
from tests.frontends.kaldi.component_cases import COMPONENTS
from tests.frontends.kaldi.layer_cases import LAYERS
from tests.frontends.kaldi.models import CASES
from tests.frontends.kaldi.test_components import joined
from tests.frontends.kaldi.written import nnet1, nnet2, value

SECONDS = 5.0
MEMORY = 600 << 20
ODD = (0, -1, 1, 2, 3, 7, -2, 100, 1 << 16, 2**31 - 1, -(2**31), 1 << 28)
WORDS = (
    b"<",
    b">",
    b"[",
    b"]",
    b"</Nnet3> ",
    b"<Dim> ",
    b"Append(",
    b")",
    b"Offset(input, -99999)",
    b"FM ",
    b"CM ",
    b"\0B",
    b"T",
)


def seeds():
    """(name, bytes) of files of every kind."""
    made = [(f"{case.name}.raw", case.file(binary)) for case in CASES for binary in (True, False)]
    made += [(f"components{binary}.raw", joined(binary)[0]) for binary in (True, False)]
    made += [
        (f"{case.kind}.nnet", nnet1([(case.kind, case.out, case.width, case.fields)], binary))
        for case in LAYERS
        for binary in (True, False)
    ]
    priors = np.ones(5, np.float32)
    affine = next((case.kind, case.fields) for case in COMPONENTS if case.kind == "AffineComponent")
    splice = ("SpliceComponent", [("InputDim", 2), ("LeftContext", 1), ("RightContext", 1)])
    made += [(f"nnet2{binary}.mdl", nnet2([splice, affine], priors, binary)) for binary in (True, False)]
    ark = b"".join(b"key \0B" + value(np.ones((3, 4)), True, double) for double in (True, False))
    made += [("a.ark", ark), ("b.ark", b"key " + value(np.ones((3, 4)), False)), ("c.counts", b"[ 4 0 7 120 3 ]\n")]
    made += stored()
    return [*made, ("d.scp", b"first sound/whole.ark:4\nsecond sound/whole.ark:70\n")]


def stored():
    """Models that Kaldi wrote."""
    files = [np.load(Path(__file__).with_name(f"{name}.npz")) for name in ("answers", "chains")]
    keys = [(file, key) for file in files for key in file.files if key.endswith("/model")]
    return [(key.removesuffix("/model").replace("/", "_") + ".raw", file[key].tobytes()) for file, key in keys]


def sound(folder):
    """What lists of counts and scripts are read with, in a folder of its own."""
    inner = folder / "sound"
    inner.mkdir(exist_ok=True)
    ark = b"".join(b"key \0B" + value(np.ones((3, 4)), True, double) for double in (False, True))
    (inner / "whole.ark").write_bytes(ark)
    layer = ("AffineTransform", 5, 2, [("", np.ones((5, 2), np.float32)), ("", np.ones(5, np.float32))])
    (inner / "model.nnet").write_bytes(nnet1([layer, ("Softmax", 5, 5, [])]))


def damaged(data, rng):
    """One to three changes."""
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(data) + 1)
        kind = rng.randrange(7)
        if kind == 0:
            data = data[:place]
        elif kind == 1:
            data = data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]
        elif kind == 2:
            data = data[:place] + struct.pack("<bi", 4, rng.choice(ODD)) + data[place + rng.choice((0, 5)) :]
        elif kind == 3:
            data = data[:place] + rng.choice(WORDS) + data[place + rng.randrange(4) :]
        elif kind == 4:
            end = min(len(data), place + rng.randrange(1, 60))
            data = data[:end] + data[place:end] * rng.randint(1, 4) + data[end:]
        elif kind == 5:
            data = data[:place] + data[place + rng.randrange(1, 40) :]
        else:
            digits = [i for i, byte in enumerate(data) if 48 <= byte < 58]
            at = rng.choice(digits) if digits else 0
            data = data[:at] + str(rng.choice(ODD)).encode() + data[at + 1 :]
    return data


def read(path, rng):
    """What becomes of a file: the word of the error, or nothing."""
    options = rng.choice(({}, {}, {"streaming": True}, {"frames_per_chunk": 3}, {"remove_memory": True}))
    try:
        with limited(seconds=60):
            read_one(path, options)
    except InternalError:
        raise
    except DldtError as error:
        if str(path.parent) not in str(error):
            raise
        return type(error).__name__
    return "read"


def read_one(path, options):
    """A model, an archive, a script, or counts."""
    if path.suffix in (".ark", ".scp"):
        list(read_archive(path))
    elif path.suffix == ".counts":
        read_model(path.parent / "sound/model.nnet", options={**options, "counts": str(path)})
    else:
        read_model(path, options=options)


def run(count, folder, start=0, kind=""):
    """Reads so many damaged files whose names have ``kind``; how they end, and the longest time."""
    found, longest = Counter(), 0.0
    known = [(name, data) for name, data in seeds() if kind in name]
    sound(folder)
    for number in range(start, start + count):
        rng = random.Random(number)
        name, data = known[number % len(known)]
        path = folder / name
        path.write_bytes(damaged(data, rng))
        begin = time.perf_counter()
        try:
            found[read(path, rng)] += 1
        except Exception as error:
            raise AssertionError(f"mutant {number} of {name}") from error
        longest = max(longest, time.perf_counter() - begin)
        assert longest < SECONDS, f"mutant {number} of {name} takes too long"
    return found, longest


@pytest.mark.parametrize("part", range(4))
def test_damaged_files_are_read_or_refused(part, tmp_path):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert run(60, tmp_path, 1_000_000 + 60 * part)[0].total() == 60
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10 < MEMORY


def test_a_file_cut_off_anywhere_is_refused_or_read(tmp_path):
    data = CASES[0].file()
    for end in range(0, len(data), 3):
        path = tmp_path / "cut.raw"
        path.write_bytes(data[:end])
        try:
            read_model(path)
        except InternalError:
            raise
        except DldtError as error:
            if "cut.raw" not in str(error):
                raise


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        ends, slowest = run(int(sys.argv[1]), Path(place), kind="".join(sys.argv[2:]))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        print(f"{dict(ends)}; at most {slowest:.1f} s, {memory} MiB")
