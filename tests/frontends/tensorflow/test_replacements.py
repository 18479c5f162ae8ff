"""``--transformations_config``: sub-graphs of detection networks become operations of the toolkit, which give what
TensorFlow computes for the whole graph."""

import contextlib
import json
import os
import random

import numpy as np
import pytest

from dldt.compiler.errors import InputError, UnsupportedError, UsageError
from dldt.compiler.interpret import interpret
from dldt.frontends.engine.record import GraphRecord, NodeRecord
from dldt.frontends.engine.tensor_record import TensorRecord
from dldt.frontends.read_model import read_model
from dldt.frontends.tensorflow.read import read_tensorflow
from dldt.frontends.tensorflow.replacement.kinds import KINDS, REFUSED
from dldt.frontends.tensorflow.replacement.replaced import replaced
from dldt.frontends.tensorflow.replacement.scaling import scaling
from dldt.runtime.model import load
from dldt.tools.api import compile_model
from tests.frontends.tensorflow.detection_cases import model_of, runs_of

COUNT = int(os.environ.get("DLDT_TENSORFLOW_MUTANTS", "60"))
PIPELINE = """
model {{
  {kind} {{
    num_classes: 3  # without the background
    image_resizer {{ fixed_shape_resizer {{ height: {size} width: {size} }} }}
    box_coder {{ faster_rcnn_box_coder {{ y_scale: 10.0 x_scale: 10.0 height_scale: 5.0 width_scale: 5.0 }} }}
    first_stage_anchor_generator <
      grid_anchor_generator {{
        height: 24, width: 24; height_stride: 8 width_stride: 8 scales: [0.5, 1.0]
        aspect_ratios: 1.0 aspect_ratios: 2.0 aspect_ratios: 0.5
      }}
    >
    first_stage_nms_iou_threshold: 0.7
    first_stage_max_proposals: 6
    {post} {{
      batch_non_max_suppression {{
        score_threshold: {limit} iou_threshold: 0.5 max_detections_per_class: 100 max_total_detections: 8
      }}
      score_converter: {converter}
    }}
  }}
}}
train_config {{ fine_tune_checkpoint: "model\\"s.ckpt" }}
"""
PREPROCESSOR = {
    "id": "ObjectDetectionAPIPreprocessorReplacement",
    "match_kind": "scope",
    "custom_attributes": {},
    "instances": [".*Preprocessor/"],
    "outputs": [{"node": "sub$", "port": 0}],
}
PREPROCESSOR_2 = {
    "id": "ObjectDetectionAPIPreprocessor2Replacement",
    "match_kind": "general",
    "custom_attributes": {
        "start_nodes": ["StatefulPartitionedCall/Preprocessor/map/TensorArrayUnstack/TensorListFromTensor"],
        "end_nodes": ["nothing", "StatefulPartitionedCall/Preprocessor/map/TensorArrayV2Stack/TensorListStack"],
    },
}
CLIPPED = {"clip_before_nms": False, "clip_after_nms": True}
SSD = {
    "id": "ObjectDetectionAPISSDPostprocessorReplacement",
    "match_kind": "points",
    "custom_attributes": {"code_type": "caffe.PriorBoxParameter.CENTER_SIZE", **CLIPPED},
    "instances": {
        "start_points": ["Postprocessor/Shape", "Postprocessor/scale_logits", "Postprocessor/Tile"],
        "end_points": ["detection_boxes", "detection_scores", "num_detections"],
    },
}
PROPOSAL = {
    "id": "ObjectDetectionAPIProposalReplacement",
    "match_kind": "points",
    "custom_attributes": {"operation_to_add": "Proposal", **CLIPPED},
    "instances": {
        "start_points": ["FirstStagePostprocessor/codes", "FirstStagePostprocessor/kinds"],
        "end_points": ["FirstStagePostprocessor/normalized"],
    },
}
SECOND_STAGE = {
    "id": "ObjectDetectionAPIDetectionOutputReplacement",
    "match_kind": "scope",
    "custom_attributes": {"coordinates_swap_method": "swap_weights", **CLIPPED},
    "inputs": [[{"node": f"{name}$", "port": 0}] for name in ("Reshape", "Reshape_1", "ExpandDims")],
    "instances": [".*SecondStagePostprocessor/"],
}
OUTPUTS = {
    "id": "ObjectDetectionAPIOutputReplacement",
    "match_kind": "general",
    "custom_attributes": {"outputs": "detection_boxes,detection_scores,num_detections"},
}
SENSITIVE = {
    "id": "ObjectDetectionAPIPSROIPoolingReplacement",
    "match_kind": "scope",
    "custom_attributes": {
        "num_spatial_bins_height": 3,
        "num_spatial_bins_width": 3,
        "crop_height": 6,
        "crop_width": 6,
    },
    "inputs": [[{"node": "Shape$", "port": 0}], [{"node": "TensorArrayUnstack_1/Shape$", "port": 0}]],
    "instances": ["SecondStageBoxPredictor/map/", "SecondStageBoxPredictor/map_1/"],
    "outputs": [{"node": "TensorArrayStack/TensorArrayGatherV3$", "port": 0}],
}
_HEAD = "SecondStageBoxPredictor/MaskPredictor/"
MASK_CROPS = {
    "id": "ObjectDetectionAPIMaskRCNNROIPoolingSecondReplacement",
    "match_kind": "points",
    "custom_attributes": {"initial_crop_size": 6},
    "instances": {"start_points": [f"{_HEAD}CropAndResize"], "end_points": [f"{_HEAD}CropAndResize"]},
}
MASK_OUTPUTS = {
    "id": "ObjectDetectionAPIOutputReplacement",
    "match_kind": "general",
    "custom_attributes": {"outputs": f"detection_boxes,nothing|{_HEAD}Conv_1/BiasAdd"},
}
MASK_SIGMOID = {
    "id": "ObjectDetectionAPIMaskRCNNSigmoidReplacement",
    "match_kind": "general",
    "custom_attributes": {"masks_node_prefix_name": f"StatefulPartitionedCall/{_HEAD}"},
}
REGION = {"classes": 3, "coords": 4, "num": 3}


