"""Regions: which operations become one task.

A region has one root value, which is written to memory, and at most one anchor (a reduction or a contraction). Its
other operations are element-wise operations and movements; their results are computed where they are needed and never
stored.
"""

from __future__ import annotations

from collections.abc import Collection

from dldt.codegen.kernels.families import FAMILIES, anchor_family
from dldt.codegen.task.region import Region, rule_of, runtime_inputs, stays_node
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.traits import Trait

MOST_NODES = 48
"""The most nodes of a region, bounded because its expression is walked recursively."""


def partition(graph: Graph, stored: Collection[Value] = ()) -> list[Region | Node]:
    """The graph's regions in an order in which they can run. An operation with bodies stays a node. The values in
    ``stored`` are written to memory although no operation reads them there."""
    return _Partition(graph, stored).run()


def why_stored(graph: Graph, stored: Collection[Value] = ()) -> dict[Value, str]:
    """For the root of each region why its reader does not compute it, for people."""
    partition = _Partition(graph, stored)
    roots = [region.root for region in partition.run() if isinstance(region, Region)]
    return {root: partition.why(root) for root in roots}


class _Partition:
    def __init__(self, graph: Graph, stored: Collection[Value]) -> None:
        self.stored = stored
        self.order = [node for node in graph.order() if not node.op.has(Trait.BOUNDARY)]
        self.position = {node: k for k, node in enumerate(self.order)}
        self.consumers = _consumers(graph)
        self.inlined: set[Value] = set()
        self.anchor: dict[Value, Node | None] = {}
        self.size: dict[Value, int] = {}

    def run(self) -> list[Region | Node]:
        for node in self.order:
            if not stays_node(node):
                self._decide(node)
        found: list[Region | Node] = []
        for node in self.order:
            if stays_node(node):
                found.append(node)
                continue
            roots = [v for v in node.outputs if v in self.stored or (v not in self.inlined and self.consumers.get(v))]
            found += [self.region(root) for root in roots]
        return found

    def _decide(self, node: Node) -> None:
        """Decide which of the node's inputs are computed inside its region instead of being stored."""
        own = node if rule_of(node).kind == "reduce" else None
        wanted = {v for _, v in runtime_inputs(node) if self._can_inline(v, node)}
        anchored = sorted((v for v in wanted if self.anchor.get(v)), key=lambda v: self.position[v.node])
        keep = anchored[-1:] if own is None else []
        wanted -= {v for v in anchored if v not in keep}
        size = 1
        for v in sorted(wanted, key=lambda v: (v.id, v.port)):
            if size + self.size[v] > MOST_NODES:
                wanted.discard(v)
                keep = [k for k in keep if k != v]
                continue
            size += self.size[v]
        self.inlined |= wanted
        for output in node.outputs:
            self.anchor[output] = own or (self.anchor[keep[0]] if keep else None)
            self.size[output] = size

    def readers(self, value: Value) -> tuple[Node, ...]:
        """See Fusion."""
        return self.consumers[value]

    def is_stored(self, value: Value) -> bool:
        """See Fusion."""
        return value not in self.inlined

    def why(self, root: Value) -> str:
        """Why a value is stored: what each of its readers says to computing it itself."""
        readers = [node for node in self.consumers.get(root, ()) if not stays_node(node)]
        said = dict.fromkeys(self._refusal(root, node) for node in readers if not node.op.has(Trait.BOUNDARY))
        found = [text for text in said if text]
        if any(node.op.has(Trait.BOUNDARY) for node in self.consumers.get(root, ())):
            found.insert(0, "it is an output")
        return "; ".join(found) or "its reader would become too large, or has another contraction already"

    def _can_inline(self, value: Value, node: Node) -> bool:
        return not self._refusal(value, node)

    def _refusal(self, value: Value, node: Node) -> str:
        """Why a reader cannot compute the value itself; nothing, where it can."""
        producer = value.node
        if value in self.stored or producer.op.has(Trait.BOUNDARY) or stays_node(producer):
            return "it is stored in any case"
        if any(f.writes_parts(producer) for f in FAMILIES) or _is_final(producer):
            return f"the family of {producer} writes its result as it is"
        family = anchor_family(node)
        if family is not None:
            through = family.reads_through(value, node, self)
            return "" if through else f"{node}, of the family {family.name!r}, reads its data from memory"
        users = self.consumers[value]
        if any(c.op.has(Trait.BOUNDARY) or stays_node(c) for c in users):
            return "it is an output, or an operation with bodies reads it"
        return self._repeated(value, node, users)

    def _repeated(self, value: Value, node: Node, users: tuple[Node, ...]) -> str:
        """Why the value would be computed too often, or where it cannot be, by a reader that is no contraction."""
        kind, made = rule_of(value.node).kind, rule_of(node).kind
        anchored = self.anchor.get(value) is not None
        if len(users) > 1 and (anchored or kind != "move" or not self._cheap_move(value, users)):
            return f"{len(users)} operations read it"
        if anchored:
            fits = (made == "map" and value.type.shape == node.types[0].shape) or self._is_written(value, node)
            return "" if fits else f"{node} does not read each element in its place"
        if made == "reduce" and not (node.op.has(Trait.READS_ONCE) or kind == "move"):
            return f"{node} would compute its elements several times"
        if made != "reduce" and kind != "move" and value.type.elements != node.types[0].elements:
            once = node.op.has(Trait.SLICE) or any(f.writes_parts(node) for f in FAMILIES)
            return "" if once else f"{node} has another number of elements"
        return ""

    def _is_written(self, value: Value, node: Node) -> bool:
        """Whether the family that computes the value can store it directly where a movement after it puts it."""
        family = anchor_family(self.anchor[value])
        return family is not None and family.writes_through(value, node, self)

    def _cheap_move(self, value: Value, users: tuple[Node, ...]) -> bool:
        return (
            self.size[value] <= 2
            and len(users) <= 4
            and all(not stays_node(c) and rule_of(c).kind != "reduce" for c in users if not c.op.has(Trait.BOUNDARY))
        )

    def region(self, root: Value) -> Region:
        """See Fusion."""
        nodes: set[Node] = set()
        pending = [root.node]
        while pending:
            node = pending.pop()
            if node in nodes:
                continue
            nodes.add(node)
            pending += [v.node for _, v in runtime_inputs(node) if v in self.inlined]
        return Region(tuple(sorted(nodes, key=lambda n: self.position[n])), root, self.anchor[root])


def _is_final(node: Node) -> bool:
    """Whether the family that computes the node writes its result as it is: nothing can be computed on top."""
    family = anchor_family(node)
    return family is not None and family.final


def _consumers(graph: Graph) -> dict[Value, tuple[Node, ...]]:
    """The nodes that read each value at run time (each consumer once)."""
    found: dict[Value, dict[Node, None]] = {}
    for node in graph.order():
        if node.op.has(Trait.SOURCE):
            continue
        for _, value in runtime_inputs(node):
            found.setdefault(value, {})[node] = None
    return {value: tuple(nodes) for value, nodes in found.items()}
