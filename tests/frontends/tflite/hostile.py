"""Damaged .tflite files: bytes changed, cut off, and offsets that lead elsewhere.

python -m tests.frontends.tflite.hostile 2000        (a long run; prints what it found)
"""

import random
import resource
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from dldt.compiler.errors import DldtError, InternalError
from dldt.frontends.tflite.importer import import_tflite
from tests.frontends.tflite.cases import CASES

SEEDS = tuple({case.operation: case.model for case in CASES}.values())
ODD = (0, 1, 2, 3, 4, 7, 8, 255, 256, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**32 - 4, 2**32 - 100)


def mutant(seed):
    """One damaged file."""
    rng = random.Random(seed)
    data = bytearray(rng.choice(SEEDS))
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(8, len(data) - 4)
        kind = rng.randrange(5)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            struct.pack_into("<I", data, at - at % 4, rng.choice(ODD))
        elif kind == 2:
            struct.pack_into("<I", data, at - at % 4, rng.randrange(len(data)))
        elif kind == 3:
            struct.pack_into("<H", data, at - at % 2, rng.choice(ODD) & 0xFFFF)
        else:
            del data[max(len(data) - rng.randrange(1, 200), 16) :]
    return bytes(data)


def outcome(data, folder):
    """``imported``, or the class of the error of ours; anything else is raised."""
    path = Path(folder) / "m.tflite"
    path.write_bytes(data)
    try:
        import_tflite(path)
    except InternalError:
        raise
    except DldtError as error:
        known = "m.tflite" in str(error) and len(str(error)) < 20000
        return type(error).__name__ if known else f"without the file's name: {error}"[:300]
    return "imported"


def main(count):
    limit = 4 << 30
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    found, slowest = Counter(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(count):
            begin = time.monotonic()
            try:
                found[outcome(mutant(seed), folder)] += 1
            except Exception as error:
                found[f"FAULT {type(error).__name__}"] += 1
                sys.stdout.write(f"{seed}: {type(error).__name__}: {str(error)[:300]}\n")
            slowest = max(slowest, time.monotonic() - begin)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sys.stdout.write(f"{dict(found)}, slowest {slowest:.2f} s, {most} MiB\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
