"""Iterators and queues, of which a file holds no data, are inputs."""

import numpy as np
import pytest

from dldt.compiler.interpret import interpret
from dldt.frontends.read_model import read_model
from dldt.frontends.tensorflow.proto import PROTO


@pytest.mark.parametrize(
    ("op", "types", "source"),
    [("IteratorGetNext", "output_types", "IteratorV2"), ("QueueDequeueManyV2", "component_types", "FIFOQueueV2")],
)
def test_what_they_give_is_an_input_of_the_model(op, types, source, tmp_path):
    graph = PROTO["GraphDef"]()
    graph.node.add(name="source", op=source)
    node = graph.node.add(name="next", op=op, input=["source"])
    node.attr[types].list.type.extend([3, 1])
    for dims in ((2,), (2, 3)):
        node.attr["output_shapes"].list.shape.add().dim.extend([PROTO["TensorDim"](size=size) for size in dims])
    graph.node.add(name="y", op="Neg", input=["next:1"]).attr["T"].type = 1
    path = tmp_path / "graph.pb"
    path.write_bytes(graph.SerializeToString())
    model = read_model(path)
    assert [(value.name, value.type.static_shape) for value in model.inputs] == [("next:1", (2, 3))]
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    np.testing.assert_array_equal(interpret(model, {"next:1": x})["y"], -x)