@pytest.fixture
def options(tmp_path):
    """Makes the options for entries and, where there are any, the values of the pipeline file."""

    def make(*entries, **values):
        (tmp_path / "config.json").write_text(json.dumps(entries))
        (tmp_path / "pipeline.config").write_text(PIPELINE.format(**values) if values else "")
        pipeline = {"tensorflow_object_detection_api_pipeline_config": tmp_path / "pipeline.config"}
        return {"transformations_config": tmp_path / "config.json", **(pipeline if values else {})}

    return make


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def check_detections(rows, wanted):
    """Rows (picture, class, score, left, top, right, bottom) are the detections of the pictures, in any order."""
    ends = np.flatnonzero(rows[0, 0, :, 0] < 0)
    rows = rows[0, 0, : ends[0] if len(ends) else None]
    for picture in range(2):
        own = rows[rows[:, 0] == picture]
        count = int(wanted["num_detections"][picture])
        assert len(own) == count
        own = own[np.argsort(-own[:, 2], kind="stable")]
        expected = [wanted[f"detection_{name}"][picture, :count] for name in ("classes", "scores", "boxes")]
        np.testing.assert_array_equal(own[:, 1], expected[0])
        np.testing.assert_allclose(own[:, 2], expected[1], rtol=2e-5)
        np.testing.assert_allclose(own[:, [4, 3, 6, 5]], expected[2], rtol=2e-5, atol=2e-5)


@pytest.mark.parametrize(("name", "preprocessor"), [("ssd_v1", PREPROCESSOR), ("ssd_v2", PREPROCESSOR_2)])
def test_ssd_ends_with_detection_output(name, preprocessor, options, tmp_path):
    own = options(
        SSD, preprocessor, OUTPUTS, kind="ssd", size=48, post="post_processing", limit=0.3, converter="SIGMOID"
    )
    graph = read_model(model_of(name, tmp_path), options=own)
    kinds = [node.op.type for node in graph.order()]
    assert "DetectionOutput" in kinds
    assert not {"Loop", "TensorIterator", "NonMaxSuppression", "Interpolate"} & {*kinds}
    assert graph.inputs[0].type.shape[1:] == (48, 48, 3)
    given, wanted = runs_of(name)[-1]
    check_detections(interpret(graph, given)["DetectionOutput"], wanted)


