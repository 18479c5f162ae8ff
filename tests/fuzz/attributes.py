"""Odd attributes, constant inputs and sizes of every importer and IR operation: ``python -m tests.fuzz.attributes``.

Each input is a small file. The compiler may take it or refuse it with a sentence (exit 2 or 3); it may not fail with an
internal error, crash, or need 20 seconds or 1 GB. Every input that does is printed, and kept with ``--keep``.
"""

import argparse
import collections
import os
import random
import re
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz import ir_seeds, onnx_seeds
from tests.fuzz.outcome import outcome


def inputs(folder, chosen=""):
    """(title, {suffix: content}) of every input; ``chosen``: only of operations whose name holds this."""
    for importer, model, arrays in onnx_seeds.seeds():
        if chosen.lower() in importer.op_type.lower():
            title = f"onnx {importer.op_type} v{importer.since}-{importer.until}"
            for what, made in onnx_seeds.damaged(importer, model, arrays):
                yield f"{title}: {what}", {".onnx": made.SerializeToString()}
    for title, text, weights in ir_seeds.seeds(folder):
        if chosen.lower() in title.split()[0].lower():
            for what, made in ir_seeds.damaged(text):
                yield f"ir {title}: {what}", {".xml": made.encode(), ".bin": weights}


def written(folder, files, stem="m"):
    """The files written; the first is the model."""
    for suffix, content in files.items():
        (Path(folder) / f"{stem}{suffix}").write_bytes(content)
    return Path(folder) / f"{stem}{next(iter(files))}"


def main(words):
    parser = argparse.ArgumentParser("python -m tests.fuzz.attributes", description=__doc__.split("\n\n")[1])
    parser.add_argument("--seed", type=int, default=0, help="which inputs are taken (default 0)")
    parser.add_argument("--count", type=int, help="how many inputs (default: all)")
    parser.add_argument("--only", default="", help="operations whose name holds this word")
    parser.add_argument(
        "--compile", type=int, default=20, metavar="N", help="go on to a library and a run for one in N"
    )
    parser.add_argument("--keep", type=Path, help="a directory for the inputs that failed")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        return _report(folder, given)


def _report(folder, given):
    several = list(inputs(folder, given.only))
    random.Random(given.seed).shuffle(several)
    several = several[: given.count]
    codes, faults, seen, started = collections.Counter(), collections.Counter(), {}, time.monotonic()
    longest, largest = 0.0, 0
    for number, (title, files) in enumerate(several):
        path = written(folder, files)
        library = Path(folder) / "m.so" if number % given.compile == 0 else None
        found = outcome(path, library=library)
        longest, largest = max(longest, found.seconds), max(largest, found.peak)
        codes[f"exit {found.code}" if found.code >= 0 else "killed"] += 1
        if found.fault:
            faults[found.fault] += 1
            _show(title, found, seen)
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                written(given.keep, files, re.sub(r"\W+", "_", title)[:80])
    print(f"{len(several)} inputs in {time.monotonic() - started:.0f} s: {dict(sorted(codes.items()))}")
    print(f"longest {longest:.1f} s, largest {largest >> 20} MB above the start")
    print(f"faults: {dict(faults) or 'none'}")
    unserved = sorted({importer.op_type for importer in onnx_seeds.without_example()})
    print(f"importers without an example: {', '.join(unserved) or 'none'}")
    return int(bool(faults))


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
