"""Odd attributes, constant inputs and sizes of every importer and IR operation: ``python -m tests.fuzz.attributes``.

Each input is a small file. The compiler may take it or refuse it with a sentence (exit 2 or 3); it may not fail with an
internal error, crash, or need 20 seconds of a processor or 1 GB. Every input that does is printed, and kept with
``--keep``. Ctrl-C ends the run with what was found until then.
"""

import argparse
import collections
import functools
import gc
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz import ir_seeds, kaldi_seeds, onnx_seeds, record_seeds
from tests.fuzz.outcome import outcome

KINDS = ("onnx", "ir", "kaldi", *record_seeds.FRAMEWORKS)


def inputs(folder, chosen="", kinds=KINDS):
    """(title, input) of every input: {suffix: content} of a file, or a Seed; ``chosen``: only of operations whose name
    holds this."""
    for kind in kinds:
        make = _FILES.get(kind)
        for title, name, several in make(folder) if make else _records(kind, Path(folder)):
            if chosen.lower() in name.lower():
                for what, made in several():
                    yield f"{title}: {what}", made


def _onnx(_):
    for importer, model, arrays in onnx_seeds.seeds():
        title = f"onnx {importer.op_type} v{importer.since}-{importer.until}"
        yield title, importer.op_type, functools.partial(_onnx_files, importer, model, arrays)


def _onnx_files(importer, model, arrays):
    for what, made in onnx_seeds.damaged(importer, model, arrays):
        yield what, {".onnx": made.SerializeToString()}


def _ir(folder):
    for title, text, weights in ir_seeds.seeds(folder):
        yield f"ir {title}", title.split()[0], functools.partial(_ir_files, text, weights)


def _ir_files(text, weights):
    for what, made in ir_seeds.damaged(text):
        yield what, {".xml": made.encode(), ".bin": weights}


def _records(kind, folder):
    for seed in record_seeds.seeds(kind, folder):
        yield seed.title, seed.title, functools.partial(record_seeds.damaged, seed)


def _kaldi(_):
    for title, name, several in kaldi_seeds.seeds():
        yield f"kaldi {title}", name, functools.partial(_kaldi_files, several)


def _kaldi_files(several):
    for what, content in several():
        yield what, {".raw": content}


_FILES = {"onnx": _onnx, "ir": _ir, "kaldi": _kaldi}


def written(folder, files, stem="m"):
    """The files written; the first is the model."""
    for suffix, content in files.items():
        (Path(folder) / f"{stem}{suffix}").write_bytes(content)
    return Path(folder) / f"{stem}{next(iter(files))}"


def main(words):
    parser = argparse.ArgumentParser("python -m tests.fuzz.attributes", description=__doc__.split("\n\n")[1])
    parser.add_argument("--seed", type=int, default=0, help="which inputs are taken (default 0)")
    parser.add_argument("--count", type=int, help="how many inputs (default: all)")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="formats (default: all)")
    parser.add_argument("--only", default="", help="operations whose name holds this word")
    parser.add_argument(
        "--compile", type=int, default=20, metavar="N", help="go on to a library and a run for one in N"
    )
    parser.add_argument("--keep", type=Path, help="a directory for the inputs that failed")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        return _report(folder, given)


def _report(folder, given):
    several = list(inputs(folder, given.only, given.kinds))
    random.Random(given.seed).shuffle(several)
    several = several[: given.count]
    # Inputs live until the end: a collection in a child would only copy their pages.
    gc.freeze()
    found, started = [], time.monotonic()
    try:
        for one in _outcomes(folder, given, several):
            found.append(one)
    except KeyboardInterrupt:
        print("interrupted")
    codes = collections.Counter(f"exit {one.code}" if one.code >= 0 else "killed" for one in found)
    faults = collections.Counter(one.fault for one in found if one.fault)
    longest = max((one.seconds for one in found), default=0.0)
    largest = max((one.peak for one in found), default=0)
    print(f"{len(found)} inputs in {time.monotonic() - started:.0f} s: {dict(sorted(codes.items()))}")
    print(f"longest {longest:.1f} s of a processor, largest {largest >> 20} MB above the start")
    print(f"faults: {dict(faults) or 'none'}")
    unserved = sorted({importer.op_type for importer in onnx_seeds.without_example()})
    print(f"importers without an example: {', '.join(unserved) or 'none'}")
    return int(bool(faults))


def _outcomes(folder, given, several):
    """The outcome of each input; those with a fault are shown, and kept where this is asked for."""
    seen = {}
    for number, (title, made) in enumerate(several):
        library = Path(folder) / "m.so" if number % given.compile == 0 else None
        found = outcome(written(folder, made) if isinstance(made, dict) else made, library=library)
        if found.fault:
            _show(title, found, seen)
        if found.fault and given.keep and isinstance(made, dict):
            given.keep.mkdir(parents=True, exist_ok=True)
            written(given.keep, made, re.sub(r"\W+", "_", title)[:80])
        yield found


def _show(title, found, seen):
    """One line a kind of fault in full, and the further inputs of it by title."""
    kind = re.sub(r"\d+", "N", found.text.split(": ", 3)[-1])[-160:]
    first = kind not in seen
    seen.setdefault(kind, title)
    print(f"{found.fault}: {title} ({found.seconds:.1f} s, {found.peak >> 20} MB)", flush=True)
    if first:
        print("    " + found.text.replace("\n", "\n    "), flush=True)


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main(sys.argv[1:]))
