"""The test cases of Caffe, MXNet, TensorFlow and TensorFlow Lite as records, and damaged attributes, constants
and dims of them: what their readers hand to the importers."""

import attrs
import numpy as np

from dldt.compiler.types import DType
from dldt.frontends.caffe.files import Files
from dldt.frontends.caffe.ops import register as register_caffe
from dldt.frontends.caffe.read import read_caffe
from dldt.frontends.engine.import_model import import_model
from dldt.frontends.engine.input_spec import InputSpec
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.engine.text import Text
from dldt.frontends.mxnet.ops import register as register_mxnet
from dldt.frontends.mxnet.read import read_mxnet
from dldt.frontends.tflite.ops import register as register_tflite
from dldt.frontends.tflite.read import read_tflite
from tests.frontends.caffe.cases import CASES as CAFFE_CASES
from tests.frontends.mxnet.all_cases import CASES as MXNET_CASES
from tests.frontends.tensorflow.case import record
from tests.frontends.tensorflow.cases.table import FAMILIES
from tests.frontends.tflite.cases import CASES as TFLITE_CASES
from tests.fuzz.odd import odd_arrays, odd_floats, odd_ints, odd_lists

FREE = "N"
DIMS = (0, 1, 2**31, FREE)
TEXTS = ("", "x", "SAME", "same_upper", "linear", "NHWC", "é" * 5000, "9" * 400)
WRONG = (float("nan"), "x", (1, 1), 1, 2.5, True, None)
SMALL = 16
"""Constants of at most so many elements are replaced by odd ones."""


@attrs.frozen(eq=False)
class Seed:
    """A sound model, and the shapes that its inputs are given."""

    title: str
    model: object
    inputs: dict

    def graph(self):
        return import_model(self.model, self.inputs)


def seeds(framework, folder):
    """The seeds of a framework; files are written to ``folder`` and may be gone afterwards."""
    return _SEEDS[framework](folder)


def damaged(seed):
    """(what was changed, seed) for every change to an attribute, a small constant, and an input's dim."""
    graph = seed.model.graph
    for place, node in enumerate(graph.nodes):
        importer = seed.model.framework.find(node.op_type, node.version, node.domain)
        for attribute in importer.signature.attributes.values() if importer else ():
            for value in _values(attribute, node.attributes.get(attribute.name)):
                made = attrs.evolve(node, attributes={**node.attributes, attribute.name: value})
                nodes = (*graph.nodes[:place], made, *graph.nodes[place + 1 :])
                yield f"{node.op_type} {attribute.name}={value!r:.60}", _with(seed, nodes=nodes)
    for name, tensor in graph.initializers.items():
        array = tensor.read(name)
        if array.size <= SMALL and array.dtype.kind in "iuf":
            for other in odd_arrays(array):
                changed = {**graph.initializers, name: TensorRecord.of(other)}
                yield f"constant {name}={other.ravel()[:8].tolist()!r:.60}", _with(seed, initializers=changed)
    for name, declared in graph.inputs.items():
        shape = seed.inputs[name].shape if name in seed.inputs else declared.shape
        for axis in range(len(shape or ())):
            for dim in DIMS:
                spec = InputSpec.of((*shape[:axis], dim, *shape[axis + 1 :]))
                yield f"dim {axis} of {name}={dim}", attrs.evolve(seed, inputs={**seed.inputs, name: spec})


def _with(seed, **changes):
    return attrs.evolve(seed, model=attrs.evolve(seed.model, graph=attrs.evolve(seed.model.graph, **changes)))


def _values(attribute, given):
    """What the attribute is set to; as text where the file holds text."""
    kind = attribute.kind
    value = attribute.default if given is None else given
    if isinstance(given, Text):
        yield from (Text(item) for item in _texts(kind, value))
    else:
        yield from _typed(kind, value)
        yield from WRONG


def _texts(kind, text):
    yield from (*TEXTS, "nan", "inf", "-inf", "None", "(1,)", "()", "1, 1", "(2, 2", "1e400", "True")
    yield from map(str, odd_ints(1))
    if str(kind).startswith("tuple"):
        try:
            numbers = list(text.as_kind(tuple[int, ...])) if isinstance(text, Text) else list(text or (1, 1))
        except (ValueError, TypeError):
            numbers = [1, 1]
        yield from (str(tuple(n)) for n in odd_lists(numbers, odd_ints))


def _typed(kind, value):
    if kind is bool:
        yield from (True, False)
    elif kind is int:
        yield from odd_ints(_number(value))
    elif kind is float:
        yield from map(float, odd_floats(float(_number(value))))
    elif kind is str:
        yield from TEXTS
    elif kind is DType:
        yield from DType
    elif kind == Tensor:
        base = value.read("value") if isinstance(value, TensorRecord) else np.ones((2, 2), np.float32)
        yield from map(TensorRecord.of, odd_arrays(base))
    elif kind is GraphRecord:
        yield GraphRecord("empty", (), {}, ())
    elif str(kind).startswith("tuple[int"):
        yield from map(tuple, odd_lists([_number(n) for n in value or (1, 1)], odd_ints))
    elif kind == tuple[float, ...]:
        numbers = [float(n) for n in value or (1.0, 1.0)]
        yield from (tuple(map(float, made)) for made in odd_lists(numbers, odd_floats))


def _number(value):
    return value if isinstance(value, int | float) else 1


def _caffe(folder):
    register_caffe()
    for case in CAFFE_CASES:
        yield Seed(f"caffe {case.key}", read_caffe(Files.of(case.net.save(folder), None)), {})


def _mxnet(folder):
    register_mxnet()
    for case in MXNET_CASES.values():
        net, outputs = case.writer()
        shapes = {n: InputSpec.of(a.shape) for n, a in net.inputs.items() if n not in case.labels}
        yield Seed(f"mxnet {case.name}", read_mxnet(net.save(folder, *outputs), {}, tuple(shapes)), shapes)


def _tensorflow(_):
    for family in FAMILIES.values():
        for case in family:
            yield Seed(f"tensorflow {case.op}", record([case])[0], {})


def _tflite(folder):
    register_tflite()
    for case in TFLITE_CASES:
        path = folder / "m.tflite"
        path.write_bytes(case.model)
        yield Seed(f"tflite {case.name}", read_tflite(path, None), {})


_SEEDS = {"caffe": _caffe, "mxnet": _mxnet, "tensorflow": _tensorflow, "tflite": _tflite}
FRAMEWORKS = tuple(_SEEDS)
