"""Packages whose modules fill a table when they are imported, such as the importers of a framework."""

from __future__ import annotations

import importlib
import pkgutil
import sys


def import_submodules(package: str) -> None:
    """Import every module of a package, in the order of their names. A new file needs no line elsewhere."""
    for module in pkgutil.iter_modules(sys.modules[package].__path__):
        importlib.import_module(f"{package}.{module.name}")
