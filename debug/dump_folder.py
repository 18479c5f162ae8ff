"""The folder of a dump: made anew, and never anything else than a dump overwritten."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from dldt.compiler.errors import InputError, UsageError

EVENTS = "events.jsonl"
HEAD = json.dumps({"event": "dump", "format": 1})


def make_fresh(folder: Path) -> None:
    """Make the folder. One that holds an older dump is emptied; any other folder that is not empty is refused."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--dump {folder}: there is a file of this name; name a new directory")
    if folder.is_dir() and any(folder.iterdir()):
        if not _is_dump(folder):
            raise UsageError(f"--dump {folder}: the directory is not empty and holds no dump; name a new directory")
        for entry in folder.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / EVENTS).write_text(HEAD + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {folder}: {(error.strerror or str(error)).lower()}") from error


def _is_dump(folder: Path) -> bool:
    events = folder / EVENTS
    if not events.is_file():
        return False
    with events.open("rb") as file:
        return file.readline(200).strip() == HEAD.encode()