@pytest.mark.parametrize("native", [False, pytest.param(True, marks=pytest.mark.one_in(3))])
@pytest.mark.parametrize("name", ["faster_rcnn_v1", "faster_rcnn_v2"])
def test_faster_rcnn_has_proposal_and_detection_output(name, native, options, tmp_path):
    preprocessor = PREPROCESSOR if name.endswith("v1") else PREPROCESSOR_2
    values = {"kind": "faster_rcnn", "size": 40, "post": "second_stage_post_processing", "limit": 0.1}
    own = options(SECOND_STAGE, PROPOSAL, preprocessor, **values, converter="SOFTMAX")
    graph = read_model(model_of(name, tmp_path), options=own)
    kinds = [node.op.type for node in graph.order()]
    assert {"Proposal", "DetectionOutput"} <= {*kinds}
    assert not {"Loop", "TensorIterator", "NonMaxSuppression"} & {*kinds}
    given, wanted = runs_of(name)[-1]
    given = {**given, "image_info": np.array([[40, 40, 1]], np.float32)}
    check_detections(interpret(graph, given)["detection_output"], wanted)
    if native:
        with load(compile_model(graph, tmp_path / "m.so", threads=1), threads=1) as run:
            check_detections(run.run(given)["detection_output"], wanted)


def test_r_fcn_pools_bins_of_the_proposals(options, tmp_path):
    values = {"kind": "faster_rcnn", "size": 40, "post": "second_stage_post_processing", "limit": 0.1}
    own = options(SENSITIVE, SECOND_STAGE, PROPOSAL, PREPROCESSOR, **values, converter="SOFTMAX")
    graph = read_model(model_of("rfcn_v1", tmp_path), options=own)
    kinds = [node.op.type for node in graph.order()]
    assert kinds.count("PSROIPooling") == 2
    assert not {"Loop", "TensorIterator", "NonMaxSuppression"} & {*kinds}
    given, wanted = runs_of("rfcn_v1")[-1]
    given = {**given, "image_info": np.array([[40, 40, 1]], np.float32)}
    check_detections(interpret(graph, given)["detection_output"], wanted)


@pytest.mark.parametrize("name", ["mask_rcnn_v1", "mask_rcnn_v2"])
def test_mask_rcnn_has_the_masks_of_each_row(name, options, tmp_path):
    preprocessor = PREPROCESSOR if name.endswith("v1") else PREPROCESSOR_2
    values = {"kind": "faster_rcnn", "size": 40, "post": "second_stage_post_processing", "limit": 0.1}
    entries = (MASK_SIGMOID, MASK_OUTPUTS, MASK_CROPS, SECOND_STAGE, PROPOSAL, preprocessor)
    graph = read_model(model_of(name, tmp_path), options=options(*entries, **values, converter="SOFTMAX"))
    assert [value.name for value in graph.outputs] == ["reshape_do_2d", "masks"]
    given, wanted = runs_of(name)[-1]
    found = interpret(graph, {**given, "image_info": np.array([[40, 40, 1]], np.float32)})
    check_detections(found["reshape_do_2d"][None, None], wanted)
    for row, masks in zip(found["reshape_do_2d"], found["masks"], strict=True):
        if row[0] < 0:
            break
        scores = wanted["detection_scores"][int(row[0])]
        expected = wanted["detection_masks"][int(row[0]), np.abs(scores - row[2]).argmin()]
        np.testing.assert_allclose(masks[int(row[1]) - 1], expected, rtol=1e-4, atol=1e-4)


