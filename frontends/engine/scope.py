"""One graph under construction: tensor names → values, nodes imported one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import attrs

from dldt.compiler.budget import BudgetError, budget
from dldt.compiler.errors import DldtError, InputError, InternalError, UnsupportedError
from dldt.compiler.graph import Graph, Value
from dldt.compiler.inference import is_found
from dldt.compiler.shown import shown
from dldt.compiler.types import Array
from dldt.frontends.engine.arguments import attributes_of, inputs_of
from dldt.frontends.engine.context import Context, FinishOutput, ImportedBody, MakeInput
from dldt.frontends.engine.excess import excess
from dldt.frontends.engine.failure import failure
from dldt.frontends.engine.findings import Findings
from dldt.frontends.engine.known import known_array
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.naming import Naming
from dldt.frontends.engine.order import ordered
from dldt.frontends.engine.record import GraphRecord, NodeRecord, needed
from dldt.frontends.engine.sequences import Imported, part_names, parts, with_found_ranks, with_parts
from dldt.frontends.engine.stored import StorageType, StoredTensor, storage_type


class ImportScope:
    """The values of one graph (or of a body inlined into it) by tensor name; ``outer`` names those around it."""

    def __init__(
        self,
        model: ModelRecord,
        record: GraphRecord,
        graph: Graph,
        findings: Findings,
        outer: ImportScope | None = None,
        prefix: str = "",
    ) -> None:
        self.model = model
        self.record = record
        self.graph = graph
        self.findings = findings
        self.outer = outer
        self.values: dict[str, Imported] = {}
        self._prefix = prefix
        self._naming = Naming(graph)
        self._poisoned: set[str] = set()
        self._used: set[str] = set()
        self._pending: deque[NodeRecord] = deque()

    def run(self, visible: Iterable[str] = ()) -> None:
        """Import every needed node. ``visible``: the outer tensors that the nodes may use."""
        nodes = ordered(self.record, self.model.path, visible)
        self._await(nodes)
        while self._pending:
            self._guarded(self._pending.popleft())

    def lookup(self, name: str) -> Imported:
        """What a name stands for: made here, an initialiser, or from around (constants are repeated in a body)."""
        if name in self.values:
            return self.values[name]
        if name in self.record.initializers:
            self.values[name] = self._initializer(name)
            return self.values[name]
        if self.outer is None:
            raise UnsupportedError(f"tensor {shown(name)} is an output that is not supported")
        return self.outer.lookup(name)

    def give(self, name: str, given: Imported) -> None:
        """The name stands for what others made."""
        for value, own in zip(parts(given), part_names(name, given), strict=True):
            self.graph.rename(value, (own,))
        self.values[name] = given

    def poisoned(self, name: str) -> bool:
        """Whether the tensor depends on a node that could not be imported."""
        return name in self._poisoned or (self.outer is not None and self.outer.poisoned(name))

    def outputs(self) -> list[Imported | None]:
        """What the graph's outputs are; None for one that could not be made."""
        return [None if self.poisoned(name) else self.lookup(name) for name in self.record.outputs]

    def _initializer(self, name: str) -> Imported:
        array = self.record.initializers[name].read(f"{self.model.path}: initialiser {shown(name)}")
        kind = storage_type(array.dtype)
        value = self.graph.constant(array if kind is None else kind.raw(array), name=name)
        self.graph.rename(value, (name,))
        self.findings.types[name] = value.type
        return value if kind is None else StoredTensor(value, kind)

    def _guarded(self, node: NodeRecord) -> None:
        if any(self.poisoned(name) for name in needed(node)):
            self._poisoned.update(node.outputs)
            return
        limit = budget()
        limit.doing = f"node {shown(node.title)} ({node.op_type})"
        limit.tick()
        try:
            self._import(node)
        except UnsupportedError as error:
            self.findings.unsupported.append((node, str(error)))
            self._poisoned.update(node.outputs)
        except DldtError:
            if not self.findings.tolerant:
                raise
            self._poisoned.update(node.outputs)

    def _import(self, node: NodeRecord) -> None:
        importer = self.model.framework.find(node.op_type, node.version, node.domain)
        given = [self.lookup(name) if name else None for name in node.inputs]
        if node.definition is not None:
            self._bind(node, self._expanded(node, given))
            return
        if importer is None:
            raise UnsupportedError("")  # found before the import; its inputs' types are known now
        kind = next((g.kind for g in given if isinstance(g, StoredTensor)), None)
        moved = kind if node.op_type in self.model.framework.moves and not node.domain else None
        given = [g.bits if moved and isinstance(g, StoredTensor) else g for g in given]
        if node.op_type in self.model.framework.broadcasts and not node.domain:
            given = with_found_ranks(given)
        tensors = [value for value in given if value is None or isinstance(value, Value)]
        mark = self.graph.mark
        try:
            arguments = inputs_of(importer, node, given)
            attributes = attributes_of(importer, node)
            if importer.context is not None:
                attributes[importer.context] = self._context(node)
            result = importer.function(*arguments, **attributes)
            made = result if isinstance(result, tuple) else (result,)
            self._bind(node, made if moved is None else tuple(_stored(each, moved) for each in made))
            for number in range(mark, self.graph.mark):
                self.graph.origins.setdefault(number, str(node))  # a node in an inlined body has its own already
        except (UnsupportedError, BudgetError):
            raise
        except DldtError as error:
            raise type(error)(failure(self.model.path, node, tensors, self.graph, error)) from error
        except (MemoryError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
            told = excess(error)
            raised = InternalError if told is None else InputError
            raise raised(failure(self.model.path, node, tensors, self.graph, told or error)) from error

    def _expanded(self, node: NodeRecord, given: Sequence[Imported | None]) -> tuple[Imported | None, ...]:
        """The outputs of a function, whose body is imported into the graph itself."""
        assert node.definition is not None
        body = node.definition([value.type if isinstance(value, Value) else None for value in given])
        wanted = [n for n, own in zip(body.outputs, node.outputs, strict=False) if own in self._used]
        record = attrs.evolve(body, outputs=tuple(wanted))
        findings = Findings()
        scope = ImportScope(self.model, record, self.graph, findings, prefix=f"{self._body_name(node)}/")
        pairs = zip(record.inputs, given, strict=False)
        scope.values.update((name, value) for name, value in pairs if value is not None)
        scope.run()
        if findings.unsupported:
            inner, reason = findings.unsupported[0]
            why = reason or self.model.framework.why_not(inner) or "it is not supported"
            raise UnsupportedError(f"it is defined by {self.model.framework.operation(inner)}: {why}")
        made = dict(zip(wanted, scope.outputs(), strict=True))
        return tuple(made.get(name) for name in body.outputs)

    def _context(self, node: NodeRecord) -> Context:
        title = self._body_name(node) if node.bodies else ""
        bodies, body = partial(self._bodies, title), partial(self._body, title)
        dependents = partial(self._dependents, node)
        results = self.record.outputs
        trial = self.findings.trial
        return Context(
            self.graph, node, bodies, body, self._inline, self._captures, dependents, self._settle, trial, results
        )

    def _dependents(self, node: NodeRecord) -> tuple[NodeRecord, ...]:
        late, waiting, ready = set(node.outputs), list[NodeRecord](), list[NodeRecord]()
        for current in self._pending:
            waits = bool(current.bodies) or not late.isdisjoint(needed(current))
            (waiting if waits else ready).append(current)
            late.update(current.outputs if waits else ())
        for current in ready:
            self._guarded(current)
        self._pending = deque(waiting)
        return tuple(waiting)

    def _await(self, nodes: Iterable[NodeRecord]) -> None:
        """These nodes are what is to be imported."""
        self._pending = deque(nodes)
        self._used = {*self.record.outputs, *(name for node in self._pending for name in needed(node))}

    def _settle(self, nodes: Sequence[NodeRecord], made: Mapping[str, Imported]) -> None:
        self._await([node for node in self._pending if node not in nodes])
        for name, value in made.items():
            self.give(name, value)

    def _bind(self, node: NodeRecord, values: tuple[Imported | None, ...]) -> None:
        made = {part.node.id for value in values if value is not None for part in parts(value)}
        for position, name in enumerate(node.outputs):
            value = values[position] if position < len(values) else None
            if value is None and name in self._used:
                raise UnsupportedError(f"output {position} ({shown(name)}) is used, and only the others are supported")
            if value is None or not name:
                continue
            self.values[name] = value
            title = self._title(node, name, several=len(made) > 1)
            for part in parts(value):
                self._naming.finish(part, title)
            if isinstance(value, Value):
                self._naming.give(value, name)
                self.findings.types[name] = value.type

    def _title(self, node: NodeRecord, tensor: str, *, several: bool) -> str:
        """What the node that makes a tensor is called: an output is found by its name, others by their node's."""
        if not node.name or tensor in self.record.outputs:
            return tensor
        return f"{node.name}_{tensor}" if several else node.name

    def _bodies(
        self, title: str, records: tuple[GraphRecord, ...], known: Sequence[Mapping[str, Array]] = ()
    ) -> tuple[tuple[ImportedBody, ...], tuple[Value, ...]]:
        names = dict.fromkeys(name for record in records for name in record.captures())
        bodies = [
            self._import_body(f"{title}_{number + 1}", record, (), _as_it_is, tuple(names), *known[number : number + 1])
            for number, record in enumerate(records)
        ]
        return tuple(bodies), self._fed(names)

    def _body(
        self, title: str, record: GraphRecord, inputs: Sequence[MakeInput], finish: FinishOutput
    ) -> tuple[ImportedBody, tuple[Value, ...]]:
        names = record.captures()
        return self._import_body(title, record, inputs, finish, names), self._fed(names)

    def _import_body(
        self,
        title: str,
        record: GraphRecord,
        inputs: Sequence[MakeInput],
        finish: FinishOutput,
        captures: tuple[str, ...],
        known: Mapping[str, Array] = MappingProxyType({}),
    ) -> ImportedBody:
        """A body as a graph: the inputs, then a Parameter for each captured value that is no constant. ``known``: what
        captured values are whenever the body runs."""
        graph = Graph(title)
        scope = ImportScope(self.model, record, graph, self.findings, prefix=f"{title}/")
        for name, make in zip(record.inputs, inputs, strict=True):
            scope.give(name, make(graph, name))
        for name in captures:
            outer = self.lookup(name)
            pairs = zip(parts(outer), part_names(name, outer), strict=True)
            scope.give(name, with_parts(outer, [_captured(graph, value, own) for value, own in pairs]))
            if name in known:
                scope.values[name] = graph.constant(known[name])
        scope.run(captures)
        outputs = tuple(map(_made, scope.outputs()))
        for position, (name, output) in enumerate(zip(record.outputs, outputs, strict=True)):
            values = finish(position, output)
            own = [name] if len(values) == 1 else [f"{name}.{i}" for i in range(len(values))]
            for value, result in zip(values, own, strict=True):
                graph.result(value, result)
        graph.prune()
        return ImportedBody(graph, outputs)

    def _captures(self, record: GraphRecord) -> tuple[Imported, ...]:
        return tuple(map(self.lookup, record.captures()))

    def _fed(self, captures: Iterable[str]) -> tuple[Value, ...]:
        """The captured values that feed Parameters: those that are no constants."""
        values = [value for name in captures for value in parts(self.lookup(name))]
        return tuple(value for value in values if known_array(value) is None)

    def _body_name(self, node: NodeRecord) -> str:
        """A name that no other graph of the model has: the path to the node, and a number where it has several."""
        wanted = f"{self._prefix}{next((name for name in node.outputs if name), node.title)}/body"
        self.findings.bodies[wanted] = count = self.findings.bodies.get(wanted, 0) + 1
        return wanted if count == 1 else f"{wanted}_{count}"

    def _inline(self, record: GraphRecord, inputs: Sequence[Imported] = ()) -> tuple[Imported, ...]:
        scope = ImportScope(self.model, record, self.graph, self.findings, outer=self, prefix=self._prefix)
        scope.values.update(zip(record.inputs, inputs, strict=True))
        scope.run(record.captures())
        return tuple(map(_made, scope.outputs()))


def _captured(graph: Graph, outer: Value, name: str) -> Value:
    array = known_array(outer)
    if array is not None:
        return graph.constant(array, name=name)
    made = graph.parameter(name, outer.type)
    content = outer.type.value
    if content is not None and not any(map(is_found, content)):
        graph.define(made, content)  # a shape that the body computes with
    return made


def _stored(made: Imported | None, kind: StorageType) -> Imported | None:
    """What an operation made of bits as bits again; shapes are none."""
    bits = isinstance(made, Value) and made.type.dtype is kind.bits
    return StoredTensor(made, kind) if isinstance(made, Value) and bits else made


def _made(given: Imported | None) -> Imported:
    if given is None:
        raise UnsupportedError("")  # the nodes in the body are reported themselves
    return given


def _as_it_is(_: int, given: Imported) -> tuple[Value, ...]:
    return parts(given)
