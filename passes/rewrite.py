"""The rewrite: a pattern and its replacement. The engine owns what authors forget."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar, get_args

from dldt.compiler.budget import budget
from dldt.compiler.errors import InternalError
from dldt.compiler.graph import Graph, Node, Value
from dldt.compiler.observer import SILENT, Application, Observer
from dldt.compiler.traits import Trait
from dldt.passes.base import Pass
from dldt.passes.match import Match
from dldt.passes.pattern import Kinds, Pattern

M = TypeVar("M", bound=Match)


class Rewrite(Pass, Generic[M]):
    """A pass that replaces every match of ``pattern`` by what ``rewrite`` returns.

    ``class FuseSwish(Rewrite[_GatedBySigmoid])`` names the record that ``rewrite`` gets; its fields and the names in
    the pattern must be the same (RuntimeError when the class is made). ``Rewrite[Match]`` captures the root alone.
    The engine checks that the types stay, moves the names to the new producer, removes what died, visits what became
    reachable, counts, and stops a rewrite that feeds itself.
    """

    pattern: ClassVar[Pattern]
    record: ClassVar[type[Match]] = Match

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        for base in cls.__dict__.get("__orig_bases__", ()):
            (cls.record,) = get_args(base)
        try:
            cls.record.check(cls.pattern)
        except RuntimeError as error:
            raise RuntimeError(f"rewrite {cls.__name__}: {error}") from error

    def rewrite(self, match: M) -> Value | tuple[Value, ...] | None:
        """The replacement of the root's output(s), or None where the match is declined."""
        raise NotImplementedError(f"{self.name} has no rewrite")

    def apply(self, graph: Graph) -> int:
        """Rewrite until no match is left; how many matches were replaced."""
        return self.run(graph, SILENT)

    def run(self, graph: Graph, observer: Observer) -> int:
        """Rewrite, where the observer allows it at this node."""
        return _Worklist(self, graph, observer).run()


class _Worklist:
    """The nodes still to be looked at: at first all, producers first; then those that a change may have concerned."""

    def __init__(self, rewrite: Rewrite[Any], graph: Graph, observer: Observer) -> None:
        self.rewrite = rewrite
        self.graph = graph
        self.observer = observer
        self.roots = Kinds.of(*rewrite.pattern.roots)
        self.arrays = rewrite.pattern.arrays
        self.depth = rewrite.pattern.depth
        self.queue: deque[Node] = deque()
        self.queued: set[int] = set()
        self._enqueue(graph.order())

    def run(self) -> int:
        count = 0
        budget().tick()
        limit = 10 * len(self.graph) + 1000
        while self.queue:
            node = self.queue.popleft()
            self.queued.discard(node.id)
            if node not in self.graph or not self._visit(node):
                continue
            count += 1
            if count % 64 == 0:
                budget().tick()
            if count > limit:
                raise InternalError(f"pass {self.rewrite.name} does not come to an end: {count} rewrites")
        return count

    def _enqueue(self, nodes: Iterable[Node]) -> None:
        for node in nodes:
            relevant = node.op in self.roots and not node.op.has(Trait.INTERFACE)
            if relevant and node.id not in self.queued:
                self.queued.add(node.id)
                self.queue.append(node)

    def _visit(self, node: Node) -> bool:
        for captures in self.rewrite.pattern.search(node.outputs[0], {}):
            mark = self.graph.mark
            made = self.rewrite.rewrite(self.rewrite.record.of(node.outputs[0], captures, self.arrays))
            if made is not None:
                return self._apply(node, made if isinstance(made, tuple) else (made,), mark)
            self._discard_unused(mark)
        return False

    def _apply(self, node: Node, made: tuple[Value, ...], mark: int) -> bool:
        """Put the replacement in place, unless the observer refuses; whether it was done."""
        application = Application.at(self.rewrite, node)
        if not self.observer.allows(application):
            self._discard_unused(mark)
            return False
        self._install(node, made, mark)
        self.observer.applied(application)
        return True

    def _install(self, node: Node, made: tuple[Value, ...], mark: int) -> None:
        self._check_types(node, made)
        for old, new in zip(node.outputs, made, strict=False):
            name = new.node.name
            self.graph.replace(old, new)
            if new.id < mark or (_is_unnamed(node) and name != _default_name(new.node)):
                self.graph.rename_node(new.node, name)
        bereft = self.graph.discard(node) + self._discard_unused(mark)
        fresh = [Node(self.graph, i) for i in range(mark, self.graph.mark)]
        self._enqueue(n for n in fresh if n in self.graph)
        self._enqueue_below([value.node for value in made])
        self._enqueue_below([n for n in bereft if n in self.graph and n.is_used_once])

    def _check_types(self, node: Node, made: tuple[Value, ...]) -> None:
        used = [value for port, value in enumerate(node.outputs) if port < len(made) or value.is_used]
        old, new = [value.type for value in used], [value.type for value in made]
        if old != new and not (len(used) == len(made) and all(map(self.graph.agree, used, made))):
            wanted, got = ", ".join(map(str, old)), ", ".join(map(str, new))
            raise InternalError(f"pass {self.rewrite.name} would change the type of {node} from {wanted} to {got}")

    def _discard_unused(self, mark: int) -> list[Node]:
        """Remove the nodes added since ``mark`` that nobody took."""
        bereft: list[Node] = []
        for i in reversed(range(mark, self.graph.mark)):
            node = Node(self.graph, i)
            if node in self.graph:
                bereft += self.graph.discard(node)
        return bereft

    def _enqueue_below(self, nodes: list[Node]) -> None:
        """The consumers down to the pattern's depth: their matches may have changed."""
        level = nodes
        for _ in range(self.depth):
            below = {user.id: user for node in level for value in node.outputs for user, _ in value.uses}
            level = [below[i] for i in sorted(below)]
            self._enqueue(level)


def _is_unnamed(node: Node) -> bool:
    return node.name == _default_name(node)


def _default_name(node: Node) -> str:
    """What the graph calls a node that was given no name."""
    return f"{node.op.type}_{node.id}"
