"""The frameworks that may evaluate a model in a comparison: a row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from dldt.compiler.errors import DldtError, UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.types import Array
from dldt.debug.run_onnxruntime import run_onnxruntime
from dldt.debug.run_opencv import run_opencv
from dldt.debug.run_openvino import run_openvino
from dldt.debug.run_tensorflow import run_tensorflow
from dldt.debug.run_tflite import run_tflite


@attrs.frozen
class FrameworkSide:
    """``word``: as it stands behind ``@``. ``package``: what to install. ``formats``: whose models it evaluates when no
    word is given. ``run``: the tensors for a file, inputs by name, and the graph that we made of it, whose names they
    have."""

    word: str
    package: str
    formats: tuple[str, ...]
    run: Callable[[Path, Mapping[str, Array], Graph], dict[str, Array]]

    def tensors(self, path: Path, inputs: Mapping[str, Array], graph: Graph) -> dict[str, Array]:
        """What the framework computes. Raises UnsupportedError, which says what to install, or what the framework says
        of a model that it does not run."""
        try:
            return self.run(path, inputs, graph)
        except ModuleNotFoundError as error:
            told = (
                f"{path.name}@{self.word} needs {self.package.partition('<')[0]}: pip install {_quoted(self.package)}"
            )
            raise UnsupportedError(f"{told}; or compare with {path.name}@interpreter") from error
        except DldtError:
            raise
        except Exception as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise UnsupportedError(
                f"{self.word} does not run {path.name}: {said[-1][:300]}; compare with {path.name}@interpreter"
            ) from error


FRAMEWORK_SIDES = {
    side.word: side
    for side in (
        FrameworkSide("onnxruntime", "onnxruntime", ("onnx",), run_onnxruntime),
        FrameworkSide("openvino", "openvino", (), run_openvino),
        FrameworkSide("tensorflow", "tensorflow", ("tensorflow",), run_tensorflow),
        FrameworkSide("tflite", "ai-edge-litert", ("tflite",), run_tflite),
        FrameworkSide("opencv", "opencv-python-headless<5", ("caffe",), run_opencv),
    )
}


def _quoted(package: str) -> str:
    return f"'{package}'" if "<" in package else package
