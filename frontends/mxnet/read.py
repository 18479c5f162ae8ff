"""The files of a model → its record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from dldt.compiler.errors import InputError
from dldt.compiler.shown import shown
from dldt.frontends.engine.format import Options
from dldt.frontends.engine.model_record import ModelRecord
from dldt.frontends.engine.record import GraphRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.mxnet.framework import MXNET
from dldt.frontends.mxnet.mxnet_symbol import read_symbol
from dldt.frontends.mxnet.params import read_params
from dldt.frontends.mxnet.symbol_files import SymbolFiles, files_of
from dldt.frontends.mxnet.symbol_records import SymbolRecords
from dldt.frontends.mxnet.write_params import write_params

_SHOWN = 5


def read_mxnet(path: Path, options: Options, named: Collection[str] = ()) -> ModelRecord:
    """The model whose symbol or parameters ``path`` is. ``named``: variables that the user makes inputs.

    Raises InputError, UnsupportedError, UsageError.
    """
    files = files_of(path, options)
    symbol = read_symbol(files.symbol)
    params: dict[str, TensorRecord] = {}
    for file in files.params:
        params.update(read_params(file))
    records = SymbolRecords(files.symbol, symbol, params, frozenset(named))
    graph = records.graph(files.prefix)
    if records.missing:
        raise InputError(_missing(files, records.missing))
    if files.saved is not None:
        _save(files, graph, params)
    return ModelRecord(MXNET, path, graph)


def _missing(files: SymbolFiles, missing: Mapping[str, str]) -> str:
    names = ", ".join(f"{shown(name)} ({use})" for name, use in list(missing.items())[:_SHOWN])
    more = f", … {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    count = "1 parameter is" if len(missing) == 1 else f"{len(missing)} parameters are"
    return (
        f"{files.symbol}: {count} not in {files.params[-1].name}: {names}{more}; give the file of parameters that "
        "belongs to the symbol, or make them inputs: --input NAME[d,d,…]"
    )


def _save(files: SymbolFiles, graph: GraphRecord, params: Mapping[str, TensorRecord]) -> None:
    """Writes the parameters that the model uses; running means and variances are what MXNet calls auxiliary."""
    assert files.saved is not None
    states = {name for node in graph.nodes if "BatchNorm" in node.op_type for name in node.inputs[3:5]}
    kinds = {name: "aux" if name in states else "arg" for name in graph.initializers if name in params}
    write_params(files.saved, {f"{kind}:{name}": params[name].read("") for name, kind in kinds.items()})
