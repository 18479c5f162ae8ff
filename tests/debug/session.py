"""dldt with a wrong pass in its pipeline: the session of docs/debugging.md, to be followed.

python -m tests.debug.session debug bisect ch_PP-OCRv4_det_infer.onnx --input "x[1,3,64,64]"
"""

from __future__ import annotations

import sys

from dldt.passes import pipelines
from dldt.tools.main import main
from tests.debug.planted import with_flipped_sign

GUILTY = "p2o.Add.30"


def run(words: list[str]) -> int:
    """Run a command of dldt's with the wrong pass before the first fuse-linear."""
    right = pipelines.default_pipeline
    wrong = with_flipped_sign(GUILTY)
    pipelines.default_pipeline = lambda **_: wrong  # type: ignore[assignment]  # for this process alone
    try:
        return main(words)
    finally:
        pipelines.default_pipeline = right


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
