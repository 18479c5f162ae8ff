"""Damaged nets and weights: ``python -m tests.frontends.caffe.mutants --count 2000``.

Texts lose, repeat and change tokens, mostly numbers; weights are cut, lengthened and changed byte by byte. Each is
imported or refused with a sentence: nothing else may happen, in 10 seconds and 1 GB.
"""

from __future__ import annotations

import argparse
import collections
import logging
import random
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

from dldt.compiler.budget import limited
from dldt.compiler.errors import DldtError, InternalError
from dldt.frontends.caffe.importer import import_caffe
from tests.frontends.caffe.cases import CASES
from tests.frontends.caffe.net import caffemodel

ODD = ("0", "-1", "1", "3", "7", "100", "65536", "2147483647", "-2147483648", "4294967295", "1e39", "nan", "-inf",
       "MAX", "true", '"x"', '""', "{", "}", "[", ":", "dim", "axis", "'\\377'", "9223372036854775807")  # fmt: skip
NUMBERS = ("0", "-1", "1", "2", "3", "5", "7", "100", "65536", "2147483647", "4294967295", "1e39", "nan", "-inf",
           "0.5")  # fmt: skip
BYTES = (0, 1, 2, 5, 7, 8, 10, 26, 42, 127, 128, 162, 255)
SECONDS = 10


def mutants(seed=0):
    """(title, the net's text, the bytes of the weights) without end."""
    rng = random.Random(seed)
    while True:
        case = rng.choice(CASES)
        text, weights = case.net.prototxt(), case.net.weights()
        binary = caffemodel(weights) if weights else b""
        if binary and rng.random() < 0.5:
            binary = damaged_bytes(binary, rng)
        else:
            text = damaged_text(text, rng)
        yield case.key, text, binary


def damaged_text(text, rng):
    """The text with one to three tokens lost, repeated, swapped or changed; or cut; or nested deeply."""
    tokens = re.findall(r'"[^"]*"|\'[^\']*\'|[\w.+-]+|\S', text)
    for _ in range(rng.randint(1, 3)):
        place, kind = rng.randrange(len(tokens)), rng.randrange(14)
        numbers = [at for at, token in enumerate(tokens) if token[0].isdigit()]
        if kind >= 5 and numbers:
            tokens[rng.choice(numbers)] = rng.choice(NUMBERS)
        elif kind == 0:
            del tokens[place]
        elif kind == 1:
            tokens.insert(place, tokens[rng.randrange(len(tokens))])
        elif kind == 2:
            tokens[place] = tokens[rng.randrange(len(tokens))]
        elif kind == 3 and rng.random() < 0.1:
            tokens[place:place] = [rng.choice(("layer {", "fork {", "input_param { shape {"))] * 3000
        elif kind == 4 and rng.random() < 0.2:
            del tokens[place:]
        else:
            tokens[place] = rng.choice(ODD)
        if not tokens:
            return ""
    return " ".join(tokens)


def damaged_bytes(data, rng):
    """The bytes with a few changed, cut at any place, or some lost or repeated."""
    made = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        place, kind = rng.randrange(min(len(made), rng.choice((40, 400, 1 << 30)))), rng.randrange(6)
        if kind == 0:
            del made[place:]
        elif kind == 1:
            del made[place : place + rng.randint(1, 8)]
        elif kind == 2:
            made[place:place] = made[place : place + rng.randint(1, 64)]
        else:
            made[place] = rng.choice(BYTES)
        if not made:
            break
    return bytes(made)


def outcome_of(folder, text, binary):
    """``imported``, or the kind of error; raises where anything else happens."""
    path = Path(folder) / "net.prototxt"
    path.write_text(text, encoding="utf-8", errors="surrogateescape")
    if binary:
        path = path.with_suffix(".caffemodel")
        path.write_bytes(binary)
    else:
        path.with_suffix(".caffemodel").unlink(missing_ok=True)
    try:
        with limited(memory=1 << 30, seconds=SECONDS):
            import_caffe(path)
    except InternalError:
        raise
    except DldtError as error:
        return type(error).__name__
    return "imported"


def main(words):
    """Run so many, print how they end; the exit code is 1 where one ends otherwise."""
    parser = argparse.ArgumentParser("python -m tests.frontends.caffe.mutants")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(words)
    found, longest, faults = collections.Counter(), 0.0, 0
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, text, binary) in zip(range(given.count), mutants(given.seed), strict=False):
            started = time.monotonic()
            try:
                found[outcome_of(folder, text, binary)] += 1
            except Exception as error:
                faults += 1
                print(f"{number} {title}: {type(error).__name__}: {str(error)[:300]}\n    {text[:600]}", flush=True)
            longest = max(longest, time.monotonic() - started)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{given.count} mutants: {dict(found)}, {faults} faults; longest {longest:.1f} s, {memory} MiB at most")
    return int(faults > 0 or longest > SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