def test_yolo_v2_ends_with_a_region(options, tmp_path):
    entry = {"id": "TFYOLO", "match_kind": "general", "custom_attributes": {**REGION, "do_softmax": 1}}
    graph = read_model(model_of("yolo_v2_tiny", tmp_path), outputs=["output"], options=options(entry))
    given, wanted = runs_of("yolo_v2_tiny")[0]
    x = wanted["output"].reshape(6, 8, 3, 8)
    kinds = np.exp(x[..., 5:]) / np.exp(x[..., 5:]).sum(-1, keepdims=True)
    expected = np.concatenate([sigmoid(x[..., :2]), x[..., 2:4], sigmoid(x[..., 4:5]), kinds], -1)
    found = interpret(graph, given)["output/YoloRegion"]
    np.testing.assert_allclose(found, expected.transpose(2, 3, 0, 1).reshape(1, -1), rtol=2e-5, atol=2e-5)


def test_yolo_v3_ends_with_a_region_for_each_entry_point(options, tmp_path):
    model = model_of("yolo_v3", tmp_path)
    ends = [f"detector/yolo-v3/Conv_{number}/BiasAdd" for number in (6, 14)]
    raw = interpret(read_model(model, outputs=ends), given := runs_of("yolo_v3")[0][0])
    own = {**REGION, "num": 6, "masks": [[3, 4, 5], [0, 1, 2]], "entry_points": ["Reshape", "Reshape_3"]}
    anchors = {"anchors": [10, 14, 23, 27, 37, 58, 81, 82, 135, 169, 344, 319]}
    entry = {"id": "TFYOLOV3", "match_kind": "general", "custom_attributes": {**own, **anchors}}
    graph = read_model(model, options=options(entry))
    assert [node.op.mask for node in graph.order() if node.op.type == "RegionYolo"] in (
        [(3, 4, 5), (0, 1, 2)],
        [(0, 1, 2), (3, 4, 5)],
    )
    found = interpret(graph, given)
    for end in ends:
        x = raw[end].reshape(*raw[end].shape[:3], 3, 8)
        expected = np.concatenate([sigmoid(x[..., :2]), x[..., 2:4], sigmoid(x[..., 4:])], -1)
        expected = expected.transpose(0, 3, 4, 1, 2).reshape(1, 24, *x.shape[1:3])
        np.testing.assert_allclose(found[f"{end}/YoloRegion"], expected, rtol=2e-5, atol=2e-5)


def without(entry, attribute):
    return {**entry, "custom_attributes": {k: v for k, v in entry["custom_attributes"].items() if k != attribute}}


