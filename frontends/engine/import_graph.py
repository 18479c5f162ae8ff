"""Records → Graph: inputs typed, nodes imported in order, everything that is missing reported at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from dldt.compiler.errors import ShapeError, UnsupportedError
from dldt.compiler.graph import Graph
from dldt.compiler.ops.convert import Convert
from dldt.compiler.shown import shown
from dldt.compiler.types import TensorType
from dldt.frontends.engine.coverage import all_nodes, consumers_of, cut_place, described, without_importer
from dldt.frontends.engine.fault import Fault
from dldt.frontends.engine.findings import Findings
from dldt.frontends.engine.input_spec import InputSpec
from dldt.frontends.engine.input_type import frozen_array, input_type
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.order import ordered
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.scope import ImportScope
from dldt.frontends.engine.sequences import Nothing, StackedSequence, TensorOfFoundRank, part_names, parts
from dldt.frontends.engine.stored import StoredTensor
from dldt.frontends.engine.symbols import Symbols
from dldt.frontends.engine.unsupported import unsupported_error


def import_graph(
    model: ModelRecord,
    record: GraphRecord,
    specs: Mapping[str, InputSpec],
    types: Mapping[str, TensorType],
    symbols: Symbols,
) -> Graph:
    """The graph of ``record``, a graph of ``model`` that may have been cut.

    ``specs`` override declared inputs; ``types`` are those of inputs that the cut made. Raises UnsupportedError with
    every operation that is missing, InputError and ShapeError where the model is at fault.
    """
    top = ordered(record, model.path)
    nodes = all_nodes(top)
    missing = without_importer(model.framework, nodes)
    findings = Findings(tolerant=bool(missing))
    graph = Graph(record.name or model.path.stem)
    scope = ImportScope(model, record, graph, findings)
    for name in record.inputs:
        _add_input(scope, name, specs.get(name, InputSpec()), types.get(name), symbols)
    scope.run()
    if missing or findings.unsupported:
        reasons = {id(node): reason for node, reason in findings.unsupported}
        listed = [*missing, *(node for node, reason in findings.unsupported if reason)]
        users = consumers_of(nodes)
        unsupported = [
            described(model.framework, node, reasons.get(id(node), ""), findings.types, users)
            for node in {id(node): node for node in listed}.values()
        ]
        command = f"dldt ops --framework {model.framework.name}"
        raise unsupported_error(str(model.path), unsupported, len(nodes), cut_place(top, listed, record), command)
    for name, value in zip(_distinct(record.outputs), scope.outputs(), strict=True):
        if isinstance(value, Nothing):
            raise UnsupportedError(f"output {shown(name)} is an optional without a value")
        if value is not None:
            for part, own in zip(parts(value), part_names(name, value), strict=True):
                tells = isinstance(value, TensorOfFoundRank) and part is value.rank
                graph.result(part, own, rank_of=name if tells else None)
    graph.prune()
    graph.metadata = {"framework": model.framework.name, **model.metadata}
    return graph


def _distinct(names: Sequence[str]) -> list[str]:
    """The names; one that is there again gets a number: ``y``, ``y_2``."""
    made: dict[str, None] = {}
    taken = set(names)
    for name in names:
        number, own = 2, name
        while own in made or (own != name and own in taken):
            own, number = f"{name}_{number}", number + 1
        made[own] = None
    return list(made)


def _add_input(scope: ImportScope, name: str, spec: InputSpec, cut_type: TensorType | None, symbols: Symbols) -> None:
    declared = scope.record.inputs[name]
    graph = scope.graph
    if spec.value is not None:
        before = cut_type or input_type(name, declared, InputSpec(), symbols, scope.model.path)
        value = graph.constant(frozen_array(name, before.dtype, before.shape, spec), name=name)
        graph.rename(value, (name,))
        scope.values[name] = value
        return
    if declared.item is not None and spec.shape is not None:
        item = attrs.evolve(declared.item, shape=None)
        stack = graph.parameter(name, input_type(name, item, spec, symbols, scope.model.path))
        scope.values[name] = StackedSequence(stack)
        return
    type = cut_type or input_type(name, declared, spec, symbols, scope.model.path)
    try:
        value = graph.parameter(name, type)
    except ShapeError as error:
        raise ShapeError(f"{scope.model.path}: input {shown(name)}: {error}") from error
    scope.findings.types[name] = type
    wanted = type.dtype if cut_type else declared.dtype or type.dtype
    if isinstance(wanted, Fault):
        raise wanted.error(f"input {shown(name)}:")
    made = value if wanted is type.dtype else Convert(wanted)(value, name=f"{name}/Convert")
    scope.values[name] = made if declared.stored is None else StoredTensor(made, declared.stored)
