"""The models that are measured: their files, the shapes that they run at, and weights for those that have none."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from pathlib import Path

import numpy as np
import onnx

from benchmarks.random_weights import calibrate, randomise

Array = np.ndarray
Shape = tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Model:
    """A model: its file below its root folder, the shape of every free input, and the inputs that are frozen to a
    number.

    ``light`` files come with the onnx wheel without weights, and get seeded random ones. ``high`` bounds integer
    inputs. ``pixels``: inputs are uniform in [-1, 1), like pixels, instead of normally distributed. The text detector
    needs it: on normal noise onnxruntime's optimised and unoptimised answers differ by 2.4e-4 of their maximum.
    """

    name: str
    file: str
    inputs: dict[str, Shape]
    frozen: dict[str, int] = dataclasses.field(default_factory=dict)
    light: bool = False
    high: int = 256
    pixels: bool = False

    @property
    def source(self) -> Path:
        """The file as its author made it; it may be missing on this machine."""
        root = Path(onnx.__file__).parent / "backend/test/data/light" if self.light else models_folder() / "onnx"
        return root / self.file


def _light(name: str, file: str, input_name: str) -> Model:
    return Model(name, f"light_{file}.onnx", {input_name: (1, 3, 224, 224)}, light=True)


MODELS = (
    _light("alexnet", "bvlc_alexnet", "data_0"),
    _light("densenet121", "densenet121", "data_0"),
    _light("inception_v1", "inception_v1", "data_0"),
    _light("inception_v2", "inception_v2", "data_0"),
    _light("resnet50", "resnet50", "gpu_0/data_0"),
    _light("shufflenet", "shufflenet", "gpu_0/data_0"),
    _light("squeezenet", "squeezenet", "data_0"),
    _light("vgg19", "vgg19", "data_0"),
    _light("zfnet512", "zfnet512", "gpu_0/data_0"),
    Model("ppocr_det", "ppocr/ch_PP-OCRv4_det_infer.onnx", {"x": (1, 3, 640, 640)}, pixels=True),
    Model("ppocr_cls", "ppocr/ch_ppocr_mobile_v2.0_cls_infer.onnx", {"x": (1, 3, 48, 192)}),
    Model("centerface", "centerface/centerface.onnx", {"input.1": (1, 3, 480, 640)}),
    Model("mtcnn_pnet", "mtcnn/pnet.onnx", {"input_1": (1, 12, 12, 3)}),
    Model("mtcnn_rnet", "mtcnn/rnet.onnx", {"input_2": (1, 24, 24, 3)}),
    Model("mtcnn_onet", "mtcnn/onet.onnx", {"input_3": (1, 48, 48, 3)}),
    Model("magika", "magika/model.onnx", {"bytes": (1, 2048)}, high=257),
    Model("wakeword", "wakeword/namaste_deepa.onnx", {"onnx::Flatten_0": (1, 24, 96)}),
    Model("silero", "silero/silero_vad_op18_ifless.onnx", {"input": (1, 576), "state": (2, 1, 128)}, {"sr": 16000}),
)


def models_folder() -> Path:
    """The folder of real models: DLDT_MODELS, else shared/models next to the checkout."""
    given = os.environ.get("DLDT_MODELS")
    return Path(given) if given else Path(__file__).resolve().parents[2] / "shared" / "models"


def select(names: list[str] | None) -> tuple[list[Model], list[str]]:
    """The named models (None: all) that are on this machine, and a line for each that is missing."""
    known = {model.name: model for model in MODELS}
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise SystemExit(f"error: no model {', '.join(unknown)}; there are {', '.join(known)}")
    asked = [known[name] for name in names] if names else list(MODELS)
    missing = [f"{m.name}: not found ({m.source.name})" for m in asked if not m.source.is_file()]
    return [m for m in asked if m.source.is_file()], missing


def model_file(model: Model) -> Path:
    """The file to compile: the author's, or a cached copy with random weights if the author's has none."""
    if not model.light:
        return model.source
    path = cache_folder() / f"{model.name}.onnx"
    if not path.is_file():
        proto = randomise(onnx.load(model.source), np.random.default_rng(7))
        _save(calibrate(proto, random_inputs(model)), path)
    return path


def fixed_file(model: Model) -> Path:
    """A cached copy with the model's input shapes fixed, for peers that cannot set them."""
    path = cache_folder() / f"{model.name}_fixed.onnx"
    if path.is_file():
        return path
    proto = onnx.load(model_file(model))
    for value in proto.graph.input:
        shape = model.inputs.get(value.name)
        if shape is None:
            continue
        del value.type.tensor_type.shape.dim[:]
        for size in shape:
            value.type.tensor_type.shape.dim.add().dim_value = size
    for value in proto.graph.output:
        value.type.tensor_type.ClearField("shape")
    del proto.graph.value_info[:]
    _save(proto, path)
    return path


def random_inputs(model: Model, seed: int = 0, batch: int | None = None) -> dict[str, Array]:
    """Seeded data for every input of the file, including the frozen ones. ``batch`` replaces the first dim."""
    rng = np.random.default_rng(seed)
    proto = onnx.load(model.source, load_external_data=False)
    made: dict[str, Array] = {}
    for value in proto.graph.input:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)
        if value.name in model.frozen:
            made[value.name] = np.array(model.frozen[value.name], dtype)
        elif value.name in model.inputs:
            shape = model.inputs[value.name]
            shape = (batch, *shape[1:]) if batch else shape
            made[value.name] = _numbers(model, dtype, shape, rng)
    return made


def _numbers(model: Model, dtype: np.dtype, shape: Shape, rng: np.random.Generator) -> Array:
    if np.issubdtype(dtype, np.integer):
        return rng.integers(0, model.high, shape).astype(dtype)
    if model.pixels:
        return rng.uniform(-1, 1, shape).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)


def cache_folder() -> Path:
    """The folder where derived models are kept between runs: this user's own, in the temporary directory."""
    folder = Path(tempfile.gettempdir()) / f"dldt-benchmarks-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _save(proto: onnx.ModelProto, path: Path) -> None:
    """Write the file completely or not at all: another benchmark may be reading it."""
    part = path.with_suffix(f".{os.getpid()}")
    onnx.save(proto, part)
    part.replace(path)
