"""Damaged nets and weights: ``python -m tests.frontends.caffe.mutants --count 2000``.

Texts lose, repeat and change tokens, mostly numbers; weights (protobuf, and HDF5 where h5py is there), mean pictures
and mappings of custom layers are cut, lengthened and changed byte by byte. Each is imported or refused with a
sentence: nothing else may happen, in 10 seconds and 1 GB.
"""

from __future__ import annotations

import argparse
import collections
import io
import logging
import random
import re
import resource
import sys
import tempfile
import time
from pathlib import Path

import attrs
import numpy as np

from dldt.compiler.budget import limited
from dldt.compiler.errors import DldtError, InternalError
from dldt.frontends.caffe.importer import import_caffe
from tests.frontends.caffe.cases import CASES
from tests.frontends.caffe.net import blob_of, caffemodel

try:
    import h5py
except ImportError:
    h5py = None

ODD = ("0", "-1", "1", "3", "7", "100", "65536", "2147483647", "-2147483648", "4294967295", "1e39", "nan", "-inf",
       "MAX", "true", '"x"', '""', "{", "}", "[", ":", "dim", "axis", "'\\377'", "9223372036854775807")  # fmt: skip
NUMBERS = ("0", "-1", "1", "2", "3", "5", "7", "100", "65536", "2147483647", "4294967295", "1e39", "nan", "-inf",
           "0.5")  # fmt: skip
BYTES = (0, 1, 2, 5, 7, 8, 10, 26, 42, 127, 128, 162, 255)
SECONDS = 10
FORMS = ("data", "legacy", "double_data", "raw_data")
WEIGHTS = ("net.caffemodel", "net.caffemodel.h5")
MAPPING = b"""<CustomKernelsMapping>
<CustomLayer NativeType="Proposal" hasParam="true" protoParamName="proposal_param"/>
<CustomLayer NativeType="Own" hasParam="false"/></CustomKernelsMapping>"""


@attrs.frozen
class Mutant:
    """A model of which one file is damaged: the net, the weights, the mean picture or the mapping."""

    title: str
    files: dict
    options: dict = attrs.field(factory=dict)

    def save(self, folder):
        """Its files alone; the path of the model, and the options with paths."""
        for old in Path(folder).iterdir():
            old.unlink()
        for name, content in self.files.items():
            (Path(folder) / name).write_bytes(content)
        model = next((name for name in WEIGHTS if name in self.files), "net.prototxt")
        return Path(folder) / model, {name: str(Path(folder) / file) for name, file in self.options.items()}


def mutants(seed=0):
    """Mutants without end."""
    rng = random.Random(seed)
    while True:
        case = rng.choice(CASES)
        text, weights = case.net.prototxt(), case.net.weights()
        binary = {"net.caffemodel": caffemodel(weights)} if weights else {}
        if binary and h5py and rng.random() < 0.2:
            binary = {"net.caffemodel.h5": damaged_bytes(in_hdf5(weights), rng)}
        elif binary and rng.random() < 0.4:
            binary = {"net.caffemodel": damaged_bytes(binary["net.caffemodel"], rng)}
        elif rng.random() < 0.2:
            made = {"net.prototxt": text.encode(), **binary}
            if rng.random() < 0.5:
                mean = blob_of(
                    np.ones((3, 9, 9), np.float32), rng.choice(("data", "legacy", "double_data", "raw_data"))
                )
                yield Mutant(case.key, {**made, "mean.bin": damaged_bytes(mean, rng)}, {"mean_file": "mean.bin"})
            else:
                yield Mutant(case.key, {**made, "k.xml": damaged_bytes(MAPPING, rng)}, {"k": "k.xml"})
            continue
        else:
            text = damaged_text(text, rng)
        yield Mutant(case.key, {"net.prototxt": text.encode(errors="surrogateescape"), **binary})


def in_hdf5(weights):
    """The bytes of a file as Caffe writes it."""
    made = io.BytesIO()
    with h5py.File(made, "w") as file:
        for layer, blobs in weights.items():
            for number, blob in enumerate(blobs):
                file[f"data/{layer}/{number}"] = blob
    return made.getvalue()


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


def outcome_of(folder, mutant):
    """``imported``, or the kind of error; raises where anything else happens."""
    path, options = mutant.save(folder)
    try:
        with limited(memory=1 << 30, seconds=SECONDS):
            import_caffe(path, options=options)
    except InternalError:
        raise
    except DldtError as error:
        return type(error).__name__
    return "imported"


def kind_of(mutant):
    """What it has beside its net."""
    return ", ".join(name for name in mutant.files if name != "net.prototxt") or "a net alone"


def main(words):
    """Run so many, print how they end; the exit code is 1 where one ends otherwise."""
    parser = argparse.ArgumentParser("python -m tests.frontends.caffe.mutants")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(words)
    found, damaged, longest, faults = collections.Counter(), collections.Counter(), 0.0, 0
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        for number, mutant in zip(range(given.count), mutants(given.seed), strict=False):
            started = time.monotonic()
            try:
                found[outcome_of(folder, mutant)] += 1
                damaged[kind_of(mutant)] += 1
            except Exception as error:
                faults += 1
                print(f"{number} {mutant.title}: {type(error).__name__}: {str(error)[:300]}", flush=True)
                print(f"    {mutant.files['net.prototxt'][:600]!r}", flush=True)
            longest = max(longest, time.monotonic() - started)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"with {dict(damaged)}")
    print(f"{given.count} mutants: {dict(found)}, {faults} faults; longest {longest:.1f} s, {memory} MiB at most")
    return int(faults > 0 or longest > SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
