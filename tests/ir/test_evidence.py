"""Every version of every operation is inferred, evaluated, compiled, and compared with OpenVINO somewhere."""

from pathlib import Path

import pytest

from tests.ir.evidence import BESIDE, every_version

ROWS = every_version()
BROUGHT = {
    "detectionoutput": (1, 8), "priorbox": (1, 8), "priorboxclustered": (1,), "proposal": (1, 4), "roipooling": (2,),
    "psroipooling": (1,), "deformablepsroipooling": (1,), "roialign": (3, 9), "deformableconvolution": (1, 8),
    "regionyolo": (1,), "reorgyolo": (2,), "normalizel2": (1,), "grn": (0,), "mvn": (2, 6), "lrn": (1,),
    "ctcgreedydecoder": (1,), "ctcgreedydecoderseqlen": (6,), "nonmaxsuppression": (1, 3, 4, 5, 9), "matrixnms": (8,),
    "multiclassnms": (8, 9), "bucketize": (3,), "gathertree": (1,), "reversesequence": (1,),
    "extractimagepatches": (3,), "batchtospace": (2,), "spacetobatch": (2,), "embeddingbagoffsetssum": (0,),
    "embeddingbagpackedsum": (0,), "embeddingsegmentssum": (3,), "embeddingbagoffsets": (15,),
    "embeddingbagpacked": (15,), "experimentaldetectrondetectionoutput": (6,),
    "experimentaldetectrongenerateproposalssingleimage": (6,), "experimentaldetectronpriorgridgenerator": (6,),
    "experimentaldetectronroifeatureextractor": (6,), "experimentaldetectrontopkrois": (6,),
    "generateproposals": (9,), "readvalue": (3, 6), "assign": (3, 6), "interpolate": (1, 4, 11),
}  # fmt: skip
"""What Caffe, MXNet and Kaldi need: each version that has a meaning of its own."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.title}-{row.version}")
def test_a_version_has_every_part_and_openvino_beside_it(row):
    assert row.infers
    assert row.evaluates
    assert row.native
    assert row.compared or row.beside, "compare it with OpenVINO: a case, or a test that tests/ir/evidence.py names"


@pytest.mark.parametrize("key", BESIDE, ids=lambda key: "-".join(map(str, key)))
def test_what_is_named_stands_in_its_file(key):
    file, text = BESIDE[key]
    assert text in (Path(__file__).parent / file).read_text(encoding="utf-8")


def test_the_operations_that_the_older_frameworks_need_are_there():
    assert {(kind, number) for kind, numbers in BROUGHT.items() for number in numbers} <= {
        (row.kind, row.version) for row in ROWS
    }
