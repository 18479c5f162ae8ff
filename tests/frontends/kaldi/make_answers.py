"""Writes answers.npz: models that Kaldi wrote, and what it makes of them.

python -m tests.frontends.kaldi.make_answers PROGRAM

PROGRAM is kaldi_answers.cc, compiled and linked with Kaldi's base, matrix, util, cudamatrix and nnet3.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from tests.frontends.kaldi.answer_configs import CONFIGS


def matrix(path: Path) -> np.ndarray:
    """Two sizes, then floats."""
    data = path.read_bytes()
    return np.frombuffer(data[8:], np.float32).reshape(np.frombuffer(data[:8], np.int32))


def main(program: str) -> None:
    found: dict[str, np.ndarray] = {}
    for number, (name, config) in enumerate(CONFIGS.items()):
        for binary in (0, 1):
            with tempfile.TemporaryDirectory() as folder:
                place = Path(folder)
                (place / "config").write_text(config + "\n")
                words = (place / "config", number + 1, binary, 4 + number % 11, place)
                subprocess.run([program, *map(str, words)], check=True)
                own = f"{name}/{'text' if not binary else 'binary'}"
                found[f"{own}/model"] = np.frombuffer((place / "model.raw").read_bytes(), np.uint8)
                arrays = [path for path in sorted(place.iterdir()) if path.name not in ("config", "model.raw")]
                found |= {f"{own}/{path.name}": matrix(path) for path in arrays}
    np.savez_compressed(Path(__file__).with_name("answers.npz"), **found)
    print(f"{len(CONFIGS)} networks, {len(found)} arrays")


if __name__ == "__main__":
    main(sys.argv[1])
