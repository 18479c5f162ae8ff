import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import dldt.runtime
from dldt.runtime import cpu
from tests.codegen.artifact import build_scale

FOLDER = Path(dldt.runtime.__file__).parent
FLAGS = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-O1", f"-I{FOLDER}"]

LOADING = """
#include <stdio.h>
#include <stdlib.h>
#include "dldt_loader.h"
int main(int count, char **words) {
  char error[512];
  dldt_model *model = dldt_model_open(words[1], atoi(words[2]), error, sizeof error);
  if (model == NULL) { puts(error); return 2; }
  (void)count;
  int64_t symbols[] = {6}, dims[] = {0};
  dldt_model_output_shapes(model, symbols, dims);
  for (int turn = 0; turn < 100; turn++) {
    float x[6] = {0, 1, 2, 3, 4, (float)turn}, y[6];
    void *inputs[] = {x}, *outputs[] = {y};
    if (dldt_model_run(model, inputs, outputs, symbols) != 0) return 3;
    if (turn == 99) for (int i = 0; i < dims[0]; i++) printf("%g ", y[i]);
  }
  puts(dldt_model_metadata(model));
  dldt_model_close(model);
  return 0;
}
"""

LINKED = """
#include <stdio.h>
#include <string.h>
#include "dldt.h"
_Static_assert(sizeof(dldt_thread_pool) == 256 && sizeof(dldt_request) == 144, "layout");
int main(void) {
  float x[] = {1, 1, 1}, y[3];
  int64_t symbols[] = {3};
  void *inputs[] = {x}, *outputs[] = {y};
  dldt_request request = {.inputs = inputs, .outputs = outputs, .dims = symbols};
  int status = dldt_run(&request);
  printf("%d %g %g %g %d\\n", status, y[0], y[1], y[2], strncmp(dldt_metadata, "{\\"arch\\":", 8));
  return 0;
}
"""


DENORMALS = """
#include <stdio.h>
#include <xmmintrin.h>
#include "dldt_loader.h"
int main(int count, char **words) {
  char error[512];
  dldt_model *model = dldt_model_open(words[1], 2, error, sizeof error);
  (void)count;
  _mm_setcsr(_mm_getcsr() | 0xE040); /* flush denormals to zero, round towards zero */
  unsigned before = _mm_getcsr();
  float x[4] = {1e-40f, 1e-40f, 0, 0}, y[4];
  int64_t symbols[] = {4};
  void *inputs[] = {x}, *outputs[] = {y};
  if (model == NULL || dldt_model_run(model, inputs, outputs, symbols) != 0) return 3;
  unsigned bits[1];
  __builtin_memcpy(bits, y, sizeof bits);
  printf("%u %d\\n", bits[0], (_mm_getcsr() & ~0x3Fu) == (before & ~0x3Fu));
  dldt_model_close(model);
  return 0;
}
"""


@pytest.fixture(scope="module")
def gcc():
    found = shutil.which("gcc") or shutil.which("cc")
    if found is None:
        pytest.skip("no C compiler (gcc, cc) is installed")
    return found


@pytest.fixture(scope="module")
def host(gcc, tmp_path_factory):
    folder = tmp_path_factory.mktemp("host")
    (folder / "main.c").write_text(LOADING)
    words = [gcc, *FLAGS, folder / "main.c", FOLDER / "dldt_loader.c", "-o", folder / "host", "-lpthread"]
    subprocess.run(words, check=True, timeout=60)
    return folder / "host"


def run(host, path, threads=1):
    return subprocess.run([host, path, str(threads)], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_a_c_host_loads_and_runs(host, scale_path, threads):
    done = run(host, scale_path, threads)
    assert done.returncode == 0
    assert done.stdout.startswith('0 3 6 9 8 199 {"arch":"')


def test_a_static_program_loads_and_runs(gcc, scale_path, tmp_path):
    """The artifact needs no loader, so that its host needs none."""
    (tmp_path / "main.c").write_text(LOADING)
    words = [
        gcc,
        *FLAGS,
        "-static",
        tmp_path / "main.c",
        FOLDER / "dldt_loader.c",
        "-o",
        tmp_path / "host",
        "-lpthread",
    ]
    if subprocess.run(words, capture_output=True, timeout=60, check=False).returncode:
        pytest.skip("no static C library is installed")
    assert run(tmp_path / "host", scale_path, 2).stdout.startswith('0 3 6 9 8 199 {"arch":"')


def test_the_hosts_floating_point_state_changes_nothing(gcc, scale_path, tmp_path):
    if cpu.arch() != "x86_64":
        pytest.skip("the test sets MXCSR of x86-64")
    (tmp_path / "main.c").write_text(DENORMALS)
    words = [gcc, *FLAGS, "main.c", FOLDER / "dldt_loader.c", "-o", "host", "-lpthread"]
    subprocess.run(words, cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run([tmp_path / "host", scale_path], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == f"{(np.float32(1e-40) * np.float32(2)).view(np.uint32)} 1\n"


def test_a_c_host_refuses(host, scale_path, tmp_path):
    data = scale_path.read_bytes()
    note = data.index(b"DLDT\0\0\0\0") + 8

    def refusal(content):
        (tmp_path / "m.so").write_bytes(content)
        done = run(host, tmp_path / "m.so")
        assert done.returncode == 2
        return done.stdout.strip().removeprefix(f"{tmp_path}/m.so ")

    assert refusal(b"hello" * 20) == "is not an artifact: it is no ELF file"
    assert refusal(data[:-1]) == f"is truncated: it has {len(data) - 1} of {len(data)} bytes; copy it again"
    assert refusal(data[:300]) == "is truncated, or a shared library that is not of dldt: it has no DLDT note"
    assert refusal(data + b"?") == "has bytes after its end; copy it again"
    abi = data[:note] + b"\x09" + data[note + 1 :]
    assert refusal(abi) == "has artifact ABI 9, this host runs ABI 3; compile the model again"
    sizes = data[:note] + data[note : note + 24] + b"\xff" * 8 + data[note + 32 :]
    assert refusal(sizes) == "is damaged: the sizes in its header contradict each other"
    run_at = data[: note + 64] + bytes(8) + data[note + 72 :]
    assert refusal(run_at) == "is damaged: its functions lie outside its code"
    build_scale(tmp_path / "n.so", features=["avx99"])
    assert refusal((tmp_path / "n.so").read_bytes()) == (
        "needs avx99, which this processor or its system lacks; compile the model for it"
    )
    assert run(host, tmp_path / "no.so").stdout == f"cannot open {tmp_path}/no.so: No such file or directory\n"


def test_a_program_may_be_linked_with_the_artifact(gcc, scale_path, tmp_path):
    (tmp_path / "main.c").write_text(LINKED)
    words = [gcc, *FLAGS, "main.c", scale_path, f"-Wl,-rpath,{scale_path.parent}", "-o", "program"]
    subprocess.run(words, cwd=tmp_path, check=True, timeout=60)
    done = subprocess.run([tmp_path / "program"], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "0 2 3 4 0\n"
