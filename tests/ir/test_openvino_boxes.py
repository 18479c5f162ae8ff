"""NonMaxSuppression of every operation set in files that OpenVINO wrote: interpreted and native, beside OpenVINO."""

from __future__ import annotations

import numpy as np
import openvino as ov
import pytest
from openvino import opset1, opset3, opset4, opset5, opset9

from dldt.codegen.host import resolve_target
from dldt.codegen.pipeline import compile_graph
from dldt.compiler.interpret import interpret
from dldt.compiler.ir.read import read_ir
from dldt.runtime import load
from tests.ir.models import assert_close, run_openvino

RNG = np.random.default_rng(8)
OPSETS = {1: opset1, 3: opset3, 4: opset4, 5: opset5, 9: opset9}


def written(folder, version, most, least, encoding="corner", sigma=None):
    """A file with one NonMaxSuppression, and numbers for it."""
    made = OPSETS[version]
    batches, classes, size = 2, 3, 30
    boxes, scores = made.parameter([batches, size, 4], np.float32), made.parameter([batches, classes, size], np.float32)
    for parameter, name in ((boxes, "boxes"), (scores, "scores")):
        parameter.output(0).set_names({name})
    limits = [made.constant(np.array(value, kind)) for value, kind in ((most, "i8"), (0.3, "f4"), (least, "f4"))]
    more = {} if sigma is None else {"soft_nms_sigma": made.constant(np.array(sigma, "f4"))}
    node = made.non_max_suppression(boxes, scores, *limits, box_encoding=encoding, sort_result_descending=True, **more)
    results = [made.result(node.output(port)) for port in range(node.get_output_size())]
    for number, result in enumerate(results):
        result.input_value(0).set_names({f"y{number}"})
    path = folder / "theirs.xml"
    ov.save_model(ov.Model(results, [boxes, scores], "boxes"), path, compress_to_fp16=False)
    shapes = ((batches, size, 4), (batches, classes, size))
    return path, {name: RNG.random(s).astype(np.float32) for name, s in zip(("boxes", "scores"), shapes, strict=True)}


@pytest.mark.parametrize("version", OPSETS)
@pytest.mark.parametrize(("most", "least", "encoding"), [(3, 0.2, "corner"), (9, 0.8, "center"), (5, 1.0, "corner")])
def test_boxes(version, most, least, encoding, tmp_path):
    path, feeds = written(tmp_path, version, most, least, encoding)
    check(path, feeds, tmp_path, version)


def check(path, feeds, folder, version):
    """Interpreted and compiled it gives what OpenVINO gives."""
    wanted = run_openvino(path, feeds)
    graph = read_ir(path)
    compile_graph(graph, folder / "m.so", resolve_target("host"))
    interpreted = interpret(graph, feeds)
    with load(folder / "m.so", threads=1) as alone, load(folder / "m.so", threads=2) as together:
        for made in (interpreted, alone.run(feeds), together.run(feeds)):
            assert len(made) == (1 if version < 5 else 3)
            for name, array in made.items():
                assert_close(array, wanted[name], 1e-6, name)


@pytest.mark.parametrize("version", [5, 9])
@pytest.mark.parametrize("sigma", [0.0, 0.1, 0.5])
@pytest.mark.parametrize(("most", "least", "encoding"), [(3, 0.2, "corner"), (30, 0.3, "center"), (9, 0.0, "corner")])
def test_scores_that_overlaps_make_smaller(version, sigma, most, least, encoding, tmp_path):
    path, feeds = written(tmp_path, version, most, least, encoding, sigma)
    check(path, feeds, tmp_path, version)
