"""The files of a model: which symbol belongs to which parameters."""

from __future__ import annotations

import re
from pathlib import Path

import attrs

from dldt.compiler.errors import InputError, UsageError
from dldt.frontends.engine.format import Options

_PARAMS = re.compile(r"(?P<prefix>.+)-(?P<epoch>\d{1,9})\.params")
_SYMBOL = "-symbol.json"


@attrs.frozen
class SymbolFiles:
    """A symbol, and where its parameters are: of two arrays of one name the one in the later file counts."""

    symbol: Path
    params: tuple[Path, ...]
    saved: Path | None = None
    """Where the parameters that were used are to be written."""

    @property
    def prefix(self) -> str:
        """What the model is called."""
        return self.symbol.name.removesuffix(_SYMBOL).removesuffix(".json")


def files_of(named: Path, options: Options) -> SymbolFiles:
    """The files of the model that the user names by its symbol or its parameters. Raises InputError, UsageError."""
    given = options.get("input_symbol")
    symbol = Path(given) if given else None
    if options.get("nd_prefix_name") or options.get("pretrained_model_name"):
        return _from_nd(named, symbol, options)
    if named.name.endswith(".params"):
        return SymbolFiles(symbol or _symbol_of(named), (named,))
    if symbol is not None and symbol != named:
        raise UsageError(f"{named}: --input-symbol gives a symbol; the model must be its parameters then (.params)")
    return SymbolFiles(named, (_newest_params(named),))


def _symbol_of(params: Path) -> Path:
    match = _PARAMS.fullmatch(params.name)
    if match is None:
        raise InputError(
            f"{params}: its name must end with a dash and a number before .params, as NAME-0000.params; or give the "
            "symbol with --input-symbol"
        )
    symbol = params.with_name(match["prefix"] + _SYMBOL)
    if not symbol.is_file():
        raise InputError(f"{params}: its symbol {symbol.name} is not beside it; give it with --input-symbol")
    return symbol


def _newest_params(symbol: Path) -> Path:
    """The parameters with the greatest number among those of the symbol's prefix."""
    prefix = symbol.name.removesuffix(_SYMBOL).removesuffix(".json")
    matches = [(_PARAMS.fullmatch(path.name), path) for path in symbol.parent.glob("*.params")]
    own = [(int(match["epoch"]), path) for match, path in matches if match and match["prefix"] == prefix]
    if not own:
        raise InputError(f"{symbol}: its parameters {prefix}-0000.params are not beside it")
    return max(own)[1]


def _from_nd(named: Path, symbol: Path | None, options: Options) -> SymbolFiles:
    prefix, pretrained = options.get("nd_prefix_name"), options.get("pretrained_model_name")
    own = symbol or (named if named.name.endswith(".json") else None)
    if not prefix or not pretrained or own is None:
        raise UsageError(
            f"{named}: --nd-prefix-name, --pretrained-model-name and --input-symbol belong together: give all three"
        )
    base = Path(pretrained)
    known = base if base.name.endswith(".params") else base.with_name(f"{base.name}.params")
    if not known.is_file() and not base.name.endswith(".params"):
        known = _newest_params(base.with_name(base.name + _SYMBOL))
    folder = Path(prefix)
    args, auxs = (folder.with_name(f"{folder.name}_{kind}.nd") for kind in ("args", "auxs"))
    files = tuple(path for path in (known, args, auxs) if path is not auxs or auxs.is_file())
    saved = own.with_name(f"{folder.name}-0000.params") if options.get("save_params_from_nd") else None
    return SymbolFiles(own, files, saved)
