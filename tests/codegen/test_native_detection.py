"""The last layers of detectors with sizes that are known when the model runs: native code gives what evaluate gives."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler import ops
from dldt.compiler.dim_text import parse_dim
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.runtime import load
from tests.ops.case import normal
from tests.ops.cases import detectron, regions
from tests.ops.table import all_cases


def parameter(graph, name, shape, dtype=DType.f32):
    return graph.parameter(name, TensorType(dtype, tuple(map(parse_dim, shape.split(",")))))


def agree(graph, op, feeds, folder, tolerance=2e-6):
    """The compiled graph, whose outputs are those of ``op`` in order, gives what ``op`` gives for each feed."""
    path = folder / "model.so"
    compile_graph(graph, path, resolve_target("host"))
    with load(path, threads=2) as model:
        for inputs, arguments in feeds:
            expected = op.evaluate(*arguments)
            expected = expected if isinstance(expected, tuple) else (expected,)
            for wanted, got in zip(expected, model.run(inputs).values(), strict=True):
                assert got.shape == wanted.shape
                np.testing.assert_allclose(got, wanted, rtol=0, atol=tolerance * np.abs(wanted).max(initial=0))


@pytest.mark.parametrize(
    "op",
    [
        ops.PriorBox((16.0, 20.0), (30.0,), (2.0, 3.0), flip=True, offset=0.5, clip=True),
        ops.PriorBox8((0.1, 0.2), (0.3,), (2.0,), scale_all_sizes=False, step=-1.0),
        ops.PriorBoxClustered((8.6, 13.0), (44.0, 1.0), offset=0.5),
    ],
    ids=["PriorBox", "of the height", "clustered"],
)
def test_prior_boxes_of_a_picture_of_any_size(op, tmp_path):
    graph = Graph("priors")
    grid, picture = parameter(graph, "grid", "1,4,H,W"), parameter(graph, "picture", "1,3,P,Q")
    sizes = (ops.Slice()(ops.ShapeOf()(x), np.array([2]), np.array([4]), np.array([1])) for x in (grid, picture))
    graph.result(op(*sizes), "boxes")
    feeds = []
    for high, wide, rows, columns in ((3, 5, 60, 90), (7, 2, 64, 32), (1, 1, 9, 9)):
        given = {"grid": np.zeros((1, 4, high, wide), "f4"), "picture": np.zeros((1, 3, rows, columns), "f4")}
        feeds.append((given, (np.array([high, wide]), np.array([rows, columns]))))
    agree(graph, op, feeds, tmp_path)


@pytest.mark.parametrize(
    ("op", "shape", "sizes"),
    [
        (ops.RegionYolo(1, 4, 3, 3, 2), "N,16,H,W", [(1, 16, 3, 5), (3, 16, 1, 4)]),
        (ops.RegionYolo(0, 4, 3, -1, 2, do_softmax=False, mask=(0, 1)), "N,16,H,W", [(2, 16, 3, 5)]),
        (ops.ReorgYolo((2,)), "N,8,4,6", [(1, 8, 4, 6), (3, 8, 4, 6)]),
    ],
    ids=["softmax", "sigmoid", "reorg"],
)
def test_yolo_layers_of_any_size(op, shape, sizes, tmp_path):
    graph = Graph("yolo")
    graph.result(op(parameter(graph, "x", shape)), "y")
    agree(graph, op, [({"x": normal(*size)}, (normal(*size),)) for size in sizes], tmp_path)


def detection_case(name):
    return next(case for case in all_cases() if case.id == f"DetectionOutput/{name}")


@pytest.mark.parametrize("name", ["SSD", "all are kept", "a box a class", "best class, cut", "moved priors"])
def test_detections_of_any_number_of_pictures(name, tmp_path):
    case = detection_case(name)
    graph = Graph("detections")
    names = [f"x{k}" for k in range(len(case.inputs))]
    shapes = [f"N,{x.shape[1]}" if k != 2 else ",".join(map(str, x.shape)) for k, x in enumerate(case.inputs)]
    values = [parameter(graph, name, shape) for name, shape in zip(names, shapes, strict=True)]
    graph.result(case.op(*values), "y")
    feeds = []
    for images in (1, 2):
        arrays = [x if k == 2 else x[:images] for k, x in enumerate(case.inputs)]
        feeds.append((dict(zip(names, arrays, strict=True)), arrays))
    agree(graph, case.op, feeds, tmp_path)


@pytest.mark.parametrize("name", ["SSD", "all are kept", "best class", "best class, cut", "in pixels"])
def test_detections_of_any_number_of_priors(name, tmp_path):
    case = detection_case(name)
    graph = Graph("detections")
    size = case.inputs[2].shape[2] // 30
    classes = 4
    shapes = ("N,4*P", f"N,{classes}*P", f"1,{case.inputs[2].shape[1]},{size}*P")
    values = [parameter(graph, f"x{k}", shape) for k, shape in enumerate(shapes)]
    graph.result(case.op(*values), "y")
    feeds = []
    for count in (1, 7, 30):
        arrays = [x[..., : x.shape[-1] // 30 * count] for x in case.inputs]
        feeds.append(({f"x{k}": x for k, x in enumerate(arrays)}, arrays))
    agree(graph, case.op, feeds, tmp_path)


REGIONS = {case.id: case for case in (*regions.CASES, *detectron.CASES) if case.symbolic}


@pytest.mark.parametrize("name", REGIONS)
def test_regions_of_any_number_in_pictures_of_any_size(name, tmp_path):
    """Fewer pictures, smaller ones, and fewer regions; those whose picture is cut off are taken from the first one."""
    case = REGIONS[name]
    graph = Graph("regions")
    shapes = [case.symbolic.get(k) or ",".join(map(str, x.shape)) for k, x in enumerate(case.inputs)]
    kinds = [DType.of(x.dtype) for x in case.inputs]
    values = [parameter(graph, f"x{k}", *given) for k, given in enumerate(zip(shapes, kinds, strict=True))]
    for k, value in enumerate(case.op.all(*values)):
        graph.result(value, f"y{k}")
    feeds = []
    for images, cut in ((None, None), (1, -1)):
        arrays = []
        for x, shape in zip(case.inputs, shapes, strict=True):
            spatial = (slice(None), slice(None), slice(cut), slice(cut)) if "H" in shape else ()
            part = x[:images] if "N" in shape else x[:cut] if "R" in shape else x
            arrays.append(np.ascontiguousarray(part[spatial]))
        if images and "R,5" in shapes[-1]:
            arrays[-1][:, 0] = np.minimum(arrays[-1][:, 0], 0)
        if images and len(arrays) == 3 and "R" in shapes[2]:
            arrays[2][:] = 0
        feeds.append(({f"x{k}": x for k, x in enumerate(arrays)}, arrays))
    agree(graph, case.op, feeds, tmp_path, case.tolerance)
