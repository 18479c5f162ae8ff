"""Waits for a process to end. Where it ends in the middle of a run, what the run was given is packed up, and the path
is told. A program of its own, which needs nothing but the standard library: the process it watches cannot take it
along."""

from __future__ import annotations

import os
import shutil
import sys
import zipfile

_FILES = {"library.json": "library.json", "env.json": "env.json", "repro.py": "repro.py"}


def main(folder: str, process: str) -> None:
    """Wait until the process closes our input, by whatever end; then look at what it left in ``folder``, and remove
    it."""
    said = sys.stdin.buffer.read()
    for model in [] if said else sorted(os.listdir(folder)):
        if os.path.isdir(os.path.join(folder, model)):
            _report(folder, model, process)
    shutil.rmtree(folder, ignore_errors=True)


def _report(folder: str, model: str, process: str) -> None:
    """Write a zip file for each run of the model that was in progress, and print its path."""
    own, trace = os.path.join(folder, model), os.path.join(folder, "traceback.txt")
    for file in sorted(os.listdir(own)):
        if not file.startswith("run-") or not file.endswith(".npz"):
            continue
        number = file[4:-4]
        files = {**_FILES, file: "inputs.npz", f"states-{number}.npz": "states.npz"}
        path = os.path.join(os.path.dirname(folder), f"dldt-crash-{process}-{model}-{number}.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, entry in files.items():
                if os.path.exists(os.path.join(own, name)):
                    archive.write(os.path.join(own, name), entry)
            if os.path.exists(trace):
                archive.write(trace, "traceback.txt")
        told = f"dldt: process {process} ended while a library's code ran{_first_line(trace)}"
        print(f"{told}\na reproducer is in {path}", file=sys.stderr, flush=True)


def _first_line(path: str) -> str:
    """What Python's fault handler wrote first, such as the signal."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            line = file.readline().strip()
    except OSError:
        return ""
    return f" ({line.removeprefix('Fatal Python error: ')})" if line else ""


if __name__ == "__main__":
    main(*sys.argv[1:])
