"""Entries that only say what a model's outputs are, or change a constant."""

from __future__ import annotations

import numpy as np

from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.tensorflow.replacement.edit import Edit
from dldt.frontends.tensorflow.replacement.settings import Settings


def named_outputs(edit: Edit, settings: Settings) -> None:
    """The model ends at these nodes, of several with | between them at the first that there is. What has taken the
    place of its end stays an output; beside that only masks are."""
    text = settings.entry.attributes.get("outputs", "")
    wanted = text.split(",") if isinstance(text, str) else settings.entry.names("outputs")
    replaced = [name for name in edit.outputs if (node := edit.maker(name)) and node.op_type.startswith("Replaced>")]
    choices = [[node for name in each.split("|") if (node := edit.find(name.strip()))] for each in wanted if each]
    found = [edit.made(nodes[0].name) for nodes in choices if nodes]
    if not replaced and len(found) < len(choices):
        raise settings.entry.error(f"the model has not all of the nodes {', '.join(wanted)}")
    edit.outputs = [*replaced, *(name for name in found if not replaced or edit.depends(name, "Replaced>MaskCrops"))]


def constants(edit: Edit, settings: Settings) -> None:
    """Constants that have the number of the pipeline file."""
    pairs = settings.entry.attributes.get("replacements", [])
    if not isinstance(pairs, list) or not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        raise settings.entry.error("replacements must be a list of pairs: a constant and the name of a number")
    for name, key in pairs:
        if str(name) in edit.constants:
            edit.constants[str(name)] = _like(edit.constants[str(name)], settings.number(str(key)))


def _like(stored: TensorRecord, number: float) -> TensorRecord:
    array = stored.read("a replaced constant")
    return TensorRecord.of(np.full(array.shape, number, array.dtype))
