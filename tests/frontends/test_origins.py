"""The import notes for each node of the graph which node of the framework it was made for."""

from dldt.frontends.onnx.importer import import_onnx
from tests.frontends.onnx_node import save
from tests.frontends.onnx_text import model_of_text

MODEL = """\
g (float[2,3] x, bool flag) => (float[2,3] y) {
  [sum] a = Add (x, x)
  [gate] b = HardSwish (a)
  y = If (flag) <
    then_branch = t () => (float[2,3] u) { [inner] u = Neg (b) },
    else_branch = e () => (float[2,3] v) { v = Identity (b) }
  >
}"""


def origins_of(graph):
    return {node.name: graph.origins.get(node.id) for node in graph.order()}


def test_every_node_leads_back_to_the_frameworks(tmp_path):
    graph = import_onnx(save(model_of_text(MODEL), tmp_path))
    found = origins_of(graph)
    assert found["sum"] == 'Add "sum"'
    assert set(graph.origins.values()) == {'Add "sum"', 'HardSwish "gate"', 'If "y"'}
    assert found["x"] is None  # an input stems from no node
    bodies = [body for node in graph.order() for body in node.bodies]
    assert any('Neg "inner"' in body.origins.values() for body in bodies)


def test_a_copy_knows_them_too(tmp_path):
    graph = import_onnx(save(model_of_text(MODEL), tmp_path))
    assert graph.copy().origins == graph.origins
