"""Sound models of one node for every importer of ONNX, and damaged attributes, constant inputs and shapes of them."""

import functools
import warnings

import numpy as np
import onnx
from onnx import AttributeProto, helper, numpy_helper

import dldt.frontends.onnx.ops  # noqa: F401 - registers the importers
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.signature import Tensor
from dldt.frontends.onnx.framework import ONNX
from tests.fuzz.odd import odd_arrays, odd_floats, odd_ints, odd_lists

FREE = "N"
DIMS = (0, 1, 2**31, FREE)
SEEDS = 3
"""How many different models an importer is tried with."""


@functools.cache
def examples():
    """ONNX's own example nodes by domain and operation, those with the fewest attributes first: models with inputs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases  # its modules write to the terminal when imported

        cases = collect_testcases(None)
    found = {}
    for case in cases:
        if case.model is not None and len(case.model.graph.node) == 1 and case.data_sets:
            node = case.model.graph.node[0]
            found.setdefault((node.domain, node.op_type), []).append((case.model, case.data_sets[0][0]))
    return found


def seeds():
    """(importer, model, inputs) for every importer that has an example; older ones take those of newer ones."""
    for importer in ONNX.importers():
        several = examples().get((importer.domain, importer.op_type)) or examples().get(("", importer.op_type), [])
        step = max(1, len(several) // SEEDS)
        for model, inputs in several[::step][:SEEDS]:
            yield importer, _older(model, importer), inputs


def without_example():
    """The importers that no example serves."""
    served = {id(importer) for importer, _, _ in seeds()}
    return [importer for importer in ONNX.importers() if id(importer) not in served]


def _older(model, importer):
    """The model for this importer: its version and domain, no more inputs and attributes than it has."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    node, signature = made.graph.node[0], importer.signature
    node.domain = importer.domain
    if importer.domain:
        made.opset_import.append(helper.make_opsetid(importer.domain, importer.since))
    else:
        next(entry for entry in made.opset_import if not entry.domain).version = importer.until
    if not any(port.variadic for port in signature.inputs):
        del node.input[len(signature.inputs) :]
    kept = [attribute for attribute in node.attribute if attribute.name in signature.attributes]
    del node.attribute[:]
    node.attribute.extend(kept)
    return made


def damaged(importer, model, inputs):
    """(what was changed, model) for every change to an attribute, a small input made constant, and an input's dim."""
    for attribute in importer.signature.attributes.values():
        for text, made in _attribute_values(model, attribute):
            yield f"{attribute.name}={text}", _with_attribute(model, attribute.name, made)
    for place, array in enumerate(inputs[: len(model.graph.node[0].input)]):
        if isinstance(array, np.ndarray) and array.size <= 16 and array.dtype.kind in "iuf":
            yield f"input {place} constant", _with_constant(model, place, array)
            for other in odd_arrays(array):
                yield f"input {place}={_shown(other)}", _with_constant(model, place, other)
    for place, info in enumerate(model.graph.input):
        for axis in range(len(info.type.tensor_type.shape.dim)):
            for dim in DIMS:
                yield f"dim {axis} of input {place}={dim}", _with_dim(model, place, axis, dim)


def _attribute_values(model, attribute):
    """(text, keyword arguments for an AttributeProto) for the values that an attribute is given."""
    present = {a.name: helper.get_attribute_value(a) for a in model.graph.node[0].attribute}
    value = present.get(attribute.name, attribute.default)
    wrong = [("nan", float("nan")), ("text", "x"), ("ints", [1, 1]), ("int", 1), ("tensor", np.ones((2, 2), "f4"))]
    if attribute.kind is int:
        yield from ((str(n), n) for n in odd_ints(int(value or 0)))
    elif attribute.kind is float:
        yield from ((str(n), float(n)) for n in odd_floats(float(value or 0)))
    elif attribute.kind is str:
        yield from ((repr(text), text) for text in ("", "x", "SAME_UPPER", "linear", b"\xff\xfe", "é" * 5000))
    elif attribute.kind == tuple[int, ...]:
        yield from ((_shown(n), n) for n in odd_lists(list(value or [1, 1]), odd_ints))
    elif attribute.kind == tuple[float, ...]:
        yield from ((_shown(n), [float(x) for x in n]) for n in odd_lists(list(value or [1.0, 1.0]), odd_floats))
    elif attribute.kind == Tensor:
        base = numpy_helper.to_array(value) if value is not None else np.ones(2, np.int64)
        yield from ((_shown(n), n) for n in odd_arrays(base))
    elif attribute.kind is GraphRecord:
        yield "no graph", onnx.GraphProto(name="empty")
    yield from wrong


def _shown(value):
    return str(np.asarray(value).tolist())[:60]


def _with_attribute(model, name, value):
    made = onnx.ModelProto()
    made.CopyFrom(model)
    node = made.graph.node[0]
    kept = [attribute for attribute in node.attribute if attribute.name != name]
    del node.attribute[:]
    node.attribute.extend(kept)
    if isinstance(value, np.ndarray):
        value = numpy_helper.from_array(value, "value")
    empty = isinstance(value, list) and not value
    kind = AttributeProto.INTS if empty else None
    node.attribute.append(helper.make_attribute(name, value, attr_type=kind))
    return made


def _with_constant(model, place, array):
    made = onnx.ModelProto()
    made.CopyFrom(model)
    name = made.graph.node[0].input[place]
    kept = [info for info in made.graph.input if info.name != name]
    del made.graph.input[:]
    made.graph.input.extend(kept)
    made.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name))
    return made


def _with_dim(model, place, axis, dim):
    made = onnx.ModelProto()
    made.CopyFrom(model)
    changed = made.graph.input[place].type.tensor_type.shape.dim[axis]
    if dim == FREE:
        changed.dim_param = dim
    else:
        changed.dim_value = dim
    for info in made.graph.output:  # its shape is another one now
        info.type.tensor_type.ClearField("shape")
    return made
