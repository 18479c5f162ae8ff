"""The debugging options of dldt-compile and dldt convert, as a user meets them."""

import json

import numpy as np
import pytest

from tests.tools.test_commands import MODEL, command, refused

WORDS = ("passes", "dump", "dump-filter", "dump-values", "print-after", "stop-after", "disable-pass", "explain", "node")


def test_the_graph_is_printed_after_the_pass_that_is_named(tmp_path):
    words = ["compile", MODEL, "-q", "-o", tmp_path / "a.so", "--print-after", "fold-constants"]
    done = command(*words, "--print-after", "regions")
    assert done.returncode == 0, done.stderr
    heads = [line for line in done.stdout.splitlines() if line.startswith("# ")]
    assert [head.split(",")[1].split(":")[0].strip() for head in heads] == ["fold-constants"] * 2 + ["regions"]
    assert '  result "' in done.stdout


def test_passes_that_are_listed_run_alone_and_their_times_are_told(tmp_path):
    words = ["convert", MODEL, "-q", "-o", tmp_path / "a.xml", "--passes", "fold-constants{max_share=0},fuse-linear"]
    done = command(*words, "--time-passes", "--verify-each")
    assert done.returncode == 0, done.stderr
    lines = [line.split()[1] for line in done.stdout.splitlines()[1:3]]
    assert lines == ["fold-constants{max_share=0.0}", "fuse-linear"]


def test_stopping_after_a_change_that_never_comes_is_refused(tmp_path):
    done = command("compile", MODEL, "-q", "-o", tmp_path / "a.so", "--stop-after", "fuse-mvn:5")
    refused(done, 1, "--stop-after fuse-mvn:5: the pass made only 0 changes to this model")
    assert not (tmp_path / "a.so").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        *((["--" + name, ""], f"--{name}: an empty word is given; name something") for name in WORDS),
        (["--explain", "fuse-linear"], "--explain names a pass, --node the node: give both"),
        (["--explain", "fuse", "--node", "x"], "--explain 'fuse': no pass has this name"),
        (["--print-after", "fuse"], "--print-after 'fuse': no pass or step has this name"),
        (["--dump-values", "x.npz"], "--dump-values says what a dump holds: give --dump too"),
        (["--passes", "nonsense"], "there is no pass 'nonsense'"),
    ],
)
def test_wrong_options_are_refused(tmp_path, words, message):
    refused(command("compile", MODEL, "-q", "-o", tmp_path / "a.so", *words), 1, message)


def test_a_pass_is_explained_at_a_node(tmp_path):
    words = ["convert", MODEL, "-q", "-o", tmp_path / "a.xml", "--scale-values", "(2)"]
    done = command(*words, "--explain", "fuse-linear", "--node", "nobody")
    assert done.returncode == 0, done.stderr
    assert "no node is called 'nobody' when the pass begins" in done.stdout


def test_a_dump_with_values_wants_the_inputs_of_the_model(tmp_path):
    np.savez(tmp_path / "x.npz", nobody=np.zeros(3, np.float32))
    words = ["convert", MODEL, "-q", "-o", tmp_path / "a.xml", "--dump", tmp_path / "d"]
    refused(command(*words, "--dump-values", tmp_path / "x.npz"), 1, "there is no input 'nobody'; the inputs are ")
    assert not (tmp_path / "d").exists()
    assert command(*words).returncode == 0
    assert (tmp_path / "d" / "repro.sh").read_text().splitlines()[-1].startswith("exec dldt convert ")


def test_a_filtered_dump_has_files_for_what_fits_alone(tmp_path):
    words = ["compile", MODEL, "-q", "-o", tmp_path / "a.so", "--scale-values", "(2)", "--dump", tmp_path / "d"]
    done = command(*words, "--dump-filter", "fold-*", "--dump-weights", "none")
    assert done.returncode == 0, done.stderr
    folders = [path.name.split("-", 2)[2] for path in (tmp_path / "d" / "passes").iterdir()]
    assert set(folders) - {"imported"}
    assert all(name.startswith("fold-") or name == "imported" for name in folders)
    assert not list((tmp_path / "d").rglob("*.bin"))
    events = [json.loads(line) for line in (tmp_path / "d" / "events.jsonl").read_text().splitlines()]
    assert [event["name"] for event in events if event["event"] == "step"][-1] == "link"
    assert (tmp_path / "d" / "repro.sh").read_text().splitlines()[-1].startswith("exec dldt-compile ")
    assert "--dump-filter" in (tmp_path / "d" / "repro.sh").read_text()
    assert str(tmp_path) not in (tmp_path / "d" / "repro.sh").read_text()
