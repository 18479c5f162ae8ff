"""The page of TensorFlow's operations."""

from __future__ import annotations

from collections.abc import Iterator

from dldt.frontends.tensorflow.ops import register
from docs.coverage import coverage_page
from tests.frontends.tensorflow.cases.table import FAMILIES
from tests.frontends.tensorflow.keras_layers import LAYERS
from tests.frontends.tensorflow.registry import VERSION, registry

_NOTES = """Operations of graphs (frozen, SavedModel, MetaGraph), with the names of TensorFlow's registry. Every
importer's inputs, attributes and defaults are compared with that registry ({version}, {count} operations); the cases
are run by the interpreter and as native code, beside what TensorFlow answers. Fourier transforms are compared with
numpy, random numbers without seeds by their distribution; variables, functions and control flow have tests of whole
models.

Pictures stay as they are fed (`NHWC`). Inside, convolutions, pools and normalisations read the channels behind the
batch: the Transposes round them meet and cancel, so that a network keeps one, at its input."""

_LAYERS = """## Layers of Keras

Each layer as a model of one layer, saved as `.keras`, exported by what reads such files (Lambda, DenseFeatures,
LocallyConnected1D, LocallyConnected2D and ThresholdedReLU, which Keras 3 cannot save or has no more, as a SavedModel),
and run by the interpreter and as native code, beside what TensorFlow answers."""


def tensorflow() -> str:
    """The operations of TensorFlow."""
    page = coverage_page(register(), _cases(), _NOTES.format(version=VERSION, count=len(registry())))
    rows = [f"| {name} | {len(cases)} |" for name, (_, *cases) in LAYERS.items()]
    return "\n".join([page.rstrip(), "", _LAYERS, "", "| layer | cases |", "|---|---|", *rows, ""])


def _cases() -> Iterator[tuple[str, str]]:
    for cases in FAMILIES.values():
        for case in cases:
            yield case.op, VERSION
