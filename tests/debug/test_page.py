"""The dump's page in a real browser."""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pytest

from dldt.compiler import ops
from dldt.compiler.graph import Graph
from dldt.compiler.types import DType, TensorType
from dldt.debug.dump import Dump
from dldt.debug.dump_options import DumpOptions
from dldt.tools import api
from tests.debug.browser import page_source, page_text, screenshot
from tests.debug.planted import with_flipped_sign
from tests.debug.session import GUILTY
from tests.debug.small_model import small_inputs, small_model
from tests.debug.test_dump import data_of
from tests.frontends.models import model_path

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page") / "d"
    dump = Dump(folder, DumpOptions(values=small_inputs()))
    api.compile_model(small_model(), folder.parent / "m.so", observer=dump)
    dump.close()
    return folder / "index.html"


def test_the_overview_has_a_timeline_with_times(page):
    text = page_text(page, "timeline")
    for name in ("imported", "fuse-swish", "implementations", "link"):
        assert name in text
    assert " ms" in text
    assert "no output moved" in page_text(page, "verdict")
    assert "Passes that changed something" in page_text(page, "main")


def number_of(page, name):
    folder = next(path for path in (page.parent / "passes").iterdir() if path.name.endswith(f"-{name}"))
    return int(folder.name[:3])


def test_a_change_is_shown_as_a_picture_and_side_by_side(page):
    source = page_source(page, f"at={number_of(page, 'fuse-swish')}")
    assert 'class="node added"' in source
    assert 'class="node removed"' in source
    assert 'class="sides"' in source
    text = page_text(page, "main", f"at={number_of(page, 'fuse-swish')}")
    assert "Multiply 'swish'" in text
    assert "Swish" in text


def test_names_of_nodes_are_no_part_of_the_page(tmp_path):
    """Behind ``<!--<script>`` in a script element, a browser would not see the element's end."""
    name = "<!--<script> </script><b>bold</b> \"'\n日本"
    graph = Graph(name)
    graph.result(ops.ReLU()(graph.parameter("x", TensorType(DType.f32, (2,))), name=name), "y")
    dump = Dump(tmp_path / "d", title="a < b")
    api.compile_model(graph, tmp_path / "m.so", observer=dump)
    dump.close()
    source = page_source(tmp_path / "d" / "index.html", "find=relu")
    assert 'href="#node=' in source.split('id="found"')[1]
    assert "<b>bold" not in re.sub(r"<script.*?</script>", "", source, flags=re.DOTALL)


def test_nodes_are_found_and_their_life_is_told(page):
    found = page_text(page, "found", "find=sigmoid gate")
    assert "gate" in found
    source = page_source(page, "find=sigmoid gate")
    place = source.split('href="#node=')[1].split('"')[0]
    life = page_text(page, "main", f"node={place}")
    assert "In the framework" in life
    assert "Sigmoid 'gate'" in life
    assert "becomes" in life
    assert "swish" in life


def test_a_fused_node_ends_in_a_kernel(page):
    source = page_source(page, "find=swish multiply")
    texts = [
        page_text(page, "main", f"node={part.split(chr(34))[0]}")
        for part in source.split('id="found"')[1].split('href="#node=')[1:]
    ]
    assert any("vector registers" in text and "spills" in text for text in texts)


def test_the_arena_is_a_picture(page):
    source = page_source(page, "arena")
    assert 'class="arena"' in source
    assert "<rect" in source.split('class="arena"')[1]


def test_dark_and_light_are_two_looks(page, tmp_path):
    for theme in ("dark", "light"):
        screenshot(page, "", tmp_path / f"{theme}.png", f"?theme={theme}")
    assert (tmp_path / "dark.png").read_bytes() != (tmp_path / "light.png").read_bytes()


@pytest.mark.skipif(not os.environ.get("DLDT_SCREENSHOTS"), reason="DLDT_SCREENSHOTS=1 takes those of docs/")
def test_screenshots(tmp_path):
    """The session of docs/debugging.md: the text detector with a pass that flips a sign."""
    graph = api.read_model(model_path("onnx/ppocr/ch_PP-OCRv4_det_infer.onnx"), inputs={"x": [1, 3, 64, 64]})
    picture = np.random.default_rng(0).standard_normal((1, 3, 64, 64)).astype(np.float32)
    dump = Dump(tmp_path / "d", DumpOptions(values={"x": picture}), "det.onnx")
    api.compile_model(graph, tmp_path / "m.so", pipeline=with_flipped_sign(GUILTY), observer=dump)
    dump.close()
    page = tmp_path / "d" / "index.html"
    assert page.stat().st_size < 3 << 20
    nodes = data_of(tmp_path / "d")["nodes"]
    life = next(key for key, (name, kind, _) in nodes.items() if (name, kind) == ("p2o.Div.9", "HSwish"))
    places = {"overview": "", "change": f"at={number_of(page, 'flip-sign')}", "node": f"node={life}", "arena": "arena"}
    for name, place in places.items():
        screenshot(page, place, DOCS / f"dump-{name}.png", "?theme=dark" if name == "node" else "?theme=light")
        assert (DOCS / f"dump-{name}.png").stat().st_size > 10_000
