"""The importers are TensorFlow's operations: their inputs, attributes and defaults are those of its registry."""

from __future__ import annotations

import attrs
import pytest

from dldt.frontends.engine.signature import Signature
from dldt.frontends.tensorflow.ops import register
from tests.frontends.tensorflow.registry import registry

OWN = {"FusedDepthwiseConv2dNative", "Mish", "Prelu", "swish_f32"}
"""Operations of TensorFlow.js, and functions of Keras models that were saved by other tools."""
REGISTERED = [
    importer
    for importer in register().importers()
    if importer.op_type not in OWN and not importer.op_type.startswith("Replaced>")
]


@pytest.mark.parametrize("importer", REGISTERED, ids=[each.op_type for each in REGISTERED])
def test_signature_is_the_registrys(importer):
    entry = registry()[importer.op_type]
    declared = importer.signature
    left_out = entry.implied - set(declared.attributes)
    wanted = {n: a for n, a in entry.signature.attributes.items() if n not in left_out}
    unranked = [n for n, a in declared.attributes.items() if a.kind == tuple[int | None, ...] and not a.required]
    wanted |= {n: attrs.evolve(wanted[n], required=False) for n in unranked if n in wanted}  # not there without a rank
    ports = tuple(attrs.evolve(port, optional=False) for port in declared.inputs)
    assert Signature(ports, declared.attributes).differences(Signature(entry.signature.inputs, wanted)) == []


def test_what_is_refused_is_an_operation():
    table = register()
    unknown = [name for name in table.refused if name not in registry()]
    assert not unknown
    assert not [name for name in table.refused if table.find(name) is not None]


def test_every_reason_says_what_to_do():
    for reason in register().refused.values():
        assert any(word in reason for word in ("cut the model", "name the tensor", "use ", "export")), reason
