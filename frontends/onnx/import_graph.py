"""Records → Graph: inputs typed, nodes imported in order, everything that is missing reported at once."""

from __future__ import annotations

from collections.abc import Mapping

from dldt.compiler.errors import ShapeError
from dldt.compiler.graph import Graph
from dldt.compiler.ops.convert import Convert
from dldt.compiler.types import TensorType
from dldt.frontends.errors import unsupported_error
from dldt.frontends.input_spec import InputSpec
from dldt.frontends.onnx.coverage import all_nodes, consumers_of, cut_place, described, without_importer
from dldt.frontends.onnx.element_types import element_type
from dldt.frontends.onnx.inputs import frozen_array, input_type
from dldt.frontends.onnx.ops import register
from dldt.frontends.onnx.order import ordered
from dldt.frontends.onnx.read import OnnxModel
from dldt.frontends.onnx.record import GraphRecord
from dldt.frontends.onnx.scope import Findings, Scope
from dldt.frontends.symbols import Symbols

LIST_COMMAND = "dldt ops --framework onnx"


def import_graph(
    model: OnnxModel,
    record: GraphRecord,
    specs: Mapping[str, InputSpec],
    types: Mapping[str, TensorType],
    symbols: Symbols,
) -> Graph:
    """The graph of ``record``, a graph of ``model`` that may have been cut.

    ``specs`` override declared inputs; ``types`` are those of inputs that the cut made. Raises UnsupportedError with
    every operation that is missing, InputError and ShapeError where the model is at fault.
    """
    register()
    top = ordered(record, model.path)
    nodes = all_nodes(top)
    missing = without_importer(nodes, model.opsets)
    findings = Findings(tolerant=bool(missing))
    graph = Graph(record.name or model.path.stem)
    scope = Scope(model, record, graph, findings)
    for name in record.inputs:
        _add_input(scope, name, specs.get(name, InputSpec()), types.get(name), symbols)
    scope.run()
    if missing or findings.unsupported:
        reasons = {id(node): reason for node, reason in findings.unsupported}
        listed = [*missing, *(node for node, reason in findings.unsupported if reason)]
        users = consumers_of(nodes)
        unsupported = [
            described(node, reasons.get(id(node), ""), model.opsets, findings.types, users)
            for node in {id(node): node for node in listed}.values()
        ]
        place = cut_place(top, listed, record)
        raise unsupported_error(str(model.path), unsupported, len(nodes), place, LIST_COMMAND)
    for name, value in zip(record.outputs, scope.outputs(), strict=True):
        if value is not None:
            graph.result(value, name)
    graph.prune()
    graph.metadata = {"framework": "onnx", **model.metadata}
    return graph


def _add_input(scope: Scope, name: str, spec: InputSpec, cut_type: TensorType | None, symbols: Symbols) -> None:
    proto = scope.record.inputs[name]
    graph = scope.graph
    if spec.value is not None:
        declared = cut_type or input_type(name, proto, InputSpec(), symbols, scope.model.path)
        value = graph.constant(frozen_array(name, declared.dtype, declared.shape, spec), name=name)
        graph.rename(value, (name,))
        scope.values[name] = value
        return
    type = cut_type or input_type(name, proto, spec, symbols, scope.model.path)
    try:
        value = graph.parameter(name, type)
    except ShapeError as error:
        raise ShapeError(f"{scope.model.path}: input {name!r}: {error}") from error
    scope.findings.types[name] = type
    wanted = type.dtype if cut_type else element_type(proto.tensor_type.elem_type, f"input {name!r}")
    scope.values[name] = value if wanted is type.dtype else Convert(wanted)(value, name=f"{name}/Convert")
