"""What each version of an operation is compared with OpenVINO by: its cases (tests/ops/cases), or a test of its own."""

from __future__ import annotations

import attrs

from dldt.codegen import pipeline
from dldt.codegen.loop.lower.access import RULES
from dldt.codegen.plan.expansion_table import EXPANSIONS
from dldt.compiler.ir.adapt import ADAPTATIONS
from dldt.compiler.ir.compositions.composition import COMPOSITIONS
from dldt.compiler.op import EXTENSION, REGISTRY, Op
from tests.ops.table import all_cases

assert pipeline  # it fills the tables of what is native

WRITTEN, COMPOSED, BOXES = "test_openvino_written.py", "test_openvino_composed.py", "test_openvino_boxes.py"
BODIES, COMPILED = "test_loops.py", "test_openvino_compiled.py"
BY_THE_PLAN = {
    *("Assign", "Const", "If", "Loop", "Parameter", "ReadValue", "Result", "TensorIterator"),
    *("GRUSequence", "LSTMSequence", "RNNSequence"),
}
"""Types that the plan carries out itself: ends of graphs, memory, bodies, recurrences."""

BESIDE = {
    ("assign", 3): (COMPILED, "opset3.assign"),
    ("assign", 6): (COMPILED, "opset6.assign"),
    ("avgpool", 16): (COMPOSED, "test_pooling_of_opset_16_is_that_of_14"),
    ("batchnorminference", 1): (WRITTEN, "batch_norm1"),
    ("broadcast", 1): (WRITTEN, "broadcast1"),
    ("col2im", 0): (COMPOSED, "col2im15"),
    ("const", 1): (WRITTEN, "opset13.constant"),
    ("convertpromotetypes", 0): (COMPOSED, "promote14"),
    ("ctcloss", 0): (COMPOSED, "ctc_loss4"),
    ("embeddingbagoffsetssum", 0): (WRITTEN, "embedding_offsets3"),
    ("embeddingbagpackedsum", 0): (WRITTEN, "embedding_packed3"),
    ("fakeconvert", 0): (COMPOSED, "fake_convert13"),
    ("gather", 1): (WRITTEN, "gather1"),
    ("gather", 7): (WRITTEN, "gather7"),
    ("gathernd", 5): (COMPOSED, "gather_nd5_batch"),
    ("gelu", 2): (WRITTEN, "gelu2"),
    ("grn", 0): (WRITTEN, "grn1"),
    ("i420tobgr", 0): (COMPOSED, "i420_to_bgr"),
    ("i420torgb", 0): (COMPOSED, "i420_to_rgb"),
    ("identity", 0): (COMPOSED, "identity16"),
    ("if", 8): (WRITTEN, "test_branches"),
    ("interpolate", 1): (COMPOSED, "interpolate1_linear"),
    ("interpolate", 11): (WRITTEN, "interpolate11_sizes"),
    ("inverse", 0): (COMPOSED, "inverse14"),
    ("istft", 0): (COMPOSED, "istft16"),
    ("loop", 5): (BODIES, "test_openvino_runs_what_we_write_of_a_loop"),
    ("lstmcell", 1): (COMPOSED, "lstm_cell1"),
    ("lstmsequence", 1): (COMPOSED, "lstm_cell1"),
    ("maxpool", 14): (WRITTEN, "max_pool14"),
    ("multinomial", 0): (COMPOSED, "multinomial"),
    ("mvn", 2): (WRITTEN, "mvn2"),
    **{("nonmaxsuppression", number): (BOXES, "OPSETS") for number in (1, 3, 4, 5, 9)},
    ("nv12tobgr", 0): (COMPOSED, "nv12_to_bgr"),
    ("nv12torgb", 0): (COMPOSED, "nv12_to_rgb"),
    ("onehot", 16): (COMPOSED, "one_hot16"),
    ("pad", 12): (WRITTEN, "pad12"),
    ("parameter", 1): (WRITTEN, "parameter"),
    ("range", 1): (COMPOSED, "range1"),
    ("readvalue", 3): (COMPILED, "opset3.read_value"),
    ("readvalue", 6): (COMPILED, "opset6.read_value"),
    ("result", 1): (WRITTEN, "opset1.result"),
    ("reverse", 0): ("test_refused.py", "test_reverse_is_read_as_a_slice"),
    ("scaleddotproductattention", 0): (COMPOSED, "attention13"),
    ("scatterelementsupdate", 3): (COMPOSED, "scatter_elements3"),
    ("scatterndupdate", 4): (COMPOSED, "scatter_nd4"),
    ("segmentmax", 0): (COMPOSED, "segment_max16"),
    ("shapeof", 1): (WRITTEN, "shape_of1"),
    ("slicescatter", 0): (COMPOSED, "slice_scatter15"),
    ("sparsefillemptyrows", 0): (COMPOSED, "sparse_fill16"),
    ("squeeze", 15): (WRITTEN, "squeeze15"),
    ("stft", 0): (COMPOSED, "stft15"),
    ("tensoriterator", 1): (BODIES, "test_openvino_runs_what_we_write_of_a_loop"),
    ("topk", 1): (WRITTEN, "top_k1"),
    ("topk", 11): (WRITTEN, "top_k11"),
}  # fmt: skip
"""(type, version; 0: it has one alone) → the file in tests/ir and what stands in it."""

_TITLES = {
    "embeddingbagoffsetssum": "EmbeddingBagOffsetsSum",
    "embeddingbagpackedsum": "EmbeddingBagPackedSum",
    "grn": "GRN",
    "reverse": "Reverse",
}


@attrs.frozen
class Evidence:
    """One version of an operation: ``read`` as itself or as what; the class that it becomes, where it is one."""

    kind: str
    version: int
    title: str
    read: str
    cls: type[Op] | None
    cases: int
    compared: int

    @property
    def beside(self) -> tuple[str, str] | None:
        return BESIDE.get((self.kind, self.version))

    @property
    def infers(self) -> bool:
        return self.cls is None or self.cls.infer is not Op.infer or self.title in BY_THE_PLAN

    @property
    def evaluates(self) -> bool:
        return self.cls is None or self.cls.evaluate is not Op.evaluate or self.title in BY_THE_PLAN

    @property
    def native(self) -> bool:
        return self.cls is None or self.cls in RULES or self.cls in EXPANSIONS or self.title in BY_THE_PLAN


def every_version() -> list[Evidence]:
    """All versions of OpenVINO's operations that are read."""
    counts: dict[type[Op], list[int]] = {}
    for case in all_cases():
        count = counts.setdefault(type(case.op), [0, 0])
        count[0] += 1
        count[1] += case.openvino
    found = []
    for kind, versions in REGISTRY.items():
        for number, cls in versions.items():
            if cls.opset != EXTENSION and cls.__module__.startswith("dldt."):
                found.append(Evidence(kind, number, cls.type, "itself", cls, *counts.get(cls, (0, 0))))
    for (kind, number), adaptation in ADAPTATIONS.items():
        if number in REGISTRY.get(kind, {}) or (number == 0 and kind in REGISTRY):
            continue
        target = REGISTRY[(adaptation.type or kind).lower()]
        cls = target[max(n for n in target if n <= adaptation.opset)]
        found.append(Evidence(kind, number, _TITLES.get(kind, cls.type), f"{cls.type}-{cls.opset[5:]}", cls, 0, 0))
    for (kind, number), made in COMPOSITIONS.items():
        found.append(Evidence(kind, number, made.type, "what it is made of", None, 0, 0))
    return sorted(found, key=lambda each: (each.kind, each.version))
