"""The names of a symbol's tensors."""

from __future__ import annotations

from collections.abc import Iterable

from dldt.frontends.mxnet.mxnet_symbol import Entry, MxnetSymbol


class TensorNames:
    """A tensor is called as its node; further outputs have their number behind it. Of nodes of one name the later ones
    get a number."""

    def __init__(self, symbol: MxnetSymbol) -> None:
        self._taken: set[str] = {node.name for node in symbol.nodes}
        self._outputs = [1] * len(symbol.nodes)
        uses = [entry for node in symbol.nodes for entry in node.inputs]
        for node, output in (*uses, *symbol.heads):
            self._outputs[node] = max(self._outputs[node], output + 1)
        seen: set[str] = set()
        self._names: dict[Entry, str] = {}
        for number, each in enumerate(symbol.nodes):
            first = each.name if each.name and each.name not in seen else self._free(each.name or each.op)
            seen.add(each.name)
            self._names[number, 0] = first
            for output in range(1, self._outputs[number]):
                self._names[number, output] = self._free(f"{first}_output{output}")

    def of_node(self, number: int) -> tuple[str, ...]:
        """The names of a node's outputs, as many as are used."""
        return tuple(self._names[number, output] for output in range(self._outputs[number]))

    def of(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        """The names of these tensors."""
        return tuple(self._names[entry] for entry in entries)

    def _free(self, wanted: str) -> str:
        name, count = wanted, 1
        while name in self._taken:
            count += 1
            name = f"{wanted}_{count}"
        self._taken.add(name)
        return name
