"""Dims that must be known when a model is compiled, by operation; all others may be free."""

from __future__ import annotations

_FILTERS = "those of the filters"
_WEIGHTS = "those of the weights"
_COMPLEX = "the last one, of real or complex numbers"
_LENGTH = "the number of the coordinates"

FIXED_DIMS: dict[str, str] = {
    "Conv": _FILTERS,
    "ConvTranspose": f"{_FILTERS}; with output_shape the spatial ones of X",
    "ConvInteger": _FILTERS,
    "QLinearConv": _FILTERS,
    "DeformConv": f"{_FILTERS}, and the channels of X",
    "NhwcConv": _FILTERS,
    "FusedConv": _FILTERS,
    "CausalConvWithState": _FILTERS,
    "LSTM": _WEIGHTS,
    "GRU": _WEIGHTS,
    "RNN": _WEIGHTS,
    "DynamicQuantizeLSTM": _WEIGHTS,
    "DFT": _COMPLEX,
    "STFT": _COMPLEX,
    "AveragePool": "with dilations the spatial ones",
    "AffineGrid": "those of theta",
    "GatherND": _LENGTH,
    "ScatterND": _LENGTH,
    "GridSample": _LENGTH,
}
"""As a sentence goes on: all dims may be free but …"""
