"""The memory that each thread has of its own, behind the arena."""

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import dldt.runtime
from dldt.codegen.host import resolve_target
from dldt.codegen.kernels.winograd.choose import F4
from dldt.codegen.pipeline import compile_graph
from dldt.runtime import load
from dldt.runtime.errors import RuntimeLoadError
from dldt.runtime.format import read_artifact
from tests.codegen.artifact import build_scale
from tests.codegen.winograd_case import WinogradCase, force

FOLDER = Path(dldt.runtime.__file__).parent

# The host's aligned memory ends where a page begins that may not be touched.
GUARDED = """
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "dldt_loader.h"
int posix_memalign(void **to, size_t alignment, size_t size) {
  size_t usable = (size + alignment - 1) / alignment * alignment, pages = (usable + 4095) / 4096 * 4096;
  char *start = mmap(NULL, pages + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + pages, 4096, PROT_NONE) != 0) return 12;
  *to = start + pages - usable;
  return 0;
}
static float x[SIZE], y[SIZE];
int main(int count, char **words) {
  char error[512];
  void *inputs[] = {x}, *outputs[] = {y};
  dldt_model *model = dldt_model_open(words[1], atoi(words[2]), error, sizeof error);
  if (count != 3 || model == NULL || fread(x, 4, SIZE, stdin) != SIZE) return 2;
  for (int turn = 0; turn < 3; turn++)
    if (dldt_model_run(model, inputs, outputs, NULL) != 0) return 3;
  return fwrite(y, 4, SIZE, stdout) == SIZE ? 0 : 4;
}
"""


@pytest.fixture
def case():
    return WinogradCase(24, 24, 15, 15, finish=False)


@pytest.fixture
def path(case, tmp_path, monkeypatch):
    force(monkeypatch, F4)
    compile_graph(case.graph(), tmp_path / "m.so", resolve_target("host"))
    return tmp_path / "m.so"


def test_the_metadata_says_how_much(path):
    """At least one tile of 36 floats for each of 24 channels; how many tiles more depends on the registers."""
    scratch = read_artifact(path).metadata.scratch
    assert scratch >= 36 * 24 * 4
    assert scratch % 64 == 0


def test_an_artifact_that_does_not_say_needs_none(scale_path):
    assert "scratch" not in read_artifact(scale_path).metadata.raw
    assert read_artifact(scale_path).metadata.scratch == 0


@pytest.mark.parametrize("wrong", [-64, "much", 1.5, None, 1 << 60])
def test_a_wrong_size_is_refused(wrong, tmp_path):
    build_scale(tmp_path / "m.so", scratch=wrong)
    expected = f"{tmp_path}/m.so is damaged: its metadata gives the scratch memory of a thread as {wrong!r}"
    with pytest.raises(RuntimeLoadError, match=re.escape(expected)):
        load(tmp_path / "m.so")


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_c_host_gives_it_to_every_thread(case, path, threads, tmp_path):
    gcc = shutil.which("gcc") or shutil.which("cc")
    if gcc is None:
        pytest.skip("no C compiler (gcc, cc) is installed")
    x = case.feeds()["x"]
    (tmp_path / "main.c").write_text(GUARDED)
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", f"-I{FOLDER}", f"-DSIZE={x.size}"]
    words = [gcc, *flags, "main.c", FOLDER / "dldt_loader.c", "-o", "host", "-lpthread"]
    subprocess.run(words, cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run([tmp_path / "host", path, str(threads)], input=x.tobytes(), capture_output=True, timeout=60)
    assert done.returncode == 0
    y = np.frombuffer(done.stdout, np.float32).reshape(x.shape)
    expected = case.expected()
    assert np.abs(y - expected).max() <= 2e-5 * np.abs(expected).max()
    with load(path, threads=threads) as model:
        assert np.array_equal(y, model.run(case.feeds())["y"])