@pytest.mark.parametrize(
    ("entry", "error", "message"),
    [
        ({"id": "TFYOLOV4"}, UnsupportedError, "no replacement has the id 'TFYOLOV4'; close matches: 'TFYOLOV3'"),
        (SSD, UsageError, "nothing says add_background_class; name the model's pipeline.config with --tensorflow_ob"),
        ({"id": 5}, InputError, "an entry has no id"),
        ({**SSD, "instances": {}}, InputError, r"instances\.start_points must be a list of names of nodes"),
        (
            {**SSD, "instances": {"start_points": ["Postprocessor/Shap", "b", "c"]}},
            InputError,
            r"no node 'Postprocessor/Shap'; close matches: 'Postprocessor/.*choose the one that fits, or leave it out",
        ),
        ({**PREPROCESSOR, "instances": [".*Before/"]}, InputError, "the model has no scope 'Before/'"),
        (SECOND_STAGE, InputError, "the model has no scope 'SecondStagePostprocessor/'"),
        (
            {"id": "TFYOLO", "custom_attributes": {**REGION, "num": -3}},
            InputError,
            "num must be a whole number above 0",
        ),
        (
            {"id": "TFYOLO", "custom_attributes": {**REGION, "num": 10**400}},
            InputError,
            "TFYOLO: a number is too large to compute with",
        ),
        (PREPROCESSOR, UsageError, "nothing says resizer_image_height"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(entry, error, message, options, tmp_path):
    with pytest.raises(error, match=message):
        read_model(model_of("ssd_v1", tmp_path), options=options(entry))


@pytest.mark.parametrize("kind", sorted(REFUSED))
def test_a_kind_that_is_not_made_says_what_to_do(kind, options, tmp_path):
    with pytest.raises(UnsupportedError, match=f"{kind} is not supported: .*(whole graph compiles|cut the model)"):
        read_model(model_of("ssd_v1", tmp_path), options=options({"id": kind}))
    assert kind not in KINDS


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "not a JSON document"), ("[" * 100_000, "not a JSON document"), ("{}", "a list of objects is expected")],
)
def test_a_damaged_file_is_refused(text, message, options, tmp_path):
    own = options()
    own["transformations_config"].write_text(text)
    with pytest.raises(InputError, match=message):
        read_model(model_of("ssd_v1", tmp_path), options=own)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model { ssd { num_classes: } } }", "line 1: a value is expected, not '}'"),
        ("model { ssd { num_classes: 'x' } }", "num_classes must be a number"),
        ("a {" * 40, "nested more than 32 deep"),
        ("train_config { }", "it has no model"),
        ("#" * ((1 << 20) + 1), "larger than 1048576 bytes, so it is no pipeline file"),
        ("model { ssd {", "the name of a field is expected"),
        ("model { ssd { post_processing { score_converter: LOUD } } }", "score_converter is LOUD, must be one of IDEN"),
    ],
)
def test_a_damaged_pipeline_file_is_refused(text, message, options, tmp_path):
    own = options(SSD, kind="ssd", size=48, post="post_processing", limit=0.3, converter="SIGMOID")
    own["tensorflow_object_detection_api_pipeline_config"].write_text(text)
    with pytest.raises(InputError, match=message):
        read_model(model_of("ssd_v1", tmp_path), options=own)


def test_a_pipeline_file_alone_is_refused(options, tmp_path):
    own = options(SSD, kind="ssd", size=48, post="post_processing", limit=0.3, converter="SIGMOID")
    del own["transformations_config"]
    with pytest.raises(UsageError, match="name them by --transformations_config"):
        read_model(model_of("ssd_v1", tmp_path), options=own)


@pytest.mark.parametrize("before", [True, False])
def test_scaling_in_the_loop_over_pictures_is_found(before):
    names = ("map/while/Preprocessor/sub", "map/while/Preprocessor/mul")
    picture = "picture" if before else "map/while/Preprocessor/stack"
    steps = (
        NodeRecord("Sub", names[0], (picture, "mean"), (names[0],)),
        NodeRecord("Mul", names[1], ("scale", names[0]), (names[1],)),
    )
    source = names[1] if before else "picture"
    resize = tuple(
        NodeRecord("Identity", f"map/while/Preprocessor/{end}", (source,), (f"map/while/Preprocessor/{end}",))
        for end in ("unstack", "stack")
    )
    constants = {name: TensorRecord.of(np.array(1.0)) for name in ("mean", "scale")}
    found = scaling(GraphRecord("", (*resize, *steps), {}, (names[1],), constants))
    assert [(step.name, place) for step, _, place in found] == [(names[0], 1), (names[1], 0)]


@pytest.mark.parametrize("damaged", ["transformations_config", "tensorflow_object_detection_api_pipeline_config"])
def test_files_with_other_bytes_are_read_or_refused(damaged, options, tmp_path):
    model = model_of("ssd_v1", tmp_path)
    own = options(SSD, PREPROCESSOR, kind="ssd", size=48, post="post_processing", limit=0.3, converter="SIGMOID")
    loaded = read_tensorflow(model, {}).graph
    data = own[damaged].read_bytes()
    for seed in range(COUNT):
        rng = random.Random(f"{damaged} {seed}")
        made = bytearray(data[: rng.randrange(1, len(data))] if rng.random() < 0.2 else data)
        for _ in range(rng.randrange(1, 4)):
            made[rng.randrange(len(made))] = rng.choice(b'{}[]",:0 9.-\\eE\x00\xff')
        own[damaged].write_bytes(made)
        with contextlib.suppress(InputError, UnsupportedError, UsageError):
            replaced(loaded, own)
