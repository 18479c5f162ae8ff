"""A digest names the text that an emission writes: whatever may change the text changes the digest."""

import attrs
import numpy as np
import pytest

from dldt.codegen.kernels.convolution.emit import emit_contraction
from dldt.codegen.kernels.convolution.problem import Problem, RegisterTile, Source
from dldt.codegen.kernels.emission import Emission
from dldt.codegen.llvm.arithmetic import F32
from dldt.codegen.llvm.builder import Builder
from dldt.codegen.llvm.nest import emit_nest
from dldt.codegen.loop.buffers import Buffer, Layout
from dldt.codegen.loop.ir import Apply, Load, Nest, Number
from dldt.codegen.pipeline import assemble
from dldt.codegen.target import TARGETS
from dldt.compiler.dims import FreeDim, symbol
from dldt.compiler.errors import InternalError
from dldt.compiler.types import DType
from tests.codegen.test_micro import SHAPES, convolution_graph
from tests.codegen.test_product import attention_graph
from tests.codegen.test_recurrence import graph_of, layer

TARGET = TARGETS["x86-64-v4"]


def digest(*arguments):
    return Emission(emit_nest, arguments, alias=False).digest()


def kernels():
    graphs = [convolution_graph(*shape) for shape in SHAPES.values()]
    graphs += [attention_graph(1, 16), attention_graph(symbol("N"), symbol("T")), graph_of(layer("lstm", 32))[0]]
    return [kernel for graph in graphs for kernel in assemble(graph, TARGET).calls.kernels]


def test_emissions_of_one_digest_write_one_text():
    texts, all_kernels = {}, kernels()
    for kernel in all_kernels:
        b = Builder(TARGET)
        kernel.emit(b)
        texts.setdefault(kernel.emit.digest(), set()).add(b.text("module"))
    assert all(len(found) == 1 for found in texts.values())
    assert 20 < len(texts) < len(all_kernels)


PROBLEM = Problem(1, 1, 3, 8, (3, 3), (1, 1), (1, 1), (1, 1), (9, 9), (9, 9), Source(0, 9, 1, 81))
RECORDS = [
    PROBLEM,
    PROBLEM.source,
    RegisterTile(7, 4, 8, 16),
    F32,
    Buffer("x", DType.f32, (1, 8)),
    Layout(16),
    FreeDim("n", 1, 7),
]
FIELDS = [(record, field.name) for record in RECORDS for field in attrs.fields(type(record)) if field.init]


def other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if value is None:
        return ()
    if callable(value) and not attrs.has(type(value)):
        return emit_nest
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, DType):
        return DType.bf16
    if isinstance(value, tuple):
        return (*value[:-1], other(value[-1])) if value else (1,)
    [field, *_] = attrs.fields(type(value))
    return attrs.evolve(value, **{field.name: other(getattr(value, field.name))})


@pytest.mark.parametrize(("record", "name"), FIELDS, ids=[f"{type(r).__name__}.{n}" for r, n in FIELDS])
def test_every_field_counts(record, name):
    changed = attrs.evolve(record, **{name: other(getattr(record, name))})
    assert digest(record) != digest(changed)
    assert digest(record) == digest(attrs.evolve(record))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ((0.0,), (-0.0,)),
        ((1,), (1.0,)),
        ((1,), (True,)),
        ((1,), ("1",)),
        ((np.float64(1),), (1.0,)),
        ((0.1,), (np.nextafter(0.1, 1).item(),)),
        ((None,), ("None",)),
        (((1, 2), 3), (1, (2, 3))),
        (((1, 2),), ([1, 2],)),
        (((),), ((), ())),
        (({"a": 1, "b": 2},), ({"a": 2, "b": 1},)),
        (("a b",), ("a", "b")),
        (("a\nb",), ("a", "b")),
        ((symbol("n", 1, 7) + 1,), (symbol("n", 1, 8) + 1,)),
    ],
)
def test_what_python_or_a_text_would_confuse(one, two):
    assert digest(*one) != digest(*two)


def test_emitter_and_alias_count():
    made = {Emission(emitter, (1,), alias).digest() for emitter in (emit_nest, emit_contraction) for alias in (0, 1)}
    assert len(made) == 4


def test_equal_structures_of_other_objects_have_one_digest():
    nests = [
        Nest((), Buffer("o", DType.f32, (4,)), (symbol("i", 0, 3),), Number(DType.f32, float(text)))
        for text in ("0.5", "5e-1")
    ]
    assert digest(nests[0], nests[0]) == digest(nests[0], nests[1])


def test_shared_parts_are_counted_once_and_depth_is_no_matter():
    value = Load(Buffer("x", DType.f32, (4,)), (0,))
    deep = ()
    for _ in range(200):
        value = Apply("add", (value, value), DType.f32)
    for _ in range(20_000):
        deep = (deep,)
    assert digest(value) != digest(Apply("add", (value, value), DType.f32))
    assert digest(deep) != digest((deep,))


@pytest.mark.parametrize("argument", [np.zeros(3), {1, 2}, object(), b"x"])
def test_what_has_no_digest_is_refused(argument):
    with pytest.raises(InternalError, match=r"a kernel's text is to follow from a .*, which has no digest"):
        digest((argument,))


def test_an_emitter_that_may_know_more_is_refused():
    with pytest.raises(InternalError, match="is no function of a module, so it has no digest"):
        Emission(lambda b, name, alias: None, (), alias=False).digest()
