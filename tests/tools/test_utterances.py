"""``dldt run`` on Kaldi archives."""

from __future__ import annotations

import numpy as np
import pytest

from dldt.frontends.kaldi.archive import read_archive
from dldt.frontends.kaldi.archive_writer import ArchiveWriter
from dldt.tools.run import main
from tests.frontends.kaldi.definition import outputs
from tests.frontends.kaldi.models import CASES


def case_of(name, folder):
    (case,) = [case for case in CASES if case.name == name]
    (folder / "model.raw").write_bytes(case.file())
    return case


@pytest.fixture
def features(tmp_path):
    random = np.random.default_rng(2)
    made = {key: random.standard_normal((frames, 3)).astype(np.float32) for key, frames in (("a", 9), ("b", 4))}
    with open(tmp_path / "feats.ark", "wb") as file:
        writer = ArchiveWriter(file)
        for key, array in made.items():
            writer.add(key, array)
    return made


@pytest.mark.parametrize("options", [[], ["--streaming"], ["--frames_per_chunk", "3"]], ids=str)
def test_every_utterance_is_run_from_its_beginning(options, features, tmp_path, capsys):
    case = case_of("recurrent", tmp_path)
    words = ["--input", str(tmp_path / "feats.ark"), "-o", str(tmp_path / "out.scp"), *options]
    assert main([str(tmp_path / "model.raw"), *words]) == 0
    assert "2 utterances, 13 frames in" in capsys.readouterr().out
    found = dict(read_archive(tmp_path / "out.scp"))
    assert list(found) == list(features)
    for key, x in features.items():
        wanted = outputs(case.config, case.functions, {"input": x}, case.context)["output"]
        np.testing.assert_allclose(found[key], wanted, rtol=1e-5, atol=1e-5)


def test_several_inputs_and_outputs(features, tmp_path):
    case = case_of("ivector", tmp_path)
    vectors = {key: np.full(2, place, np.float32) for place, key in enumerate(features)}
    with open(tmp_path / "vectors.ark", "wb") as file:
        writer = ArchiveWriter(file, "text")
        for key, array in vectors.items():
            writer.add(key, array)
    words = ["-i", f"input={tmp_path / 'feats.ark'}", "-i", f"ivector={tmp_path / 'vectors.ark'}"]
    words += ["-o", str(tmp_path / "out.ark"), "--archive-form", "text"]
    assert main([str(tmp_path / "model.raw"), *words]) == 0
    for name in ("output", "second"):
        for key, array in read_archive(tmp_path / f"out.{name}.ark"):
            given = {"input": features[key], "ivector": vectors[key][None]}
            wanted = outputs(case.config, case.functions, given, case.context)[name]
            np.testing.assert_allclose(array, wanted, rtol=1e-5, atol=1e-5)


def test_what_is_missing_is_said(features, tmp_path, capsys):
    case_of("ivector", tmp_path)
    feats = str(tmp_path / "feats.ark")
    assert main([str(tmp_path / "model.raw"), "-i", feats]) != 0
    assert "input 'ivector' needs an archive, too" in capsys.readouterr().err
    assert main([str(tmp_path / "model.raw"), "-i", feats, "-i", "ivector=zeros"]) != 0
    assert "where one input is an archive (.ark, .scp), all must be" in capsys.readouterr().err
