"""Where what a crash leaves is written."""

from __future__ import annotations

import os

from dldt.runtime.errors import RuntimeInputError
from dldt.runtime.shown import shown

VARIABLE = "DLDT_CRASH_DIR"


def crash_folder(given: str | os.PathLike[str] | None) -> str | None:
    """The folder to keep runs in: as told, else DLDT_CRASH_DIR, else None. It is made where it is not there. Raises
    RuntimeInputError where it cannot be."""
    text = os.environ.get(VARIABLE, "") if given is None else os.fspath(given)
    if not text:
        return None
    folder = os.path.abspath(text)
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        what = VARIABLE if given is None else "crash_dir"
        raise RuntimeInputError(
            f"{what} is {shown(text)}, which is no folder and cannot be made one: {error}"
        ) from None
    return folder
