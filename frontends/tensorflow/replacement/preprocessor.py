"""The resize of the Object Detection API's models goes: the picture is given in the size of the network."""

from __future__ import annotations

import attrs

from dldt.compiler.shown import shown
from dldt.frontends.tensorflow.replacement.edit import Edit
from dldt.frontends.tensorflow.replacement.scaling import scaling
from dldt.frontends.tensorflow.replacement.settings import Settings

_IMAGES = ("image_tensor", "input_tensor")
_STACKED = "map/TensorArrayStack/TensorArrayGatherV3"


def preprocessor(edit: Edit, settings: Settings) -> None:
    """TensorFlow 1: of the scope ``Preprocessor/`` the nodes ``mul`` and ``sub`` stay, whether they stand before the
    resize or behind it."""
    scope = edit.scope(settings.entry.scope())
    subtract = edit.node(f"{scope}sub")
    first = subtract
    scaled = edit.maker(edit.source(subtract.name))
    if scaled is not None and scaled.op_type == "Mul":
        first = scaled
    image = _sized(edit, settings)
    picture = image
    casts = [node for node in edit.readers(image) if node.op_type == "Cast"]
    if casts:
        picture = edit.made(casts[0].name)
    if picture in first.inputs:
        edit.give(f"{scope}{_STACKED}", edit.made(subtract.name))
        return
    gathered = [i for i, name in enumerate(first.inputs) if edit.maker(name) is not None]
    if len(gathered) != 1:
        raise settings.entry.error(f"node {shown(first.name)} does not read a resized picture and a constant")
    edit.connect(first.name, gathered[0], picture)


def preprocessor_2(edit: Edit, settings: Settings) -> None:
    """TensorFlow 2: what stands between ``start_nodes`` and ``end_nodes`` goes; scaling before it, behind it or in
    its loop stays."""
    starts = [node for name in settings.entry.names("start_nodes") if (node := edit.find(name)) is not None]
    ends = [node for name in settings.entry.names("end_nodes") if (node := edit.find(name)) is not None]
    if not starts or not ends:
        which = "end_nodes" if starts else "start_nodes"
        raise settings.entry.error(f"the model has none of the nodes that {which} names")
    _sized(edit, settings)
    before, behind = edit.source(starts[0].name), edit.made(ends[0].name)
    bodies = [body for node in edit.between(before, behind) for body in node.bodies]
    for step, constant, place in (found for body in bodies for found in scaling(body)):
        kept = edit.constant(f"{step.name}/kept", constant)
        before = edit.add(step.op_type, f"{step.name}/kept", (kept, before) if place == 0 else (before, kept))
    edit.give(behind, before)


def _sized(edit: Edit, settings: Settings) -> str:
    """The picture's input, of the size that the pipeline file says where the model leaves it free."""
    image = next((name for name in edit.inputs if name in _IMAGES), None)
    if image is None:
        raise settings.entry.error(f"the model has no input {' or '.join(_IMAGES)}; leave out --input")
    declared = edit.inputs[image]
    shape = declared.shape if declared.shape is not None and len(declared.shape) == 4 else (None, None, None, 3)
    size: tuple[int | None, ...] = (None, None)
    if settings.has("resizer_image_height"):
        size = settings.count("resizer_image_height"), settings.count("resizer_image_width")
    elif settings.has("resizer_min_dimension"):
        size = (settings.count("resizer_min_dimension"),) * 2
    else:
        settings.count("resizer_image_height")  # raises the error that names it
    dims = tuple(
        own if given is None or isinstance(given, str) else given for given, own in zip(shape[1:3], size, strict=True)
    )
    edit.declare(image, attrs.evolve(declared, shape=(shape[0], *dims, shape[3])))
    return image
