"""The real models of the models' folder, and what is fed to them."""

from pathlib import Path

import attrs
import numpy as np

STORED = Path(__file__).with_name("real_expected.npz")


@attrs.frozen
class Real:
    """``tensors``: the results that are compared; ``calls``: how many runs follow each other; ``units``: how far
    integers may be off; every ``step``-th number is stored."""

    file: str
    shape: tuple
    tensors: tuple
    calls: int = 1
    units: int = 0
    step: int = 1
    transposed_convolution: bool = False
    """MediaPipe's operation is TRANSPOSE_CONV for TF Lite, which has no other: the same where sizes are even."""

    @property
    def name(self):
        return self.file.rpartition("/")[2].removesuffix(".tflite")

    def feeds(self):
        """The input of each call: a smooth picture, or features that move."""
        generator = np.random.default_rng(7)
        if self.units == 0 and len(self.shape) == 4:
            rows, columns = np.mgrid[0 : self.shape[1], 0 : self.shape[2]] / self.shape[1]
            waves = [np.sin(6 * rows * (k + 1) + 4 * columns * (3 - k)) for k in range(3)]
            yield (0.5 + 0.4 * np.stack(waves, -1))[None].astype(np.float32)
            return
        for call in range(self.calls):
            walk = np.cumsum(generator.normal(0, 20, self.shape), 2) + 60 * np.sin(call / 3 + np.arange(40) / 6)
            yield np.clip(walk, -128, 127).astype(np.int8)


LOGITS = "model/dense/MatMul;model/dense/BiasAdd"
REAL = (
    Real("tflite/mediapipe/face_landmark.tflite", (1, 192, 192, 3), ("conv2d_21", "conv2d_31")),
    Real("tflite/mediapipe/hand_landmark_lite.tflite", (1, 224, 224, 3), ("Identity", "Identity_1", "Identity_3")),
    Real(
        "tflite/mediapipe/face_detection_full_range_sparse.tflite",
        (1, 192, 192, 3),
        ("Identity", "Identity_1"),
        step=17,
    ),
    Real(
        "tflite/mediapipe/selfie_segmentation.tflite",
        (1, 256, 256, 3),
        ("activation_10",),
        step=61,
        transposed_convolution=True,
    ),
    Real("tflite/wakeword/hey_jarvis.tflite", (1, 3, 40), (LOGITS,), calls=50, units=1),
)


def expected(real, call, name):
    """What TF Lite's reference kernels made: every so-manieth number, and the largest of all."""
    key = f"{real.name}|{call}|{name}".replace("/", "\\")
    with np.load(STORED) as stored:
        return stored[key], float(stored[f"{key}|most"])
