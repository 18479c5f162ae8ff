"""The files that a Caffe model is: a net as text, weights, or both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from dldt.compiler.errors import UsageError

WEIGHTS = (".caffemodel", ".caffemodel.h5")
"""How names of files with weights end, in small letters."""
NET = ".prototxt"
_DEPLOY = "deploy.prototxt"


@attrs.frozen
class Files:
    """The file that the user named, and which files hold the net and the weights."""

    named: Path
    net: Path | None
    """None: the weights' file holds the net, too."""
    weights: Path | None

    @classmethod
    def of(cls, path: Path, input_proto: str | None = None) -> Files:
        """The files of a model: what is not named is looked for beside ``path`` under the same name, the net also as
        ``deploy.prototxt``. Raises UsageError where two nets are named."""
        is_net = not path.name.lower().endswith(WEIGHTS) and (path.suffix.lower() == NET or _is_text(path))
        if not is_net:
            net = Path(input_proto) if input_proto is not None else _first(_nets(path))
            return cls(path, net, path)
        if input_proto is not None and Path(input_proto) != path:
            raise UsageError(f"{path} and --input-proto {input_proto} are both nets; name the .caffemodel as the model")
        return cls(path, path, _first(path.with_name(path.stem + end) for end in WEIGHTS))


def _nets(weights: Path) -> Iterator[Path]:
    end = next((end for end in reversed(WEIGHTS) if weights.name.lower().endswith(end)), "")
    yield weights.with_name(weights.name.removesuffix(weights.name[len(weights.name) - len(end) :]) + NET)
    yield weights.with_name(_DEPLOY)


def _first(paths: Iterator[Path]) -> Path | None:
    return next((path for path in paths if path.is_file()), None)


def _is_text(path: Path) -> bool:
    """Whether a file of a name that tells nothing is a net as text."""
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(512)
    except OSError:
        return False
