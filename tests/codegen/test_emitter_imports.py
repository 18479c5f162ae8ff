"""What an emitter imports is what the object cache's key is made of: all else could change a text behind its back."""

import ast
import importlib.util
import sys
from pathlib import Path

import dldt.codegen

HASHED = ("dldt.codegen", "dldt.compiler")
"""The packages whose sources are in the key (``codegen/object/object_cache.py``)."""
FOREIGN = {"attrs", "numpy", "networkx", "ml_dtypes"}
"""numpy's version is in the key. The others keep records, the graph and bfloats: they compute no text."""


def tree(module):
    return ast.parse(Path(importlib.util.find_spec(module).origin).read_text(encoding="utf-8"))


def is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def imports(module):
    """The modules that a module names, packages above them included: these run as well."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module, *(f"{node.module}.{a.name}" for a in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "dldt":
                yield from (n for k in range(2, len(parts) + 1) if is_module(n := ".".join(parts[:k])))
            else:
                yield parts[0]


def emitters():
    """The modules of the functions that are given to an Emission, at once or as another record's ``emitter``, as the
    sources of codegen say it."""
    found = set()
    for path in Path(dldt.codegen.__path__[0]).rglob("*.py"):
        parsed = ast.parse(path.read_text(encoding="utf-8"))
        calls = [n for n in ast.walk(parsed) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)]
        given = [call.args[0] for call in calls if call.func.id == "Emission"]
        assert all(isinstance(n, ast.Name) or n.attr == "emitter" for n in given), path
        given += [keyword.value for call in calls for keyword in call.keywords if keyword.arg == "emitter"]
        named = {value.id for value in given if isinstance(value, ast.Name)}
        for node in parsed.body:
            if isinstance(node, ast.ImportFrom) and named & {alias.name for alias in node.names}:
                found.add(node.module)
    return found


def test_emitters_import_nothing_but_what_is_hashed():
    seen, pending = {}, [(name, "an Emission") for name in sorted(emitters())]
    assert len(pending) >= 5
    while pending:
        module, whose = pending.pop()
        if module in seen:
            continue
        seen[module] = whose
        if module.startswith("dldt."):
            pending += [(name, module) for name in imports(module)]
    inside = {name for name in seen if name in HASHED or name.startswith(tuple(f"{box}." for box in HASHED))}
    foreign = {f"{name} (by {seen[name]})" for name in set(seen) - inside - FOREIGN - sys.stdlib_module_names}
    assert len(inside) > 50
    assert not foreign
