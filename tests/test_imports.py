"""Who imports whom: no cycle of modules, imports for types alone included; a short root of codegen."""

from pathlib import Path

import grimp
import pytest

import dldt.codegen

MOST_AT_ROOT = 6


@pytest.fixture(scope="module")
def edges():
    """The modules that each module imports, for types or to run."""
    graph = grimp.build_graph("dldt", exclude_type_checking_imports=False, cache_dir=None)
    return {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}


def components(edges):
    """The strongly connected components, by Tarjan's algorithm without recursion."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(edges[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            following = next((n for n in rest if n in edges and (n not in index or n in on_stack)), None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = set()
                    while node not in part:
                        part.add(stack.pop())
                    on_stack -= part
                    found.append(part)
            elif following in index:
                low[node] = min(low[node], index[following])
            else:
                index[following] = low[following] = len(index)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(edges[following])))
    return found


def test_components_are_found():
    graph = {"a": ["b"], "b": ["c", "d"], "c": ["a"], "d": ["d"], "e": ["a"]}
    assert sorted(map(sorted, components(graph))) == [["a", "b", "c"], ["d"], ["e"]]


def test_the_largest_import_cycle_is_one_module(edges):
    assert len(edges) > 400
    assert [sorted(part) for part in components(edges) if len(part) > 1] == []


def test_the_root_of_codegen_is_short():
    assert len(list(Path(dldt.codegen.__path__[0]).glob("*.py"))) <= MOST_AT_ROOT
